import { nameOf } from '../../core/event.ts'
import type { TableRow } from '../../sql/table.ts'
import { listPostures } from './postures.ts'
import type { StateTable } from './tables.ts'

/** The checks that are remembered, in the words of their definitions. */
export const complianceChecks: StateTable = {
  name: 'compliance_checks',
  async read(store, context, now) {
    const formerly = new Map((await store.checks()).map((known) => [known.id, known.formerly]))
    const rows: TableRow[] = []
    for await (const { asset, checks } of listPostures(store, context, now)) {
      for (const { check, version, definition, words } of checks) {
        rows.push({
          id: check,
          title: words.title,
          severity: words.severity,
          tags: words.tags.join(','),
          platform: asset.platform,
          schedule: words.schedule,
          version,
          definition,
          why: words.why,
          fix: words.fix,
          formerly: formerly.get(check)?.join(',') ?? '',
          asset_uuid: asset.uuid,
          asset_name: nameOf(asset),
        })
      }
    }
    return rows
  },
}
