import type { AlarmFilter, EventFilter } from './delivery.ts'
import type { EntryDraft } from './event.ts'

/** What operators do to delivery. */
export const DELIVERY_ACTS = [
  'retry',
  'skip',
  'pause',
  'resume',
  'redrive',
  'filter_added',
  'filter_removed',
  'alarm_added',
  'alarm_removed',
] as const
export type DeliveryAct = (typeof DELIVERY_ACTS)[number]

/** After these, less is delivered than before. */
const LESSENING: readonly DeliveryAct[] = ['skip', 'pause', 'filter_added', 'alarm_removed']
/** Places in the ledger that an entry names. */
const MOST_SEQUENCES = 100

export interface DeliveryChange {
  readonly act: DeliveryAct
  readonly sink?: string
  /** The entries that are meant. */
  readonly sequences?: readonly number[]
  readonly filter?: EventFilter | AlarmFilter
  /** The name of whoever does it. */
  readonly user: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The entry of an operator's act upon delivery. */
export function toDeliveryEntry({ act, sink, sequences, filter, user, now }: DeliveryChange): EntryDraft {
  return {
    action: 'LEDGER_DELIVERY_CHANGED',
    level: LESSENING.includes(act) ? 'WARNING' : 'INFO',
    observedAt: now,
    changes: null,
    meta: {
      act,
      ...(sink === undefined ? {} : { sink }),
      ...(sequences === undefined ? {} : { sequences: sequences.slice(0, MOST_SEQUENCES) }),
      ...(filter === undefined ? {} : { filter }),
    },
    user,
  }
}
