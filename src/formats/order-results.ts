import { SEVERITIES } from '../core/check.ts'
import { STANDINGS, type Standing, standingOf } from '../core/compliance-report.ts'
import type { Verdict } from '../core/verdict.ts'
import type { FormattedResult } from './formatted-report.ts'

export interface VerdictGroup {
  /** Accepted failures are a group of their own. */
  readonly standing: Standing
  readonly results: readonly FormattedResult[]
}

/** Whether a verdict asks somebody to do something. */
export function isTroubled(verdict: Verdict | Standing): boolean {
  return verdict === 'fail' || verdict === 'error' || verdict === 'warn'
}

/** The results by what they stand for, failing first; within it by severity, critical first, then by id. No empty groups. */
export function groupResults(results: readonly FormattedResult[]): VerdictGroup[] {
  const groups = STANDINGS.map((standing) => ({
    standing,
    results: results.filter((result) => standingOf(result) === standing).sort(compareResults),
  }))
  return groups.filter((group) => group.results.length > 0)
}

function compareResults(one: FormattedResult, other: FormattedResult): number {
  const bySeverity = SEVERITIES.indexOf(other.severity) - SEVERITIES.indexOf(one.severity)
  if (bySeverity !== 0) return bySeverity
  return one.check < other.check ? -1 : one.check > other.check ? 1 : 0
}
