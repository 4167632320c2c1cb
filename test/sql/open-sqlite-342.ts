import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Cell } from '../../src/core/check.ts'
import { osqueryCollations, osqueryFunctions } from '../../src/sql/functions/index.ts'
import type { PlatformTable } from '../../src/sql/schema.ts'

type Value = string | number | bigint | null | Uint8Array

interface OldDatabase {
  readonly pointer: number
  exec(sql: string | { sql: string; bind: unknown[] }): void
  selectValue(sql: string): Value
  createFunction(options: Record<string, unknown>): void
  close(): void
}

/** A database of SQLite 3.42.0, the release that osquery holds, with osquery's functions and plain tables. */
export class Sqlite342 {
  readonly #open: () => OldDatabase

  private constructor(open: () => OldDatabase) {
    this.#open = open
  }

  static async load(): Promise<Sqlite342> {
    // The package was made for browsers: it asks for `self`, and would fetch its binary.
    Object.assign(globalThis, { self: globalThis })
    const folder = join(
      dirname(createRequire(import.meta.url).resolve('sqlite-3.42/package.json')),
      'sqlite-wasm',
      'jswasm',
    )
    const { default: init } = await import(pathToFileURL(join(folder, 'sqlite3-node.mjs')).href)
    const quiet = () => {}
    const sqlite = await init({ wasmBinary: readFileSync(join(folder, 'sqlite3.wasm')), print: quiet, printErr: quiet })
    return new Sqlite342(() => new sqlite.oo1.DB(':memory:'))
  }

  /** The first value of a statement over tables with these rows. */
  ask(
    sql: string,
    tables: ReadonlyMap<string, PlatformTable>,
    given: Readonly<Record<string, readonly Readonly<Record<string, Cell>>[]>>,
    now?: number,
  ): Value {
    const db = this.#open()
    const realNow = Date.now
    try {
      addFunctions(db)
      for (const table of tables.values()) {
        if (!sql.includes(table.name)) continue
        fill(db, table, given[table.name] ?? [])
      }
      if (now !== undefined) Date.now = () => now * 1000
      return db.selectValue(sql)
    } finally {
      Date.now = realNow
      db.close()
    }
  }
}

function fill(
  db: OldDatabase,
  { name, columns }: PlatformTable,
  rows: readonly Readonly<Record<string, Cell>>[],
): void {
  const known = ['nocase', 'binary', 'rtrim']
  const definitions = columns.map(
    ({ name: column, type, collate }) =>
      `"${column}" ${type}${collate && known.includes(collate) ? ` COLLATE ${collate}` : ''}`,
  )
  db.exec(`CREATE TEMP TABLE "${name}" (${definitions.join(', ')})`)
  for (const row of rows) {
    const names = Object.keys(row)
    const bind = names.map((column) => (typeof row[column] === 'boolean' ? Number(row[column]) : row[column]))
    db.exec({
      sql: `INSERT INTO "${name}" (${names.map((column) => `"${column}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      bind,
    })
  }
}

function addFunctions(db: OldDatabase): void {
  for (const { name, arity, call } of osqueryFunctions) {
    for (const count of arity) {
      // Numbers come as JavaScript has them; an integral one stands for INTEGER, which is what checks pass.
      const xFunc = (_: number, ...values: Value[]) =>
        call(...values.map((value) => (Number.isInteger(value) ? BigInt(value as number) : value)))
      db.createFunction({ name, arity: count, xFunc: Object.defineProperty(xFunc, 'length', { value: count + 1 }) })
    }
  }
}

/** Collations that plain tables cannot have here; comparisons under them are left to the newer engine. */
export const UNAVAILABLE_COLLATIONS = osqueryCollations.map(({ name }) => name)
