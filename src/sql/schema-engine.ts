import type { Cell, Platform } from '../core/check.ts'
import { Engine, type Preparation } from './engine.ts'
import { osqueryCollations, osqueryFunctions } from './functions/index.ts'
import type { PlatformTable } from './schema.ts'
import type { Sqlite } from './sqlite.ts'
import { type SqlValue, TableError, type TableRow } from './table.ts'

/** Rows per table, and the tables that cannot be read. */
export interface Fixture {
  readonly rows: ReadonlyMap<string, readonly Readonly<Record<string, Cell>>[]>
  readonly errors?: ReadonlyMap<string, string>
  /** What a table answers that is in neither: no rows, or an error that names it. */
  readonly others: 'empty' | 'refused'
  /** Told of each table that was refused. */
  readonly onRefused?: (table: string) => void
}

const MOST_PREPARED = 1000

/** Milliseconds: over given rows, a sound statement takes one or two. */
const TIMEOUT = 2000

const NOTHING: Fixture = { rows: new Map(), others: 'empty' }

/** osquery's tables of one platform, without a host: prepares statements, and runs them over given rows. */
export class SchemaEngine {
  readonly platform: Platform
  readonly tables: ReadonlyMap<string, PlatformTable>
  readonly #engine: Engine
  #fixture: Fixture = NOTHING
  /** Gates are the same in many checks, and what was compiled is often linted next. */
  readonly #prepared = new Map<string, Preparation>()
  readonly #strict = new Set<string>()

  constructor(sqlite: Sqlite, platform: Platform, tables: ReadonlyMap<string, PlatformTable>) {
    this.platform = platform
    this.tables = tables
    const virtual = [...tables.values()].map(({ name, columns }) => ({
      name,
      columns,
      generate: () => this.#rowsOf(name),
    }))
    this.#engine = new Engine(sqlite, { tables: virtual, functions: osqueryFunctions, collations: osqueryCollations })
  }

  /** @throws SqlError */
  prepare(sql: string): Preparation {
    const known = this.#prepared.get(sql)
    if (known) return known
    const prepared = this.#engine.prepare(sql)
    if (this.#prepared.size >= MOST_PREPARED) this.#prepared.clear()
    this.#prepared.set(sql, prepared)
    return prepared
  }

  /** Throws where "text" in double quotes is no name, which `prepare` takes for a string. @throws SqlError */
  requireNames(sql: string): void {
    if (this.#strict.has(sql)) return
    this.#engine.setDoubleQuotedStrings(false)
    try {
      this.#engine.prepare(sql)
    } finally {
      this.#engine.setDoubleQuotedStrings(true)
    }
    if (this.#strict.size >= MOST_PREPARED) this.#strict.clear()
    this.#strict.add(sql)
  }

  /** The first column of the first row. @throws SqlError, SqlTimeout */
  value(sql: string, fixture: Fixture, now?: number): SqlValue {
    this.#fixture = fixture
    try {
      const { rows } = this.#engine.query(sql, { timeout: TIMEOUT, keep: true, ...(now === undefined ? {} : { now }) })
      return rows[0]?.[0] ?? null
    } finally {
      this.#fixture = NOTHING
    }
  }

  close(): void {
    this.#engine.close()
  }

  #rowsOf(table: string): Iterable<TableRow> {
    const { rows, errors, others, onRefused } = this.#fixture
    const error = errors?.get(table)
    if (error !== undefined) throw new TableError(error)
    const given = rows.get(table)
    if (given) return given.map((row) => this.#toRow(row))
    if (others === 'empty') return []
    onRefused?.(table)
    throw new TableError(`the test reads ${table} but gives no rows for it`)
  }

  #toRow(row: Readonly<Record<string, Cell>>): TableRow {
    return Object.fromEntries(
      Object.entries(row).map(([name, cell]) => [name, typeof cell === 'boolean' ? (cell ? 1 : 0) : cell]),
    )
  }
}
