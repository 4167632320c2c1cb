import type { Database } from 'better-sqlite3'
import type { LedgerEntry } from '../core/store.ts'
import { rewriteDatabase } from './compact.ts'
import { eraseFromAcceptances } from './erase-acceptances.ts'
import { StateError, toStateError } from './sqlite-error.ts'
import type { SqliteStore } from './sqlite-store.ts'

export interface Erased {
  readonly payloads: number
  /** The entry that tells of it, and names nobody. */
  readonly entry: LedgerEntry
  /** False when another process still held what was there before: it is gone from the disk when that one ends. */
  readonly complete: boolean
}

/**
 * Erases what is known of an asset, and what its entries say, from the database's files. The entries themselves stay,
 * about a number that stands for nobody, so that the chain holds. Waivers and attestations that name it lose that name.
 * An asset that reports again is a new one.
 * @throws StateError, also when the database could not be written anew afterwards
 */
export async function eraseAsset(
  store: SqliteStore,
  { uuid }: { readonly uuid: string },
  { clock }: { readonly clock: () => number },
): Promise<Erased | undefined> {
  const { db } = store
  db.pragma('secure_delete = ON')
  const erased = store.maintain((append) => {
    const known = db
      .prepare<[string], { id: number; name: string | null; given_name: string | null }>(
        'SELECT id, name, given_name FROM asset WHERE tenant = 0 AND uuid = ?',
      )
      .get(uuid)
    if (known === undefined) return undefined
    const { id: asset, name, given_name: givenName } = known
    const names = [name, givenName].filter((each) => each !== null && each !== '') as string[]
    const payloads = deleteRows(db, asset) + eraseFromAcceptances(db, { uuid, names })
    // Whatever columns there are: only what keeps the numbering remains.
    db.prepare('DELETE FROM asset WHERE id = ?').run(asset)
    db.prepare(
      'INSERT INTO asset (id, uuid, first_seen, sequence) SELECT @asset, NULL, 0, count(*) FROM entry WHERE asset = @asset',
    ).run({ asset })
    const meta = { payloads }
    const entry = append({ action: 'ASSET_ERASED', level: 'WARNING', observedAt: clock(), changes: null, meta })
    return { payloads, entry }
  })
  if (!erased) return undefined
  try {
    // Pages that were moved or freed before may still hold some of it.
    return { ...erased, complete: rewriteDatabase(db) }
  } catch (cause) {
    const { message } = toStateError(cause, db.name) as Error
    throw new StateError('io', db.name, `the asset is erased, but traces may be left in unused parts: ${message}`, {
      hint: 'checks ledger compact writes the file anew, without them',
      cause,
    })
  }
}

/** Deletes what any table holds of an asset or of its entries, except the entries. Answers how many payloads there were. */
function deleteRows(db: Database, asset: number): number {
  const tables = db.prepare<[string], string>(
    `SELECT t.name FROM pragma_table_list t JOIN pragma_table_info(t.name) c
 WHERE t.schema = 'main' AND t.type = 'table' AND c.name = ? AND t.name NOT IN ('entry', 'asset')`,
  )
  for (const table of tables.pluck().all('asset')) db.prepare(`DELETE FROM ${table} WHERE asset = ?`).run(asset)
  let payloads = 0
  for (const table of tables.pluck().all('sequence')) {
    const own = `DELETE FROM ${table} WHERE sequence IN (SELECT sequence FROM entry WHERE asset = ?)`
    const { changes } = db.prepare(own).run(asset)
    if (table === 'payload') payloads = changes
  }
  return payloads
}
