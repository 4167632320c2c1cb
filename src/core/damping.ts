import type { Damping } from './governor.ts'
import type { Verdict } from './verdict.ts'

/** What an entry says of a check on an asset. Times are milliseconds since 1970. */
export interface Statement {
  readonly sequence: number
  readonly at: number
  /** Null: it is no longer checked. */
  readonly verdict: Verdict | null
  /** The verdict before, and since when it held, where that is said. */
  readonly last: Verdict | null
  readonly lastSince: number | null
}

/** What the ledger knows of a check on an asset around a transition. */
export interface CheckRuns {
  /** In the order of the ledger. */
  readonly statements: readonly Statement[]
  /** Seconds between two observations; null for a check that is run by hand. */
  readonly period: number | null
  /** When a report last confirmed what the last statement says. */
  readonly seenAt: number
  /** When nothing was heard of it: from two periods before `since`. */
  readonly gaps: readonly { readonly since: number; readonly until: number }[]
}

/** `open`: not yet known; to be weighed again at `lookAt`. `ended`: it went away before it counted. */
export type Weighed =
  | { readonly outcome: 'lasted' | 'ended' }
  | { readonly outcome: 'open'; readonly lookAt: number; readonly agreed: number }

/** Whoever does not report any more leaves what it said last undecided for so many periods beyond the window. */
const PATIENCE = 2
const LASTED: Weighed = { outcome: 'lasted' }

/**
 * Whether a transition lasted until enough of the last observations agreed on it. The ledger has no single observations:
 * a verdict that held for a time was seen about once in each of the check's periods. What is run by hand is not damped.
 */
export function weighTransition(runs: CheckRuns, sequence: number, damping: Damping, now: number): Weighed {
  const { statements, period } = runs
  const { agree, of } = damping
  const place = statements.findIndex((each) => each.sequence === sequence)
  const own = statements[place]
  if (period === null || !own) return LASTED
  const follower = statements.slice(place + 1).find(({ verdict }) => verdict !== own.verdict)
  const until = follower ? follower.at : Math.max(runs.seenAt, own.at)
  const seen = Math.min(of, countObservations(own.at, until, !follower, runs))
  const agreed = seen + countBefore(runs, place, of - seen)
  if (agreed >= agree) return LASTED
  if (follower) return { outcome: 'ended' }
  const deadline = own.at + (of + PATIENCE) * period * 1000
  if (now >= deadline) return LASTED
  // An observation that is late comes any time now.
  const soon = now + Math.max(1000, (period * 1000) / 8)
  return { outcome: 'open', lookAt: Math.min(deadline, Math.max(until + period * 1000, soon)), agreed }
}

/** How many of so many observations before a transition already agreed with it. */
function countBefore(runs: CheckRuns, place: number, most: number): number {
  const { statements } = runs
  const own = statements[place] as Statement
  let left = most
  let agreed = 0
  const add = (verdict: Verdict | null, from: number, until: number) => {
    const seen = Math.min(left, countObservations(from, until, false, runs))
    if (verdict === own.verdict) agreed += seen
    left -= seen
  }
  for (let at = place - 1; at >= 0 && left > 0; at--) {
    const { verdict, at: from } = statements[at] as Statement
    if (verdict !== null) add(verdict, from, (statements[at + 1] as Statement).at)
  }
  const [first] = statements
  if (left > 0 && first && first.last !== null && first.lastSince !== null) add(first.last, first.lastSince, first.at)
  return agreed
}

/** About how often a verdict was seen between two times; at the second one, too, where `open`. */
function countObservations(from: number, until: number, open: boolean, { period, gaps }: CheckRuns): number {
  const length = (period ?? 0) * 1000
  let start = from
  let seen = 0
  for (const gap of gaps) {
    const heard = Math.max(start, gap.since - 2 * length)
    if (gap.until <= start || heard >= until) continue
    seen += Math.round((heard - start) / length) + 1
    start = gap.until
  }
  if (open && start <= until) seen += Math.round((until - start) / length) + 1
  if (!open && start < until) seen += Math.max(1, Math.round((until - start) / length))
  return Math.max(1, seen)
}
