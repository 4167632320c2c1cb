import type { Database } from 'better-sqlite3'
import { LEVELS } from '../core/event.ts'
import { toExpression } from '../core/select.ts'
import type { EventQuery, LedgerEntry } from '../core/store.ts'
import type { Names } from './names.ts'
import type { SqliteCheckNames } from './sqlite-check-names.ts'
import { ENTRY_COLUMNS, type EntryRow, toLedgerEntry } from './sqlite-ledger.ts'

interface Tables {
  readonly checkNames: SqliteCheckNames
  readonly actions: Names
}

/** Reads the ledger's entries. */
export class SqliteEvents {
  readonly #db: Database
  readonly #checkNames: SqliteCheckNames
  readonly #actions: Names

  constructor(db: Database, { checkNames, actions }: Tables) {
    this.#db = db
    this.#checkNames = checkNames
    this.#actions = actions
  }

  list(query: EventQuery): LedgerEntry[] {
    const { sql, values } = this.#toSql(query)
    const rows = this.#db
      .prepare<unknown[], EntryRow>(sql)
      .raw()
      .all(...values)
    return rows.map(toLedgerEntry).sort((one, other) => one.sequence - other.sequence)
  }

  #toSql(query: EventQuery): { sql: string; values: unknown[] } {
    const { since, until, checks, assets, level, actions, after, limit } = query
    // What comes after an entry is read along the ledger, however wide the time around it.
    const timed = after === undefined && (since !== undefined || until !== undefined)
    const where: string[] = []
    const values: unknown[] = []
    const add = (condition: string, ...given: unknown[]) => {
      where.push(condition)
      values.push(...given)
    }
    const addSome = (column: string, given: readonly unknown[]) =>
      add(`${column} IN (${given.map(() => '?').join(', ')})`, ...given)
    // A plus keeps SQLite from an index that would read far more than the one that is wanted.
    if (timed) add('e.tenant = 0')
    if (since !== undefined) add('e.observed >= ?', since)
    if (until !== undefined) add('e.observed < ?', until)
    if (after !== undefined) add('e.sequence > ?', after)
    if (checks) {
      addSome(timed ? '+e.check_id' : 'e.check_id', [...(query.general ? [0] : []), ...this.#numbersOf(checks)])
    }
    if (assets) addSome('a.uuid', assets)
    if (level) add('e.level >= ?', LEVELS.indexOf(level))
    if (actions)
      addSome(
        'e.action',
        actions.flatMap((name) => this.#actions.find(name) ?? []),
      )
    const byAsset = !timed && after === undefined && (checks || assets)
    const from = byAsset
      ? 'asset a CROSS JOIN entry e ON e.asset = a.id'
      : `entry e${assets ? ' CROSS JOIN asset a ON a.id = e.asset' : ''}`
    const newest = after === undefined
    const order = timed && newest ? 'e.observed DESC, e.sequence DESC' : `e.sequence ${newest ? 'DESC' : 'ASC'}`
    const sql = `SELECT ${ENTRY_COLUMNS} FROM ${from} LEFT JOIN payload p ON p.sequence = e.sequence${
      where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''
    } ORDER BY ${order}${limit === undefined ? '' : ' LIMIT ?'}`
    return { sql, values: limit === undefined ? values : [...values, limit] }
  }

  #numbersOf(patterns: readonly string[]): number[] {
    const exact = patterns.filter((pattern) => !/[*?]/.test(pattern)).flatMap((id) => this.#checkNames.numbersOf(id))
    const globs = patterns.filter((pattern) => /[*?]/.test(pattern)).map(toExpression)
    if (globs.length === 0) return exact
    const names = this.#db
      .prepare<[], { id: number; name: string }>(
        'SELECT id, name FROM check_name UNION ALL SELECT check_id, name FROM former_name',
      )
      .all()
    return [...exact, ...names.filter(({ name }) => globs.some((glob) => glob.test(name))).map(({ id }) => id)]
  }
}
