import type { Database, Statement } from 'better-sqlite3'
import type { AssetRecord } from '../core/event.ts'
import type { Changes, CheckState } from '../core/state.ts'
import type { AssetKey, LedgerEntry } from '../core/store.ts'
import type { Names } from './names.ts'
import { type AssetRow, type SqliteAssets, toRecord } from './sqlite-assets.ts'
import type { SqliteBatches } from './sqlite-batches.ts'
import type { SqliteCheckNames } from './sqlite-check-names.ts'
import type { SqliteChecks, StoredCheck } from './sqlite-checks.ts'
import { SqliteClock } from './sqlite-clock.ts'
import type { SqliteLedger } from './sqlite-ledger.ts'

export interface WriterTables {
  readonly names: Names
  readonly assets: SqliteAssets
  readonly checks: SqliteChecks
  readonly checkNames: SqliteCheckNames
  readonly batches: SqliteBatches
  readonly ledger: SqliteLedger
  readonly clock: () => number
}

type Before = ReadonlyMap<string, StoredCheck>

/** Writes what was decided, within a transaction of the caller. */
export class SqliteWriter {
  readonly #tables: WriterTables
  readonly #clock: SqliteClock
  readonly #putGap: Statement<unknown[]>
  readonly #putEvidence: Statement<unknown[]>
  readonly #dropEvidence: Statement<[number, number]>
  readonly #hasEvidence: Statement<[number], number>

  constructor(db: Database, tables: WriterTables) {
    this.#tables = tables
    this.#clock = new SqliteClock(db)
    this.#putGap = db.prepare('INSERT OR REPLACE INTO gap (asset, check_id, since, until) VALUES (?, ?, ?, ?)')
    this.#putEvidence = db.prepare('INSERT OR REPLACE INTO evidence VALUES (?, ?, ?)')
    this.#dropEvidence = db.prepare('DELETE FROM evidence WHERE asset = ? AND check_id = ?')
    this.#hasEvidence = db.prepare<[number], number>('SELECT 1 FROM evidence WHERE asset = ? LIMIT 1').pluck()
  }

  /** Writes changes of an asset, or of the ledger itself; `known` and `before` are what was known of it. */
  apply(key: AssetKey, known: AssetRow | undefined, before: Before, changes: Changes): LedgerEntry[] {
    const { assets, checks, checkNames, batches, names } = this.#tables
    if (changes.asset && known && key) assets.update(known, changes.asset)
    const row = known ?? this.#addAsset(key, changes.asset)
    if (changes.setBackTo !== undefined) this.#clock.setBack(row.id, changes.setBackTo)
    for (const { from, to } of changes.renames ?? []) checkNames.rename(row.id, from, to)
    for (const definition of changes.definitions ?? []) checks.define(definition)
    const { entries, entryOf, baseline } = this.append(row, key ? (changes.asset ?? toRecord(row)) : null, changes)
    const batch = changes.batch ? batches.number(changes.batch) : 0
    let regrouped = false
    for (const check of changes.checks ?? []) {
      const stored = findBefore(check, before, changes)
      const gone = check.removedAt !== null
      regrouped ||= gone || stored?.batch !== batch || stored.removedAt !== null
      const entry = entryOf.get(check.check) ?? baseline ?? stored?.entry ?? 0
      checks.put(row.id, check, { before: stored, batch: gone && stored ? stored.batch : batch, entry })
    }
    for (const { check, since, until } of changes.gaps ?? []) {
      this.#putGap.run(row.id, names.number(check), since, until)
    }
    if (entryOf.size > 0 && this.#hasEvidence.get(row.id) !== undefined) {
      for (const id of entryOf.keys()) this.#dropEvidence.run(row.id, names.number(id))
    }
    for (const { check, ...evidence } of changes.refreshed ?? []) {
      this.#putEvidence.run(row.id, names.number(check), JSON.stringify(evidence))
    }
    if (changes.batch) {
      regrouped = this.#regroup(row.id, batch, changes.batch.members, before) || regrouped
      batches.put(row.id, batch, changes.batch)
      if (regrouped) batches.invalidateOthers(row.id, batch)
    }
    return entries
  }

  /** Appends entries about an asset, or about the ledger itself where there is no record of one. */
  append(row: AssetRow, record: AssetRecord | null, { entries: drafts }: Pick<Changes, 'entries'>) {
    const { assets, names, ledger } = this.#tables
    const entries: LedgerEntry[] = []
    const entryOf = new Map<string, number>()
    let { sequence, baseline } = row
    let written: number | undefined
    for (const draft of drafts) {
      const check = draft.check ? names.number(draft.check.id) : 0
      const entry = ledger.append(draft, { asset: row.id, assetSequence: ++sequence, check }, record)
      entries.push(entry)
      if (draft.check) entryOf.set(draft.check.id, entry.sequence)
      if (draft.action === 'ASSET_BASELINE') {
        written = entry.sequence
        baseline = entry.sequence
      }
    }
    assets.count(row, sequence, baseline)
    return { entries, entryOf, baseline: written }
  }

  /** Every check of the report was confirmed through this batch, whatever it was confirmed through before. */
  #regroup(asset: number, batch: number, members: readonly string[], before: Before): boolean {
    let regrouped = false
    for (const member of members) {
      const stored = before.get(member)
      if (!stored || stored.batch === batch) continue
      this.#tables.checks.move(asset, stored.id, batch)
      regrouped = true
    }
    return regrouped
  }

  #addAsset(key: AssetKey, asset: AssetRecord | undefined): AssetRow {
    if (!key || !asset) throw new Error('an asset that is not known yet must be described')
    return this.#tables.assets.add({ ...asset, uuid: key.uuid }, this.#tables.clock())
  }
}

/** What was known of a check, also where its id was another one. */
function findBefore({ check }: CheckState, before: Before, { renames = [] }: Changes): StoredCheck | undefined {
  const known = before.get(check)
  if (known || renames.length === 0) return known
  const from = renames.find(({ to }) => to === check)?.from
  return from === undefined ? undefined : before.get(from)
}
