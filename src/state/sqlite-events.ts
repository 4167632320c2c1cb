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
  /** The default unless given. */
  readonly worthAnIndex?: typeof worthAnIndex
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
  readonly #worthAnIndex: typeof worthAnIndex

  constructor(db: Database, { checkNames, actions, ...tables }: Tables) {
    this.#db = db
    this.#checkNames = checkNames
    this.#actions = actions
    this.#worthAnIndex = tables.worthAnIndex ?? worthAnIndex
  }

  list(query: EventQuery): LedgerEntry[] {
    const asked = this.#toNumbers(query)
    const few = this.#findFew(asked)
    const wanted = few ? asked : this.#skip(asked)
    const { after, limit } = wanted
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
    const { after = 0, limit } = wanted
    const entries = this.#db.prepare<[], number>('SELECT coalesce(max(sequence), 0) FROM entry').pluck().get() as number
    let least = this.#worthAnIndex(entries, limit)
    // Whoever waits for what comes next reads the ledger's end.
    if (entries - after <= least) return undefined
    let best: Fragment | undefined
    for (const found of [byTime(wanted), byAssetAndCheck(wanted), byKind(wanted)]) {
      const count = found ? this.#count(found, least) : Number.POSITIVE_INFINITY
      if (count >= least) continue
      best = found
      least = count
    }
    return best
  }

  /** Along the ledger, goes on at the next entry of the time that is wanted, where that may be far away. */
  #skip(wanted: Wanted): Wanted {
    const { after, since = Number.MIN_SAFE_INTEGER, until = Number.MAX_SAFE_INTEGER } = wanted
    const found = byTime(wanted)
    if (after === undefined || !found) return wanted
    const next = this.#db.prepare<[number], number>('SELECT observed FROM entry WHERE sequence > ? LIMIT 1').pluck()
    const observed = next.get(after) ?? since
    if (observed >= since && observed < until) return wanted
    const first = this.#db.prepare<unknown[], number | null>(
      `SELECT min(sequence) FROM (${found.sql}) WHERE sequence > ?`,
    )
    const sequence = first.pluck().get(...found.values, after) ?? Number.MAX_SAFE_INTEGER
    return { ...wanted, after: sequence - 1 }
  }

  #count({ sql, values }: Fragment, most: number): number {
    const count = this.#db.prepare<unknown[], number>(`SELECT count(*) FROM (${sql} LIMIT ?)`).pluck()
    return count.get(...values, most) as number
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

/**
 * To how many entries an index may lead at most to be worth following. What is more frequent than that is sooner met
 * along the ledger: where `count` of so many entries match, the first `limit` within `limit * entries / count`. To look
 * an entry up costs some four times as much as to pass by it.
 */
function worthAnIndex(entries: number, limit: number | undefined): number {
  return Math.ceil(limit === undefined ? entries / 4 : Math.sqrt((limit * entries) / 4))
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
  const { since = Number.MIN_SAFE_INTEGER, until = Number.MAX_SAFE_INTEGER } = wanted
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
