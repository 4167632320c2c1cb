import type { ComplianceReport, ReportedItem } from '../../src/core/compliance-report.ts'
import { evaluateFramework, type FrameworkResult } from '../../src/core/evaluate-framework.ts'
import { NO_TRACK } from '../../src/core/track-record.ts'
import type { FormattedReport } from '../../src/formats/formatted-report.ts'
import { makeFramework } from '../core/make-framework.ts'
import { realisticReport } from './sample-report.ts'

export const WAIVER = {
  id: 'w-17',
  reason: 'the new disks come in March',
  approver: 'A. Person',
  until: '2026-04-01T00:00:00Z',
}

/** A run of which one failure is accepted. */
export function waivedReport(): FormattedReport {
  const report = realisticReport()
  return {
    ...report,
    results: report.results.map((result) =>
      result.check === 'disk-encryption' ? { ...result, waiver: WAIVER } : result,
    ),
  }
}

/** The same with what it comes to for a framework in which every status occurs. */
export function frameworkReport(more: Parameters<typeof makeFramework>[1] = {}): FormattedReport {
  const report = waivedReport()
  const known = new Map(report.results.map((result) => [result.check, result]))
  const framework = makeFramework(
    [
      { id: 'AC', heading: true, title: 'Access' },
      { id: 'AC-2(1)', parent: 'AC', title: 'Accounts', measure: 'measured', checks: ['no-empty-passwords'] },
      { id: 'AC-17', parent: 'AC', checks: ['ssh-no-root-login'] },
      { id: '9.1.1', checks: ['host-firewall', 'kernel-aslr'] },
      { id: 'SC-28', checks: ['disk-encryption'] },
      { id: 'AU-8', checks: ['time-is-synchronised'] },
      { id: 'AT-1' },
      { id: 'AT-2' },
      { id: 'PE-1', checks: ['battery-health'] },
    ],
    more,
  )
  const result: FrameworkResult = evaluateFramework(framework, {
    verdictOf: (check) => {
      const found = known.get(check)
      return found && { ...found, ...(found.waiver && { waived: found.waiver.reason }) }
    },
    attestationOf: (id) =>
      id === 'AT-1' ? { by: 'A. Person', until: '2027-01-01T00:00:00Z', statement: 'all were trained' } : undefined,
  })
  return { ...report, frameworks: [result] }
}

/** What is remembered of a machine, as reports have it. */
export function rememberedReport(): ComplianceReport {
  const { asset, results, frameworks = [] } = frameworkReport()
  const at = Date.parse('2026-03-04T05:06:07Z')
  const items = results.map(
    ({ check, title, severity, tags, verdict, reason, evidence, evidenceTotal, why, fix, waiver }): ReportedItem => ({
      check,
      title,
      severity,
      tags,
      verdict: check === 'kernel-aslr' ? null : verdict,
      since: check === 'kernel-aslr' ? null : at - 86_400_000,
      judged: null,
      confirmedAt: check === 'kernel-aslr' ? null : at - 60_000,
      reason,
      evidence,
      evidenceTotal,
      why,
      fix,
      unseen: false,
      ...(waiver && { waiver }),
      track: NO_TRACK,
    }),
  )
  return {
    asset: {
      ...asset,
      givenName: 'the web server',
      osquery: '5.23.0',
      owner: { name: null, email: null },
      team: null,
      company: null,
      labels: [],
      firstSeenAt: at,
      lastSeenAt: at,
    },
    at,
    madeAt: at,
    since: at - 86_400_000,
    items,
    frameworks,
    trend: [],
    ledger: { sequence: 42, hash: 'ab'.repeat(32) },
    version: '0.1.0',
  }
}
