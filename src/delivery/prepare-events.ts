import {
  type DeliveryPolicy,
  type DeliveryStore,
  decideDelivery,
  endsFailure,
  type Owed,
  tellsFailure,
} from '../core/delivery.ts'
import { type Event, toWire } from '../core/event.ts'
import type { Outgoing } from '../core/sink.ts'
import type { LedgerEntry } from '../core/store.ts'

export interface PrepareOptions {
  /** The sink's name. */
  readonly name: string
  readonly store: DeliveryStore
  /** As it is now: filters may change while we run. */
  readonly policy: () => DeliveryPolicy
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
  const outgoing: Outgoing[] = []
  const suppressed: { sequence: number; reason: string }[] = []
  for (const { sequence, event } of entries) {
    if (!event) {
      suppressed.push({ sequence, reason: 'its payload was pruned or erased' })
      continue
    }
    const definition = event.meta?.definition
    const tags = byTag && typeof definition === 'string' ? await store.tags(definition) : []
    const key = keyOf(owedOf(event))
    const decision = decideDelivery(event, { policy, owed: owed.has(key), tags })
    if (!decision.deliver) {
      suppressed.push({ sequence, reason: decision.reason })
      continue
    }
    const wire = toWire({ sequence, event })
    const sent = decision.alarm ? raiseAlarm(wire) : wire
    const document = format(sent)
    if (document === undefined) {
      suppressed.push({ sequence, reason: 'the format has no words for it' })
      continue
    }
    outgoing.push({ sequence, event: sent, document })
    // What this batch tells of is owed as well, though it is not stored yet.
    if (tellsFailure(event)) owed.add(key)
  }
  return { outgoing, suppressed }
}

/** The asset that an event is about; empty for none. */
export function assetOf(event: Event | null): string {
  return event?.asset?.uuid ?? ''
}

export function owedOf(event: Event): Owed {
  return { asset: assetOf(event), check: typeof event.meta?.check === 'string' ? event.meta.check : '' }
}

export function keyOf({ asset, check }: Owed): string {
  return `${asset} ${check}`
}

function raiseAlarm(event: Event): Event {
  return { ...event, level: 'CRITICAL', meta: { ...event.meta, alarm: true } }
}
