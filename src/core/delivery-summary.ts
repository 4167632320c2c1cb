import { type Event, toTimestamp } from './event.ts'
import { endOf, type Rate, type Tally } from './governor.ts'
import type { Omission } from './governor-store.ts'

export interface SummaryContext {
  readonly sink: string
  readonly cause: 'budget' | 'breaker'
  /** What was too little; undefined where it is no longer set. */
  readonly rate: Rate | undefined
  readonly tally: Tally
  readonly omission: Omission
  /** The UUIDv5 of a name. */
  readonly uuidOf: (name: string) => string
}

/**
 * The event that tells a sink what it was not given because there was too much of it. It stands in no ledger; its UUID
 * follows from the first event that was left out, so that a repeated one is known again.
 */
export function toDeliverySummary({ sink, cause, rate, tally, omission, uuidOf }: SummaryContext): Event {
  const { transitions, assets, checks, checksTotal, standingTotal } = omission
  const until = toTimestamp(endOf(tally, rate))
  return {
    uuid: uuidOf(`summary:${sink}:${tally.check}:${tally.first}`),
    timestamp: until,
    level: 'WARNING',
    action: 'DELIVERY_SUMMARY',
    meta: {
      cause,
      sink,
      limit: rate ? { transitions: rate.transitions, seconds: rate.per } : null,
      since: toTimestamp(tally.start),
      until,
      transitions,
      assets,
      checks,
      checks_total: checksTotal,
      standing: [],
      standing_total: standingTotal,
    },
    changes: null,
    item: null,
    company: null,
    user: null,
    team: null,
    asset: null,
  }
}
