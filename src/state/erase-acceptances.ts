import type { Database } from 'better-sqlite3'
import { type AssetScope, isEmptyScope } from '../core/acceptance.ts'
import { ACCEPTANCE_ACTIONS } from '../core/acceptance-event.ts'
import type { StoredPayload } from './payload.ts'
import type { AcceptanceRow } from './sqlite-acceptances.ts'
import { readEvent } from './sqlite-ledger.ts'

/** What an asset is called. */
export interface ErasedNames {
  readonly uuid: string
  readonly names: readonly string[]
}

/**
 * Takes an asset out of the waivers and attestations that name it; one that names no other goes. Entries that name it
 * lose what they said. Patterns and labels name nobody. Answers how many payloads were removed.
 */
export function eraseFromAcceptances(db: Database, { uuid, names }: ErasedNames): number {
  const isNamed = ({ ids = [], names: written = [] }: Partial<AssetScope>) =>
    ids.includes(uuid) || written.some((name) => names.includes(name))
  const rows = db.prepare('SELECT * FROM acceptance WHERE tenant = 0').all() as AcceptanceRow[]
  for (const { id, body } of rows) {
    const given = JSON.parse(body) as { readonly assets: AssetScope }
    if (!isNamed(given.assets)) continue
    const assets: AssetScope = {
      ...given.assets,
      ids: given.assets.ids.filter((each) => each !== uuid),
      names: given.assets.names.filter((name) => !names.includes(name)),
    }
    if (isEmptyScope(assets)) db.prepare('DELETE FROM acceptance WHERE id = ?').run(id)
    else db.prepare('UPDATE acceptance SET body = ? WHERE id = ?').run(JSON.stringify({ ...given, assets }), id)
  }
  const told = db.prepare<[string], { sequence: number; body: StoredPayload }>(
    `SELECT p.sequence, p.body FROM entry e JOIN payload p ON p.sequence = e.sequence
 WHERE e.action IN (SELECT id FROM action_name WHERE name IN (SELECT value FROM json_each(?)))`,
  )
  const naming = told.all(JSON.stringify(ACCEPTANCE_ACTIONS)).filter(({ body }) => {
    const assets = readEvent(body).meta?.assets
    return typeof assets === 'object' && assets !== null && isNamed(assets)
  })
  for (const { sequence } of naming) db.prepare('DELETE FROM payload WHERE sequence = ?').run(sequence)
  return naming.length
}
