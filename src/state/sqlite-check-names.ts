import type { Database, Statement } from 'better-sqlite3'
import type { KnownCheck } from '../core/store.ts'
import type { Names } from './names.ts'

/** Tables in which a check stands by its number. */
const TABLES = [
  'check_state',
  'entry',
  'gap',
  'evidence',
  'sink_owed',
  'sink_belief',
  'sink_left_out',
  'sink_standing',
] as const

/** The ids of checks, now and formerly. */
export class SqliteCheckNames {
  readonly #names: Names
  readonly #rename: Statement<[string, string]>
  readonly #merges: readonly Statement<[number, number, number]>[]
  readonly #addFormer: Statement<[string, number]>
  readonly #inherit: Statement<[number, number]>
  readonly #former: Statement<[number], string>
  readonly #byFormer: Statement<[string], number>
  readonly #isUsed: Statement<[number], number>
  readonly #known: Statement<[], { name: string; formerly: string }>

  constructor(db: Database, names: Names) {
    this.#names = names
    this.#rename = db.prepare('UPDATE check_name SET name = ? WHERE tenant = 0 AND name = ?')
    this.#merges = TABLES.map((table) =>
      db.prepare(`UPDATE OR REPLACE ${table} SET check_id = ? WHERE asset = ? AND check_id = ?`),
    )
    this.#addFormer = db.prepare('INSERT OR IGNORE INTO former_name (name, check_id) VALUES (?, ?)')
    this.#inherit = db.prepare(
      'INSERT OR IGNORE INTO former_name (name, check_id) SELECT name, ? FROM former_name WHERE check_id = ?',
    )
    this.#former = db.prepare<[number], string>('SELECT name FROM former_name WHERE check_id = ? ORDER BY name').pluck()
    this.#byFormer = db
      .prepare<[string], number>('SELECT check_id FROM former_name WHERE tenant = 0 AND name = ?')
      .pluck()
    this.#isUsed = db.prepare<[number], number>('SELECT 1 FROM check_state WHERE check_id = ? LIMIT 1').pluck()
    this.#known = db.prepare(
      `SELECT name, (
 SELECT json_group_array(f.name) FROM former_name f WHERE f.check_id = c.id AND f.name <> c.name
) AS formerly FROM check_name c ORDER BY name`,
    )
  }

  /** Lets everything that is known of an asset's check under one id stand under another. */
  rename(asset: number, from: string, to: string): void {
    const id = this.#names.find(from)
    if (id === undefined) return
    const taken = this.#names.find(to)
    if (taken === undefined) {
      // One row changes the name for all assets.
      this.#rename.run(to, from)
      this.#names.forget()
    } else {
      // Both are known, as when this asset's check came after the others had been renamed.
      for (const merge of this.#merges) merge.run(taken, asset, id)
      this.#inherit.run(taken, id)
    }
    this.#addFormer.run(from, taken ?? id)
  }

  /** The ids that a check had before. */
  formerlyOf(id: number): string[] {
    return this.#former.all(id)
  }

  /** The number of the check that has that id; where nothing is known under it, of those that had it. */
  numbersOf(name: string): number[] {
    const id = this.#names.find(name)
    const former = this.#byFormer.all(name).filter((other) => other !== id)
    if (id === undefined) return former
    // An id that was given up may have become another check's.
    return former.length === 0 || this.#isUsed.get(id) !== undefined ? [id] : [id, ...former]
  }

  known(): KnownCheck[] {
    return this.#known.all().map(({ name, formerly }) => ({ id: name, formerly: JSON.parse(formerly) as string[] }))
  }
}
