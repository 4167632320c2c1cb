import type { Event, Level } from './event.ts'
import { LEVELS } from './event.ts'
import { toExpression } from './select.ts'
import type { SinkFailure } from './sink.ts'
import type { LedgerEntry } from './store.ts'

/** Which events are meant; every part that is given must hold. Patterns know `*` and `?`. */
export interface EventFilter {
  readonly action?: string
  /** Exactly these levels. */
  readonly levels?: readonly Level[]
  /** A pattern of check ids. */
  readonly check?: string
  /** A tag of the check. */
  readonly tag?: string
  /** An asset's UUID, or a pattern of its name. */
  readonly asset?: string
}

/** Events of an action at or above a level are alarms. */
export interface AlarmFilter {
  readonly action: string
  readonly level: Level
}

export interface DeliveryPolicy {
  readonly exclude: readonly EventFilter[]
  readonly alarms: readonly AlarmFilter[]
}

/** What a sink is to do with an event: deliver it, or leave it out for a reason that is recorded. */
export type Decision =
  | { readonly deliver: true; readonly alarm: boolean }
  | { readonly deliver: false; readonly reason: string }

export interface DecisionContext {
  readonly policy: DeliveryPolicy
  /** Whether the sink was given a failure of this check on this asset, so that it must hear of its end. */
  readonly owed: boolean
  readonly tags: readonly string[]
}

/**
 * An alarm is always delivered, and so are what ends a failure that the sink was told of, and operators' acts upon
 * delivery; otherwise filters decide.
 */
export function decideDelivery(event: Event, { policy, owed, tags }: DecisionContext): Decision {
  const alarm = isAlarm(event, policy.alarms)
  // Who is given less from now on hears of it.
  const isSteering = event.action === 'LEDGER_DELIVERY_CHANGED'
  if (alarm || isSteering || (owed && endsFailure(event))) return { deliver: true, alarm }
  if (isFirstPass(event)) return { deliver: false, reason: 'a first verdict that passes' }
  const filter = policy.exclude.find((each) => matchesFilter(event, each, tags))
  return filter ? { deliver: false, reason: `excluded: ${describeFilter(filter)}` } : { deliver: true, alarm }
}

export function isAlarm(event: Event, alarms: readonly AlarmFilter[]): boolean {
  if (event.meta?.alarm === true) return true
  const level = LEVELS.indexOf(event.level)
  return alarms.some((each) => LEVELS.indexOf(each.level) <= level && toExpression(each.action).test(event.action))
}

export function matchesFilter(event: Event, filter: EventFilter, tags: readonly string[]): boolean {
  const { action, levels, check, tag, asset } = filter
  const id = event.meta?.check
  return (
    (action === undefined || toExpression(action).test(event.action)) &&
    (levels === undefined || levels.includes(event.level)) &&
    (check === undefined || (typeof id === 'string' && toExpression(check).test(id))) &&
    (tag === undefined || tags.includes(tag)) &&
    (asset === undefined ||
      (event.asset !== null && (event.asset.uuid === asset || toExpression(asset).test(event.asset.name))))
  )
}

/** A filter in words, as `checks filters` shows it and a suppressed event names it. */
export function describeFilter({ action, levels, check, tag, asset }: EventFilter): string {
  const parts = [
    action && `action ${action}`,
    levels && `level ${levels.join(', ')}`,
    check && `check ${check}`,
    tag && `tag ${tag}`,
    asset && `asset ${asset}`,
  ]
  return parts.filter(Boolean).join(', ') || 'everything'
}

/** Whether an event tells of a check that fails or warns. */
export function tellsFailure({ action, changes }: Event): boolean {
  return action === 'ASSET_COMPLIANCE' && changes?.passed?.latest === false
}

/** Whether an event tells that a check neither fails nor warns any more; that it cannot be judged ends nothing. */
export function endsFailure({ action, changes }: Event): boolean {
  const verdict = changes?.verdict?.latest
  if (action === 'ASSET_CHECK_REMOVED') return true
  return action === 'ASSET_COMPLIANCE' && (verdict === 'pass' || verdict === 'not_applicable')
}

