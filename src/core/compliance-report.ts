import { SEVERITIES, type Severity } from './check.ts'
import type { FrameworkResult } from './evaluate-framework.ts'
import type { Evidence } from './report.ts'
import type { KnownAsset } from './store.ts'
import type { Track } from './track-record.ts'
import type { Verdict } from './verdict.ts'
import type { LapsedWaiver } from './waiver.ts'

/** That somebody accepted a failure. Times are ISO 8601. */
export interface AcceptedFailure {
  readonly id: string
  readonly reason: string
  readonly approver: string
  readonly until: string
}

/** What is known of one check, as a report shows it. Times are milliseconds since 1970. */
export interface ReportedItem {
  readonly check: string
  readonly title: string
  readonly severity: Severity
  readonly tags: readonly string[]
  /** Null: it says something of such a system, and was never asked. */
  readonly verdict: Verdict | null
  /** Since when that is so. */
  readonly since: number | null
  /** The last verdict that was not an error, where it cannot be judged now. */
  readonly judged: { readonly verdict: Verdict; readonly since: number } | null
  readonly confirmedAt: number | null
  readonly reason: string | null
  readonly evidence: readonly Evidence[]
  readonly evidenceTotal: number
  /** Markdown. */
  readonly why: string | null
  readonly fix: string | null
  /** Whether nobody has yet watched it both pass and fail on such a system. */
  readonly unseen: boolean
  readonly waiver?: AcceptedFailure
  /** A waiver that was meant for this failure and does not hold. */
  readonly lapsed?: LapsedWaiver
  readonly track: Track
}

/** How many checks were in which state at a time. */
export interface TrendPoint {
  readonly at: number
  readonly passing: number
  readonly failing: number
  /** Not judged, or not confirmed for too long. */
  readonly unknown: number
}

/** What is known of a machine, for people who were not there. Times are milliseconds since 1970. */
export interface ComplianceReport {
  readonly asset: KnownAsset
  readonly at: number
  readonly madeAt: number
  /** From where on history is told. */
  readonly since: number
  /** Worst first. */
  readonly items: readonly ReportedItem[]
  readonly frameworks: readonly FrameworkResult[]
  readonly trend: readonly TrendPoint[]
  /** The ledger's last entry when the report was made, by which anyone can prove what it rests on. */
  readonly ledger: { readonly sequence: number; readonly hash: string }
  /** Of Keelson. */
  readonly version: string
}

/** What a square, a line or a count stands for: a verdict, an accepted failure, or that nothing was asked. */
export const STANDINGS = ['fail', 'error', 'warn', 'waived', 'pass', 'not_applicable', 'not_asked'] as const
export type Standing = (typeof STANDINGS)[number]

/** A waiver stands beside what it accepts only: a failure, or with --strict a warning. */
export function standingOf({ verdict, waiver }: Pick<ReportedItem, 'verdict' | 'waiver'>): Standing {
  if (verdict === null) return 'not_asked'
  return waiver !== undefined && (verdict === 'fail' || verdict === 'warn') ? 'waived' : verdict
}

export function countStandings(
  items: readonly Pick<ReportedItem, 'verdict' | 'waiver'>[],
): Readonly<Record<Standing, number>> {
  const counts = Object.fromEntries(STANDINGS.map((standing) => [standing, 0])) as Record<Standing, number>
  for (const item of items) counts[standingOf(item)]++
  return counts
}

/** As STANDINGS has them, then the worst severity, then by id. */
export function compareItems(one: ReportedItem, other: ReportedItem): number {
  return (
    STANDINGS.indexOf(standingOf(one)) - STANDINGS.indexOf(standingOf(other)) ||
    SEVERITIES.indexOf(other.severity) - SEVERITIES.indexOf(one.severity) ||
    (one.check < other.check ? -1 : 1)
  )
}
