import type { DeliveryStore, Parked, SinkState } from '../core/delivery.ts'
import type { LedgerEntry } from '../core/store.ts'

/** What an asset was held back with. */
export interface HeldBack {
  readonly parked: Parked
  readonly entries: readonly LedgerEntry[]
  /** Whether there may be more. */
  readonly more: boolean
}

/** What the first of these assets were held back with, up to the cursor; a batch in all. */
export async function readLanes(
  due: readonly Parked[],
  { cursor }: Pick<SinkState, 'cursor'>,
  { store, batch }: { readonly store: DeliveryStore; readonly batch: number },
): Promise<readonly HeldBack[]> {
  const lanes: HeldBack[] = []
  let room = batch
  for (const parked of due.slice(0, batch)) {
    const { asset, sequence } = parked
    const entries = await store.entries({ after: sequence - 1, upTo: cursor, asset, limit: room })
    lanes.push({ parked, entries, more: entries.length === room })
    room -= entries.length
    if (room === 0) break
  }
  return lanes
}