function isFirstPass({ action, meta, changes }: Event): boolean {
  return (
    action === 'ASSET_COMPLIANCE' &&
    meta?.kind === 'first' &&
    changes?.passed?.latest !== false &&
    meta.verdict !== 'error'
  )
}

/** Milliseconds. The first pause, and the longest. */
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 300_000

/** How long to wait after so many failed attempts: full jitter, so that many senders do not come back at once. */
export function retryDelay(attempts: number, random: number, retryAfter = 0): number {
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(attempts, 20))
  return Math.max(retryAfter, Math.round(random * pause))
}

/**
 * Whether something may be tried again. A pause longer than any that is ever made was begun by a clock that has been set
 * back since, and is over.
 */
export function isDue(nextTry: number | null, now: number, failure: SinkFailure | null): boolean {
  if (nextTry === null || nextTry <= now) return true
  return Number.isFinite(nextTry) && nextTry - now > Math.max(LONGEST_PAUSE, failure?.retryAfter ?? 0)
}

/** An asset whose events a sink holds back, since it refused one of them for now. */
export interface Parked {
  /** Empty for entries that are about no asset. */
  readonly asset: string
  /** The first event that was not delivered. */
  readonly sequence: number
  readonly attempts: number
  readonly nextTry: number
  readonly failure: SinkFailure
}

/** How far a sink has come. Times are milliseconds since 1970. */
export interface SinkState {
  readonly name: string
  /** Every entry up to here was delivered, suppressed, refused for good, or belongs to a parked asset. */
  readonly cursor: number
  readonly paused: boolean
  readonly attempts: number
  /** Nothing is sent before; null: at once. */
  readonly nextTry: number | null
  /** The last failure, until something was delivered again. */
  readonly failure: SinkFailure | null
  readonly failedAt: number | null
  readonly deliveredAt: number | null
  readonly delivered: number
  readonly parked: readonly Parked[]
  /** Dead letters that are to be sent once more. */
  readonly redrive: readonly number[]
}

/** A failure that a sink was told of: whoever heard of it must hear of its end. */
export interface Owed {
  readonly asset: string
  readonly check: string
}

/** What a step of delivery changed, written all at once. */
export interface Settlement {
  readonly cursor?: number
  readonly delivered?: number
  /** Null: whatever was wrong is over. */
  readonly failure?: { readonly failure: SinkFailure; readonly attempts: number; readonly nextTry: number } | null
  readonly park?: readonly Parked[]
  readonly unpark?: readonly string[]
  readonly dead?: readonly { readonly sequence: number; readonly message: string }[]
  readonly suppressed?: readonly { readonly sequence: number; readonly reason: string }[]
  /** Dead letters that were sent once more: they stand in `dead` again, or are dead no longer. */
  readonly redriven?: readonly number[]
  readonly owe?: readonly Owed[]
  readonly paid?: readonly Owed[]
  readonly now: number
}

/** What delivery asks of the store. */
export interface DeliveryStore {
  /** The sink's state; a sink that is new begins after the ledger's last entry, or at `from`. */
  sink(name: string, from?: number): Promise<SinkState>
  settle(name: string, settlement: Settlement): Promise<void>
  /** Entries after a sequence, oldest first; of one asset, up to a sequence, where these are given. */
  entries(query: {
    readonly after: number
    readonly limit: number
    readonly asset?: string
    readonly upTo?: number
  }): Promise<readonly LedgerEntry[]>
  /** The entries at these places. */
  entriesAt(sequences: readonly number[]): Promise<readonly LedgerEntry[]>
  /** Which of these failures a sink was told of. */
  owed(name: string, among: readonly Owed[]): Promise<readonly Owed[]>
  /** The tags of a check, by the digest of its definition. */
  tags(definition: string): Promise<readonly string[]>
}
