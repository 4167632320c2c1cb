import type { Owed } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'

/** The asset that an event is about; empty for none. */
export function assetOf(event: Event | null): string {
  return event?.asset?.uuid ?? ''
}

/** What an event tells of, as the failure that it would be. */
export function owedOf(event: Event): Owed {
  return { asset: assetOf(event), check: typeof event.meta?.check === 'string' ? event.meta.check : '' }
}

export function keyOf({ asset, check }: Owed): string {
  return `${asset} ${check}`
}
