import type { Database, Statement } from 'better-sqlite3'
import type { DeliveryStore, Owed, Parked, Settlement, SinkState } from '../core/delivery.ts'
import type { SinkFailure } from '../core/sink.ts'
import type { LedgerEntry } from '../core/store.ts'
import { toStateError } from './sqlite-error.ts'
import { ENTRY_COLUMNS, type EntryRow, toLedgerEntry } from './sqlite-ledger.ts'

interface SinkRow {
  readonly id: number
  readonly cursor: number
  readonly paused: number
  readonly attempts: number
  readonly next_try: number | null
  readonly failure: string | null
  readonly failed_at: number | null
  readonly delivered_at: number | null
  readonly delivered: number
}

interface ParkedRow {
  readonly asset: string | null
  readonly sequence: number
  readonly attempts: number
  readonly next_try: number
  readonly failure: string
}

/** How far each sink has come, in the state's database. */
export class SqliteDeliveries implements DeliveryStore {
  readonly #db: Database
  readonly #find: Statement<[string], SinkRow>
  readonly #parked: Statement<[number], ParkedRow>
  readonly #after: Statement<[number, number], EntryRow>
  readonly #ofAsset: Statement<[string | null, number, number, number], EntryRow>
  readonly #at: Statement<[string], EntryRow>
  readonly #redrive: Statement<[string], string>
  readonly #isOwed: Statement<[number, string, string, string], number>
  readonly #tags: Statement<[string], string>
  readonly #known = new Map<string, readonly string[]>()
  readonly #statements = new Map<string, Statement<unknown[]>>()

