import type { Platform } from '../core/check.ts'
import type { AcceptedFailure, ComplianceReport, ReportedItem } from '../core/compliance-report.ts'
import type { FrameworkResult } from '../core/evaluate-framework.ts'
import { referenceOf } from '../core/framework.ts'
import { type CheckResult, type RunReport, summarize } from '../core/report.ts'
import type { SourceInfo } from '../core/source.ts'

/** What is remembered, rather than what was asked just now: the ledger as it stood, and the Keelson that read it. */
export interface LedgerSource {
  readonly kind: 'ledger'
  /** Of Keelson. */
  readonly version: string
  readonly sequence: number
  readonly hash: string
}

/** Of a waiver, what every format tells. */
export interface FormattedResult extends Omit<CheckResult, 'waiver'> {
  readonly waiver?: AcceptedFailure
  /** Nobody has yet watched the check both pass and fail on such a system. Told of what is remembered, not of a run. */
  readonly unseen?: true
}

/** What every format can write: a run, or what is remembered of a machine; with what it comes to for frameworks. */
export interface FormattedReport extends Omit<RunReport, 'source' | 'results'> {
  readonly results: readonly FormattedResult[]
  readonly source: SourceInfo | LedgerSource
  readonly frameworks?: readonly FrameworkResult[]
}

/** What the formats cannot know by themselves. */
export interface FormatTools {
  /** Of Keelson. */
  readonly version: string
  /** A UUID of version 5, the same for the same name. */
  readonly uuidOf: (name: string) => string
}

/** What is remembered of a machine in the shape of a run. What was never asked could not be judged, and says so. */
export function toFormattedReport(report: ComplianceReport): FormattedReport {
  const { asset, items, frameworks, version, ledger } = report
  const results = items.map(toResult)
  const time = timeOf(report.at)
  return {
    asset: {
      uuid: asset.uuid,
      name: asset.givenName ?? asset.name,
      platform: asset.platform as Platform,
      os: asset.os,
    },
    source: { kind: 'ledger', version, sequence: ledger.sequence, hash: ledger.hash },
    startedAt: time,
    finishedAt: time,
    results,
    summary: summarize(results),
    frameworks,
  }
}

function toResult(item: ReportedItem): FormattedResult {
  const { check, title, severity, tags, evidence, evidenceTotal, why, fix, waiver } = item
  const verdict = item.verdict ?? 'error'
  const reason = item.verdict === null ? 'it was never asked on this machine' : item.reason
  return {
    check,
    title,
    severity,
    tags,
    version: '',
    verdict,
    reason,
    reasons: reason === null ? [] : [reason],
    evidence,
    evidenceTotal,
    error: verdict === 'error' ? reason : null,
    why,
    fix,
    clauses: [],
    ...(waiver && { waiver }),
    ...(item.unseen && { unseen: true as const }),
    ...(item.since !== null && {
      memory: {
        since: timeOf(item.since),
        judged: item.judged && { verdict: item.judged.verdict, since: timeOf(item.judged.since) },
        changed: null,
        observedAt: timeOf(item.confirmedAt ?? item.since),
        due: false,
      },
    }),
  }
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

/** The requirements that each check supports, as `nist-800-53@5 ac-2`, in the order of the frameworks. */
export function requirementsByCheck({ frameworks = [] }: FormattedReport): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const { framework } of frameworks) {
    for (const { id, checks } of framework.requirements) {
      for (const check of new Set(checks)) {
        const named = `${referenceOf(framework)} ${id}`
        const before = found.get(check)
        if (before) before.push(named)
        else found.set(check, [named])
      }
    }
  }
  return found
}
