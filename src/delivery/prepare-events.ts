import { type DeliveryPolicy, type DeliveryStore, decideDelivery, endsFailure } from '../core/delivery.ts'
import { type Event, toWire } from '../core/event.ts'
import type { Outgoing } from '../core/sink.ts'
import type { LedgerEntry } from '../core/store.ts'
import { expandBaseline, failuresIn } from './expand-baseline.ts'
import { keyOf, owedOf } from './owed.ts'

export interface PrepareOptions {
  /** The sink's name. */
  readonly name: string
  readonly store: DeliveryStore
  /** As it is now: filters may change while we run. */
  readonly policy: () => DeliveryPolicy
  /** Whether it is told of each check by itself, so that a first report becomes an event for each check that matters. */
  readonly perCheck?: boolean
  /** The UUIDv5 of a name. */
  readonly uuidOf?: (name: string) => string
  /** Which of these entries are known to be left out already. */
  readonly leftOut?: (sequences: readonly number[]) => Promise<readonly number[]>
  /** The document of the sink's format; undefined where the format has none for such an event. */
  readonly format: (event: Event) => unknown
}

/** What is to be sent of some entries, and what is not, in their order. */
export interface Prepared {
  readonly outgoing: readonly Outgoing[]
  readonly suppressed: readonly { readonly sequence: number; readonly reason: string }[]
}

export async function prepareEvents(entries: readonly LedgerEntry[], options: PrepareOptions): Promise<Prepared> {
  const { store, name, format } = options
  const policy = options.policy()
  const byTag = policy.exclude.some(({ tag }) => tag !== undefined)
  const endings = entries.flatMap(({ event }) => (event && endsFailure(event) ? [owedOf(event)] : []))
  const owed = new Set((endings.length > 0 ? await store.owed(name, endings) : []).map(keyOf))
  const leftOut = new Set(await options.leftOut?.(entries.map(({ sequence }) => sequence)))
  const outgoing: Outgoing[] = []
  const suppressed: { sequence: number; reason: string }[] = []
  for (const { sequence, event } of entries) {
    if (leftOut.has(sequence)) continue
    if (!event) {
      suppressed.push({ sequence, reason: 'its payload was pruned or erased' })
      continue
    }
    const { uuidOf } = options
    const parts = options.perCheck && uuidOf ? [event, ...expandBaseline(event, uuidOf)] : [event]
    let reason: string | undefined
    const before = outgoing.length
    for (const part of parts) {
      const definition = part.meta?.definition
      const tags = byTag && typeof definition === 'string' ? await store.tags(definition) : []
      const decision = decideDelivery(part, { policy, owed: owed.has(keyOf(owedOf(part))), tags })
      if (!decision.deliver) {
        reason ??= decision.reason
        continue
      }
      const wire = toWire({ sequence, event: part })
      const sent = decision.alarm ? raiseAlarm(wire) : wire
      const document = format(sent)
      if (document === undefined) {
        reason ??= 'the format has no words for it'
        continue
      }
      outgoing.push({ sequence, event: sent, document })
      // What this batch tells of is owed as well, though it is not stored yet.
      for (const told of failuresIn(part)) owed.add(keyOf(told))
    }
    if (outgoing.length === before && reason !== undefined) suppressed.push({ sequence, reason })
  }
  return { outgoing, suppressed }
}

function raiseAlarm(event: Event): Event {
  return { ...event, level: 'CRITICAL', meta: { ...event.meta, alarm: true } }
}
