import { SEVERITIES } from '../core/check.ts'
import { type Verdict, WORST_FIRST } from '../core/verdict.ts'
import type { FormattedResult } from './formatted-report.ts'

export interface VerdictGroup {
  readonly verdict: Verdict
  readonly results: readonly FormattedResult[]
}

/** Whether a verdict asks somebody to do something. */
export function isTroubled(verdict: Verdict): boolean {
  return verdict === 'fail' || verdict === 'error' || verdict === 'warn'
}

/** The results by verdict, failing first; within it by severity, critical first, then by id. No empty groups. */
export function groupResults(results: readonly FormattedResult[]): VerdictGroup[] {
  const groups = WORST_FIRST.map((verdict) => ({
    verdict,
    results: results.filter((result) => result.verdict === verdict).sort(compareResults),
  }))
  return groups.filter((group) => group.results.length > 0)
}

function compareResults(one: FormattedResult, other: FormattedResult): number {
  const bySeverity = SEVERITIES.indexOf(other.severity) - SEVERITIES.indexOf(one.severity)
  if (bySeverity !== 0) return bySeverity
  return one.check < other.check ? -1 : one.check > other.check ? 1 : 0
}
