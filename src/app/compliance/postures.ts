import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PostureReport } from '../../core/posture-report.ts'
import type { Store } from '../../core/store.ts'
import type { TableContext } from '../../sql/table.ts'
import { readPosture } from '../posture.ts'

/** What is known of each machine that is asked for, or of all; other work goes on in between. */
export async function* listPostures(store: Store, context: TableContext, now: number): AsyncGenerator<PostureReport> {
  const asked = new Set(context.equals('asset_uuid').map((uuid) => uuid.toLowerCase()))
  for (const asset of await store.assets()) {
    if (asked.size > 0 && !asked.has(asset.uuid)) continue
    await nextTurn()
    yield await readPosture(store, { asset, selection: { patterns: [], tags: [] }, now })
  }
}

/** osquery counts time in seconds since 1970. */
export function toSeconds(milliseconds: number | null | undefined): number | null {
  return milliseconds === null || milliseconds === undefined ? null : Math.floor(milliseconds / 1000)
}