  constructor(db: Database) {
    this.#db = db
    this.#find = db.prepare('SELECT * FROM sink WHERE tenant = 0 AND name = ?')
    this.#parked = db.prepare(
      'SELECT a.uuid AS asset, p.sequence, p.attempts, p.next_try, p.failure FROM sink_parked p JOIN asset a ON a.id = p.asset WHERE p.sink = ?',
    )
    this.#after = db
      .prepare<[number, number], EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM entry e LEFT JOIN payload p ON p.sequence = e.sequence WHERE e.sequence > ? ORDER BY e.sequence LIMIT ?`,
      )
      .raw()
    this.#ofAsset = db
      .prepare<[string | null, number, number, number], EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM entry e LEFT JOIN payload p ON p.sequence = e.sequence WHERE e.asset = ${ASSET} AND +e.sequence > ? AND +e.sequence <= ? ORDER BY e.sequence LIMIT ?`,
      )
      .raw()
    this.#at = db
      .prepare<[string], EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM entry e LEFT JOIN payload p ON p.sequence = e.sequence WHERE e.sequence IN (SELECT value FROM json_each(?)) ORDER BY e.sequence`,
      )
      .raw()
    this.#redrive = db.prepare<[string], string>('SELECT value FROM setting WHERE key = ?').pluck()
    this.#isOwed = db
      .prepare<[number, string, string, string], number>(
        `SELECT 1 FROM sink_owed WHERE sink = ? AND asset = (SELECT id FROM asset WHERE tenant = 0 AND uuid = ?) AND check_id IN (${CHECK}) LIMIT 1`,
      )
      .pluck()
    this.#tags = db.prepare<[string], string>('SELECT body FROM definition WHERE digest = ?').pluck()
  }

  async sink(name: string, from?: number): Promise<SinkState> {
    return this.#guarded(() => {
      const row = this.#find.get(name) ?? this.#begin(name, from)
      const parked = this.#parked.all(row.id).map(toParked)
      return {
        name,
        cursor: row.cursor,
        paused: row.paused === 1,
        attempts: row.attempts,
        nextTry: row.next_try,
        failure: row.failure === null ? null : (JSON.parse(row.failure) as SinkFailure),
        failedAt: row.failed_at,
        deliveredAt: row.delivered_at,
        delivered: row.delivered,
        parked,
        redrive: JSON.parse(this.#redrive.get(redriveKey(name)) ?? '[]') as number[],
      }
    })
  }

  async entries(query: Parameters<DeliveryStore['entries']>[0]): Promise<readonly LedgerEntry[]> {
    const { after, limit, asset, upTo = Number.MAX_SAFE_INTEGER } = query
    return this.#guarded(() => {
      const rows =
        asset === undefined
          ? this.#after.all(after, limit)
          : this.#ofAsset.all(asset === '' ? null : asset, after, upTo, limit)
      return rows.map(toLedgerEntry)
    })
  }

  async entriesAt(sequences: readonly number[]): Promise<readonly LedgerEntry[]> {
    return this.#guarded(() => this.#at.all(JSON.stringify(sequences)).map(toLedgerEntry))
  }

  async owed(name: string, among: readonly Owed[]): Promise<readonly Owed[]> {
    return this.#guarded(() => {
      const { id } = this.#find.get(name) ?? this.#begin(name)
      return among.filter(({ asset, check }) => this.#isOwed.get(id, asset, check, check) !== undefined)
    })
  }

  async tags(definition: string): Promise<readonly string[]> {
    const known = this.#known.get(definition)
    if (known) return known
    const body = this.#guarded(() => this.#tags.get(definition))
    const { tags = [] } = body === undefined ? {} : (JSON.parse(body) as { tags?: readonly string[] })
    this.#known.set(definition, tags)
    return tags
  }

  async settle(name: string, settlement: Settlement): Promise<void> {
    this.#guarded(() => this.#db.transaction(() => this.#write(name, settlement)).immediate())
  }

  /** Whoever is new hears of what comes from now on. */
  #begin(name: string, from?: number): SinkRow {
    const cursor =
      from ?? this.#db.prepare<[], number>('SELECT coalesce(max(sequence), 0) FROM entry').pluck().get() ?? 0
    this.#db.prepare('INSERT OR IGNORE INTO sink (name, cursor) VALUES (?, ?)').run(name, cursor)
    return this.#find.get(name) as SinkRow
  }

  #write(name: string, settlement: Settlement): void {
    const { id } = this.#find.get(name) ?? this.#begin(name)
    const { cursor, delivered = 0, failure, now } = settlement
    const run = (sql: string, ...values: unknown[]) => this.#statement(sql).run(...values)
    // What was skipped meanwhile stays skipped.
    if (cursor !== undefined) run('UPDATE sink SET cursor = max(cursor, ?) WHERE id = ?', cursor, id)
    if (delivered > 0) {
      run('UPDATE sink SET delivered = delivered + ?, delivered_at = ? WHERE id = ?', delivered, now, id)
    }
    if (failure === null) run('UPDATE sink SET attempts = 0, next_try = NULL, failure = NULL WHERE id = ?', id)
    else if (failure) {
      const { attempts, nextTry } = failure
      const text = JSON.stringify(failure.failure)
      run(
        'UPDATE sink SET attempts = ?, next_try = ?, failure = ?, failed_at = ? WHERE id = ?',
        attempts,
        nextTry,
        text,
        now,
        id,
      )
    }
    for (const asset of settlement.unpark ?? [])
      run(`DELETE FROM sink_parked WHERE sink = ? AND asset = ${ASSET}`, id, asset || null)
    for (const { asset, sequence, attempts, nextTry, failure } of settlement.park ?? []) {
      const text = JSON.stringify(failure)
      run(
        `INSERT INTO sink_parked SELECT ?, ${ASSET}, ?, ?, ?, ? WHERE true ON CONFLICT DO UPDATE SET
 sequence = max(sequence, excluded.sequence), attempts = excluded.attempts, next_try = excluded.next_try, failure = excluded.failure`,
        id,
        asset || null,
        sequence,
        attempts,
        nextTry,
        text,
      )
    }
    if (settlement.redriven) {
      const list = JSON.stringify(settlement.redriven)
      run(`DELETE FROM sink_dead WHERE sink = ? AND ${AMONG}`, id, list)
      run(
        `UPDATE setting SET value = (SELECT json_group_array(value) FROM json_each(setting.value)
 WHERE value NOT IN (SELECT value FROM json_each(?))) WHERE key = ?`,
        list,
        redriveKey(name),
      )
    }
    for (const { sequence, message } of settlement.dead ?? [])
      run('INSERT OR REPLACE INTO sink_dead VALUES (?, ?, ?, ?)', id, sequence, now, message)
    for (const { sequence, reason } of settlement.suppressed ?? [])
      run('INSERT OR REPLACE INTO sink_suppressed VALUES (?, ?, ?)', id, sequence, reason)
    for (const { asset, check } of settlement.owe ?? [])
      run(`INSERT OR IGNORE INTO sink_owed ${PAIR}`, id, check, check, asset)
    for (const { asset, check } of settlement.paid ?? []) {
      run(`DELETE FROM sink_owed WHERE (sink, asset, check_id) IN (${PAIR})`, id, check, check, asset)
    }
  }

  /** Prepared once: a settlement may hold a thousand rows of a kind. */
  #statement(sql: string): Statement<unknown[]> {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #guarded<Answer>(work: () => Answer): Answer {
    try {
      return work()
    } catch (error) {
      throw toStateError(error, this.#db.name)
    }
  }
}

// Erased assets have no UUID either: without one the ledger itself is meant.
const ASSET = 'ifnull((SELECT id FROM asset WHERE tenant = 0 AND uuid = ?), 0)'
// An event may be delivered after its check was renamed.
const CHECK =
  'SELECT id FROM check_name WHERE tenant = 0 AND name = ? UNION SELECT check_id FROM former_name WHERE tenant = 0 AND name = ?'
const PAIR = `SELECT ?, a.id, c.id FROM asset a, (${CHECK}) c WHERE a.tenant = 0 AND a.uuid = ?`
const AMONG = 'sequence IN (SELECT value FROM json_each(?))'

/** The setting that lists dead letters which are to be sent once more. */
export function redriveKey(name: string): string {
  return `redrive:${name}`
}

function toParked({ asset, sequence, attempts, next_try: nextTry, failure }: ParkedRow): Parked {
  return { asset: asset ?? '', sequence, attempts, nextTry, failure: JSON.parse(failure) as SinkFailure }
}
