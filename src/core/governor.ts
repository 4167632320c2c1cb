import type { Event } from './event.ts'
import type { QuietHours } from './quiet-hours.ts'
import { isVerdict, type Verdict } from './verdict.ts'

/** So many transitions within so many seconds. */
export interface Rate {
  readonly transitions: number
  readonly per: number
}

/** A verdict counts once so many of the last so many observations agree on it. */
export interface Damping {
  readonly agree: number
  readonly of: number
}

/** What a sink is spared. It decides on delivery only: the ledger has everything. */
export interface Governor {
  readonly damping?: Damping
  /** The most transitions of one check, over all assets. */
  readonly budget?: Rate
  /** The most transitions of all checks together. */
  readonly breaker?: Rate
  /** Events are given together, once in so many seconds. */
  readonly digest?: number
  /** When nothing but alarms is delivered. */
  readonly quiet?: QuietHours
}

/** A check's verdict on an asset that became another one. */
export interface Transition {
  readonly asset: string
  readonly check: string
  readonly verdict: Verdict
  /** Null where there was none. */
  readonly last: Verdict | null
}

/** Why something is left out, and the word that its reason begins with. */
export const CAUSES = { damping: 'damped', budget: 'budget', breaker: 'breaker' } as const
export type Cause = keyof typeof CAUSES

/** What a sink was told last of a check on an asset, kept while something else holds that it was not told of. */
export interface Belief {
  readonly asset: string
  readonly check: string
  /** Null: it was told nothing. */
  readonly told: Verdict | null
  /** What was left out last. */
  readonly left: Verdict
  readonly cause: Cause
}

/** Transitions that were counted from a time on. */
export interface Tally {
  /** Empty: of all checks together. */
  readonly check: string
  /** Milliseconds since 1970. */
  readonly start: number
  readonly count: number
  /** Whether a storm goes on, so that none is let through. */
  readonly open: boolean
  /** The UUID of the first event that was left out; null while none was. */
  readonly first: string | null
}

/** The transition that an event tells of. */
export function readTransition({ action, asset, meta, changes }: Event): Transition | undefined {
  const verdict = changes?.verdict?.latest
  // After an inability the event tells the last judged verdict; what was said last is that there was none.
  const last = meta?.inability ? 'error' : changes?.verdict?.last
  if (action !== 'ASSET_COMPLIANCE' || !asset || !isVerdict(verdict) || typeof meta?.check !== 'string')
    return undefined
  return { asset: asset.uuid, check: meta.check, verdict, last: isVerdict(last) ? last : null }
}

/** Whether a verdict asks nobody to do anything. */
export function isCalm(verdict: Verdict | null): boolean {
  return verdict === null || verdict === 'pass' || verdict === 'not_applicable'
}

/** Whether a verdict is what the sink was told last, so that telling it would tell nothing. */
export function isKnown(verdict: Verdict, { told }: Pick<Belief, 'told'>): boolean {
  // A first verdict that is calm is told to nobody.
  return verdict === told || (told === null && isCalm(verdict))
}

/** What a sink believes after a transition was left out; null when that is what holds. */
export function leaveOut(transition: Transition, before: Belief | null, cause: Cause): Belief | null {
  const { asset, check, verdict, last } = transition
  const told = before ? before.told : last
  return isKnown(verdict, { told }) ? null : { asset, check, told, left: verdict, cause: before?.cause ?? cause }
}

/** When a tally ends, in milliseconds since 1970. */
export function endOf({ start }: Tally, rate: Rate | undefined): number {
  return start + (rate?.per ?? 0) * 1000
}

/** Whether a tally counts at a time no more. */
export function isOver(tally: Tally, rate: Rate | undefined, at: number): boolean {
  return at >= endOf(tally, rate)
}

/** Counts a number of transitions, in a new tally where the one before is over. */
export function count(before: Tally | undefined, rate: Rate, { check = '', at = 0, by = 1 }): Tally {
  if (before && !isOver(before, rate, at)) return { ...before, count: before.count + by }
  const end = before && endOf(before, rate)
  const follows = before && end !== undefined && at >= end && at < end + rate.per * 1000
  // A storm of all checks together ends once there were no more transitions than may be.
  const open = check === '' && Boolean(follows && before.count > rate.transitions)
  return { check, start: at, count: by, open, first: null }
}

/** The tally after one that has ended and has left something for it to be summed up. */
export function follow(tally: Tally, rate: Rate | undefined): Tally {
  const { check, first } = tally
  if (!rate) return { ...tally, first: null }
  const [base, number = 0] = (first ?? '').split('/')
  return { ...count(tally, rate, { check, at: endOf(tally, rate), by: 0 }), first: `${base}/${Number(number) + 1}` }
}

/** Whether the last that was counted is too much. */
export function isTooMuch({ open, count }: Tally, { transitions }: Rate): boolean {
  return open || count > transitions
}

/** Up to when events are due at a time: those recorded before. In milliseconds since 1970. */
export function horizonOf({ digest }: Governor, now: number): number {
  return digest === undefined ? Number.POSITIVE_INFINITY : Math.floor(now / (digest * 1000)) * digest * 1000
}

/** The first time at or after this one at which a sink is given something. */
export function nextDigest({ digest }: Governor, time: number): number {
  return digest === undefined ? time : Math.ceil(time / (digest * 1000)) * digest * 1000
}

/** Such as `20 transitions within 1h`. */
export function describeRate({ transitions, per }: Rate): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const
  const [unit, size] = units.find((each) => per % each[1] === 0) ?? ['s', 1]
  return `${transitions} transitions within ${per / size}${unit}`
}
