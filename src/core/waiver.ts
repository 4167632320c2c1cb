import { type Acceptance, coversAsset, holdsAt, matchesAny, type ScopedAsset, stateOf } from './acceptance.ts'
import type { Severity } from './check.ts'
import type { AcceptedFailure } from './compliance-report.ts'
import type { Verdict } from './verdict.ts'

/** That failures of checks on some assets are accepted for a time. */
export interface Waiver extends Acceptance {
  readonly kind: 'waiver'
  /** Ids of checks, or patterns with * and ?. */
  readonly checks: readonly string[]
  readonly reason: string
  readonly approver: string
  /** What is risked meanwhile, in the approver's judgement. */
  readonly risk: Severity
  /** A check that must pass on the same asset; while it does not, the waiver does not hold. */
  readonly compensating?: string
}

/** A waiver as it is shown beside the failure that it accepts. Times are ISO 8601, UTC. */
export interface WaiverNote extends AcceptedFailure {
  readonly risk: Severity
  readonly from: string
  readonly compensating?: string
  /** `store`, or the place of its file. */
  readonly origin: string
}

/** A waiver that is there and does not hold. */
export interface LapsedWaiver {
  readonly id: string
  /** Such as `it expired at …`. */
  readonly why: string
}

export interface WaiverQuestion {
  readonly check: string
  /** Ids that it had before: who accepted its failure by one of them need not do so again. */
  readonly formerly?: readonly string[]
  readonly asset: ScopedAsset
  /** Milliseconds since 1970. */
  readonly at: number
  /** What is known of a check on this asset at that time; null: nothing. */
  verdictOf(check: string): Verdict | null
}

export interface WaiverAnswer {
  readonly waiver?: Waiver
  /** Why there is none, where one was meant for it. */
  readonly lapsed?: LapsedWaiver
}

/** The waiver that accepts a failure; of several, the one that holds longest. */
export function findWaiver(waivers: readonly Waiver[], question: WaiverQuestion): WaiverAnswer {
  const { check, formerly = [], asset, at } = question
  const ids = [check, ...formerly]
  const meant = waivers
    .filter((each) => ids.some((id) => matchesAny(each.checks, id)) && coversAsset(each.assets, asset))
    .sort((one, other) => other.until - one.until || (one.id < other.id ? -1 : 1))
  const holding = meant.filter((each) => holdsAt(each, at))
  const waiver = holding.find((each) => explainCompensation(each, question) === undefined)
  if (waiver) return { waiver }
  const [lapsed] = holding.length > 0 ? holding : meant
  return lapsed ? { lapsed: { id: lapsed.id, why: explainLapse(lapsed, question) } } : {}
}

function explainLapse(waiver: Waiver, question: WaiverQuestion): string {
  const { from, until, given, revoked } = waiver
  const moment = (time: number) => new Date(time).toISOString()
  switch (stateOf(waiver, question.at)) {
    case 'revoked':
      return `it was revoked at ${moment(revoked?.at ?? 0)}: ${revoked?.reason}`
    case 'pending':
      return `it begins at ${moment(Math.max(from, given?.at ?? from))}`
    case 'expired':
      return `it expired at ${moment(until)}`
    default:
      return explainCompensation(waiver, question) ?? ''
  }
}

function explainCompensation({ compensating }: Waiver, { verdictOf }: WaiverQuestion): string | undefined {
  if (compensating === undefined) return undefined
  const verdict = verdictOf(compensating)
  if (verdict === 'pass') return undefined
  const found = verdict === null ? 'nothing is known of it here' : `its verdict is ${verdict}`
  return `the check ${compensating} must pass meanwhile, and ${found}`
}

/** Whether a waiver may accept this: a failure, and what counts as one. It never hides that nothing could be judged. */
export function isAcceptable(verdict: Verdict | null, strict: boolean): boolean {
  return verdict === 'fail' || (strict && verdict === 'warn')
}

export function toNote({ id, reason, approver, risk, from, until, compensating, origin }: Waiver): WaiverNote {
  return {
    id,
    reason,
    approver,
    risk,
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    ...(compensating !== undefined && { compensating }),
    origin: origin === 'store' ? origin : `${origin.file}:${origin.line}`,
  }
}
