import type { Database } from 'better-sqlite3'
import { LEVELS } from '../core/event.ts'
import { toExpression } from '../core/select.ts'
import type { EventQuery, LedgerEntry } from '../core/store.ts'
import type { Names } from './names.ts'
import type { SqliteCheckNames } from './sqlite-check-names.ts'
import { ENTRY_COLUMNS, type EntryRow, toLedgerEntry } from './sqlite-ledger.ts'

/**
 * An index that leads to fewer entries than this is followed. What every index leads to more of is so frequent that it
 * is soon met along the ledger.
 */
const FEW = 20_000

interface Tables {
  readonly checkNames: SqliteCheckNames
  readonly actions: Names
  readonly few?: number
}

/** Part of a statement, with the values of its parameters. */
interface Fragment {
  readonly sql: string
  readonly values: readonly unknown[]
}

/** A query with numbers instead of names. */
interface Wanted extends Omit<EventQuery, 'checks' | 'actions' | 'level'> {
  readonly checks: readonly number[] | undefined
  readonly actions: readonly number[] | undefined
  readonly level: number | undefined
}

/** Reads the ledger's entries. */
export class SqliteEvents {
  readonly #db: Database
  readonly #checkNames: SqliteCheckNames
  readonly #actions: Names
  readonly #few: number

  constructor(db: Database, { checkNames, actions, few = FEW }: Tables) {
    this.#db = db
    this.#checkNames = checkNames
    this.#actions = actions
    this.#few = few
  }

  list(query: EventQuery): LedgerEntry[] {
    const wanted = this.#toNumbers(query)
    const { after, limit } = wanted
    const few = this.#findFew(wanted)
    const timed = after === undefined && isTimed(wanted)
    const { sql, values } = join(' AND ', [...(few ? [among(few)] : []), ...conditionsOf(wanted)])
    const newest = timed ? 'e.observed DESC, e.sequence DESC' : 'e.sequence DESC'
    // Payloads are read for what is answered only, not for all that is sorted.
    const found = `SELECT * FROM entry e ${timed && !few ? 'INDEXED BY entry_by_time' : 'NOT INDEXED'} WHERE ${sql}
 ORDER BY ${after === undefined ? newest : 'e.sequence'} LIMIT ?`
    const rows = this.#db
      .prepare<unknown[], EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM (${found}) e LEFT JOIN payload p ON p.sequence = e.sequence`,
      )
      .raw()
      .all(...values, limit ?? -1)
    return rows.map(toLedgerEntry).sort((one, other) => one.sequence - other.sequence)
  }

  /** The entries that the best index leads to, when these are few; all that is wanted is among them. */
  #findFew(wanted: Wanted): Fragment | undefined {
    const { after } = wanted
    // Whoever waits for what comes next reads the ledger's end.
    if (after !== undefined && this.#countAfter(after) <= this.#few) return undefined
    let best: Fragment | undefined
    let least = this.#few
    for (const found of [byTime(wanted), byAssetAndCheck(wanted), byKind(wanted)]) {
      const count = found ? this.#count(found, least) : Number.POSITIVE_INFINITY
      if (count >= least) continue
      best = found
      least = count
    }
    return best
  }

  #count({ sql, values }: Fragment, most: number): number {
    const count = this.#db.prepare<unknown[], number>(`SELECT count(*) FROM (${sql} LIMIT ?)`).pluck()
    return count.get(...values, most) as number
  }

  #countAfter(sequence: number): number {
    const head = this.#db.prepare<[], number | null>('SELECT max(sequence) FROM entry').pluck().get()
    return (head ?? 0) - sequence
  }

  #toNumbers({ checks, general, actions, level, ...rest }: EventQuery): Wanted {
    return {
      ...rest,
      checks: checks && [...(general ? [0] : []), ...this.#numbersOf(checks)],
      actions: actions?.flatMap((name) => this.#actions.find(name) ?? []),
      level: level && LEVELS.indexOf(level),
    }
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

function isTimed({ since, until }: Wanted): boolean {
  return since !== undefined || until !== undefined
}

/** Everything that is wanted of an entry `e`. */
function conditionsOf({ since, until, after, checks, assets, actions, level }: Wanted): Fragment[] {
  return [
    { sql: 'e.tenant = 0', values: [] },
    ...(since === undefined ? [] : [{ sql: 'e.observed >= ?', values: [since] }]),
    ...(until === undefined ? [] : [{ sql: 'e.observed < ?', values: [until] }]),
    ...(after === undefined ? [] : [{ sql: 'e.sequence > ?', values: [after] }]),
    ...(checks ? [oneOf('e.check_id', checks)] : []),
    ...(assets ? [among({ ...assetsOf(assets), column: 'e.asset' })] : []),
    ...(actions ? [oneOf('e.action', actions)] : []),
    ...(level === undefined ? [] : [{ sql: 'e.level >= ?', values: [level] }]),
  ]
}

// What follows finds sequences within one index each, without reading the entries.

function byTime(wanted: Wanted): Fragment | undefined {
  if (!isTimed(wanted)) return undefined
  const { since = 0, until = Number.MAX_SAFE_INTEGER } = wanted
  const sql = 'SELECT sequence FROM entry INDEXED BY entry_by_time WHERE tenant = 0 AND observed >= ? AND observed < ?'
  return { sql, values: [since, until] }
}

function byAssetAndCheck({ assets, checks }: Wanted): Fragment | undefined {
  if (!assets && !checks) return undefined
  const where = [among({ ...assetsOf(assets), column: 'a.id' }), ...(checks ? [oneOf('e.check_id', checks)] : [])]
  const { sql, values } = join(' AND ', where)
  const from = 'asset a CROSS JOIN entry e INDEXED BY entry_by_check ON e.asset = a.id'
  return { sql: `SELECT e.sequence FROM ${from} WHERE ${sql}`, values }
}

function byKind({ actions, level }: Wanted): Fragment | undefined {
  if (!actions && level === undefined) return undefined
  const those = actions
    ? oneOf('action', actions)
    : among({ sql: 'SELECT id FROM action_name', values: [], column: 'action' })
  const sql = `SELECT sequence FROM entry INDEXED BY entry_by_kind WHERE ${those.sql} AND level >= ?`
  return { sql, values: [...those.values, level ?? 0] }
}

function assetsOf(uuids: readonly string[] | undefined): Fragment {
  if (!uuids) return { sql: 'SELECT id FROM asset', values: [] }
  const { sql, values } = oneOf('uuid', uuids)
  return { sql: `SELECT id FROM asset WHERE tenant = 0 AND ${sql}`, values }
}

function among({ sql, values, column = 'e.sequence' }: Fragment & { readonly column?: string }): Fragment {
  return { sql: `${column} IN (${sql})`, values }
}

function oneOf(column: string, values: readonly unknown[]): Fragment {
  return { sql: `${column} IN (${values.map(() => '?').join(', ')})`, values }
}

function join(separator: string, parts: readonly Fragment[]): Fragment {
  return { sql: parts.map(({ sql }) => sql).join(separator), values: parts.flatMap(({ values }) => values) }
}
