import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ResultMemory } from '../../src/core/report.ts'
import type { FormattedReport } from '../../src/formats/formatted-report.ts'
import { formatOcsf } from '../../src/formats/ocsf.ts'
import { hostileReport } from './hostile-text.ts'
import { frameworkReport, waivedReport } from './sample-frameworks.ts'
import { realisticReport, sampleReport, sampleResult } from './sample-report.ts'
import { TOOLS } from './sample-tools.ts'
import { findOcsfProblems } from './validate-ocsf.ts'

const write = (report: FormattedReport) =>
  formatOcsf(report, {}, TOOLS)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
const findingOf = (report: FormattedReport, check: string) =>
  write(report).find(({ finding_info }) => finding_info.analytic.uid === check)

function standing(verdict: Parameters<typeof sampleResult>[0], changed: ResultMemory['changed'] | undefined) {
  const memory = { since: '2026-03-01T00:00:00Z', judged: null, observedAt: '2026-03-02T00:00:00Z', due: true }
  const result = sampleResult({ ...verdict, ...(changed !== undefined && { memory: { ...memory, changed } }) })
  const [{ activity_name, status, compliance, severity }] = write(sampleReport([result])) as [
    Readonly<Record<string, string>> & { readonly compliance: { readonly status: string } },
  ]
  return [activity_name, status, compliance.status, severity].join(', ')
}

describe('formatOcsf', () => {
  it('writes a finding per result, as the published class has it', () => {
    for (const report of [realisticReport(), frameworkReport()]) {
      expect(write(report)).toHaveLength(report.results.length)
      for (const finding of write(report)) expect(findOcsfProblems(finding)).toEqual([])
    }
    expect(formatOcsf(sampleReport([]), {}, TOOLS)).toBe('')
  })

  it('opens, updates and closes a finding by what is remembered of it', () => {
    const since = '2026-02-01T00:00:00Z'
    expect(standing({ verdict: 'fail' }, undefined)).toBe('Create, New, Fail, Medium')
    expect(standing({ verdict: 'fail' }, null)).toBe('Update, New, Fail, Medium')
    expect(standing({ verdict: 'fail' }, { from: 'pass', since })).toBe('Create, New, Fail, Medium')
    expect(standing({ verdict: 'warn' }, { from: 'fail', since })).toBe('Update, New, Warn, Medium')
    expect(standing({ verdict: 'pass' }, { from: 'fail', since })).toBe('Close, Resolved, Pass, Informational')
    expect(standing({ verdict: 'pass' }, undefined)).toBe('Update, Resolved, Pass, Informational')
    expect(standing({ verdict: 'error' }, undefined)).toBe('Update, Unknown, Unknown, Medium')
    expect(standing({ verdict: 'not_applicable' }, undefined)).toBe('Update, Archived, Not applicable, Informational')
  })

  it('opens a finding that the first report of a machine brings', () => {
    const since = '2026-03-01T00:00:00Z'
    const memory = { since, observedAt: since, judged: null, changed: null, due: true }
    const [finding] = write(sampleReport([sampleResult({ verdict: 'fail', memory })]))
    expect(finding.activity_name).toBe('Create')
  })

  it('has an accepted failure as a suppressed finding that still fails', () => {
    expect(findingOf(waivedReport(), 'disk-encryption')).toMatchObject({
      status: 'Suppressed',
      compliance: { status: 'Fail' },
      unmapped: { waiver: { id: 'w-17', approver: 'A. Person' } },
    })
  })

  it('names the frameworks and their requirements', () => {
    expect(findingOf(frameworkReport(), 'kernel-aslr').compliance).toMatchObject({
      standards: ['example@1'],
      requirements: ['example@1 9.1.1'],
    })
    expect(findingOf(frameworkReport(), 'gatekeeper').compliance.standards).toBeUndefined()
  })

  it('names a finding as events do, and says how to mend it', () => {
    const finding = findingOf(realisticReport(), 'host-firewall')
    expect(finding.finding_info.uid).toBe('4c4c4544-0042-3510-8052-b4c04f573532/host-firewall')
    expect(finding.remediation.desc).toContain('sudo ufw enable')
  })

  it('is valid whatever the text', () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        for (const finding of write(report)) expect(findOcsfProblems(finding)).toEqual([])
      }),
    )
  })
})
