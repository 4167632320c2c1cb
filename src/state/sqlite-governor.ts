import type { Database, Statement } from 'better-sqlite3'
import type { CheckRuns } from '../core/damping.ts'
import type { Owed } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'
import type { Belief, Cause, Tally } from '../core/governor.ts'
import type { GovernorChanges, GovernorMemory, GovernorStore, Omission, Standing } from '../core/governor-store.ts'
import { VERDICTS, type Verdict } from '../core/verdict.ts'
import { createCheckRunsReader } from './read-check-runs.ts'
import { toStateError } from './sqlite-error.ts'
import { ASSET_ID, CHECK_ID, sumUpTally } from './sum-up-tally.ts'

interface TallyRow extends Omit<Tally, 'open'> {
  readonly open: number
}

/** What the governors of sinks remember, in the state's database. */
export class SqliteGovernor implements GovernorStore {
  readonly #db: Database
  readonly #runs: ReturnType<typeof createCheckRunsReader>
  readonly #statements = new Map<string, Statement<unknown[]>>()

  constructor(db: Database) {
    this.#db = db
    this.#runs = createCheckRunsReader(db)
  }

  async memory(sink: string): Promise<GovernorMemory> {
    return this.#guarded(sink, (id) => {
      const governed = this.#prepare('SELECT governed FROM sink_governor WHERE sink = ?').pluck().get(id)
      const lanes = this.#prepare(
        "SELECT ifnull(a.uuid, '') AS asset, l.passes, l.alarm FROM sink_lane l JOIN asset a ON a.id = l.asset WHERE l.sink = ?",
      ).all(id)
      const tallies = this.#prepare(
        'SELECT ifnull(c.name, \'\') AS "check", t.start, t.count, t.open, t.first FROM sink_tally t LEFT JOIN check_name c ON c.id = t.check_id WHERE t.sink = ?',
      ).all(id) as TallyRow[]
      return {
        governed: (governed as number | undefined) ?? 0,
        lanes: lanes as GovernorMemory['lanes'],
        tallies: tallies.map(({ open, ...tally }) => ({ ...tally, open: open === 1 })),
        summaries: this.#summaries(id),
      }
    })
  }

  async beliefs(sink: string, of: readonly Owed[]): Promise<readonly Belief[]> {
    return this.#guarded(sink, (id) => {
      const find = this.#prepare(
        `SELECT told, left_out AS "left", cause FROM sink_belief WHERE sink = ? AND asset = ${ASSET_ID} AND check_id = ${CHECK_ID}`,
      )
      return of.flatMap(({ asset, check }) => {
        const row = find.get(id, asset, check, check) as { told: number | null; left: number; cause: Cause } | undefined
        if (!row) return []
        const told = row.told === null ? null : (VERDICTS[row.told] as Verdict)
        return [{ asset, check, told, left: VERDICTS[row.left] as Verdict, cause: row.cause }]
      })
    })
  }

  async leftOut(sink: string, sequences: readonly number[]): Promise<readonly number[]> {
    return this.#guarded(sink, (id) =>
      this.#prepare(
        'SELECT sequence FROM sink_suppressed WHERE sink = ? AND sequence IN (SELECT value FROM json_each(?))',
      )
        .pluck()
        .all(id, JSON.stringify(sequences)),
    ) as readonly number[]
  }

  async runs(of: Owed, sequence: number, before: number): Promise<CheckRuns> {
    try {
      return this.#runs(of, sequence, before)
    } catch (error) {
      throw toStateError(error, this.#db.name)
    }
  }

  async write(sink: string, changes: GovernorChanges): Promise<void> {
    this.#atOnce(sink, (id) => this.#write(id, changes))
  }

  async sumUp(sink: string, tally: Tally, describe: (omission: Omission) => Event): Promise<void> {
    this.#atOnce(sink, (id) => {
      sumUpTally(this.#db, id, tally, describe)
      this.#write(id, { tallies: [{ ...tally, first: null }] })
    })
  }

  async forget(sink: string, uuid: string): Promise<void> {
    this.#atOnce(sink, (id) => {
      for (const table of ['sink_summary', 'sink_standing'])
        this.#run(`DELETE FROM ${table} WHERE sink = ? AND uuid = ?`, id, uuid)
    })
  }

  #write(id: number, changes: GovernorChanges): void {
    const { governed, suppressed = [], lanes = [], alarms = [], looks = [], release = [], tallies = [] } = changes
    const { beliefs = [], leftOut = [] } = changes
    if (governed !== undefined) this.#run('INSERT OR REPLACE INTO sink_governor VALUES (?, ?)', id, governed)
    for (const { sequence, reason } of suppressed)
      this.#run('INSERT OR REPLACE INTO sink_suppressed VALUES (?, ?, ?)', id, sequence, reason)
    for (const asset of release) {
      this.#run(`DELETE FROM sink_parked WHERE sink = ? AND asset = ${ASSET_ID}`, id, asset)
      this.#run(`DELETE FROM sink_lane WHERE sink = ? AND asset = ${ASSET_ID}`, id, asset)
    }
    for (const { asset, sequence, passes, alarm, nextTry, message } of lanes) {
      const failure = JSON.stringify({ reason: 'local', message })
      this.#run(
        `INSERT OR REPLACE INTO sink_parked VALUES (?, ${ASSET_ID}, ?, 0, ?, ?)`,
        id,
        asset,
        sequence,
        nextTry,
        failure,
      )
      this.#run(`INSERT OR REPLACE INTO sink_lane VALUES (?, ${ASSET_ID}, ?, ?)`, id, asset, passes, alarm)
    }
    for (const { asset, alarm } of alarms)
      this.#run(
        `INSERT INTO sink_lane VALUES (?, ${ASSET_ID}, 0, ?) ON CONFLICT DO UPDATE SET alarm = max(alarm, excluded.alarm)`,
        id,
        asset,
        alarm,
      )
    for (const { asset, passes } of changes.passes ?? [])
      this.#run(
        `INSERT INTO sink_lane VALUES (?, ${ASSET_ID}, ?, 0) ON CONFLICT DO UPDATE SET passes = max(passes, excluded.passes)`,
        id,
        asset,
        passes,
      )
    for (const { asset, nextTry } of [...alarms, ...looks])
      this.#run(`UPDATE sink_parked SET next_try = ? WHERE sink = ? AND asset = ${ASSET_ID}`, nextTry, id, asset)
    for (const { check, start, count, open, first } of tallies)
      this.#run(
        `INSERT OR REPLACE INTO sink_tally SELECT ?, ifnull(${CHECK_ID}, 0), ?, ?, ?, ?`,
        id,
        check,
        check,
        start,
        count,
        open ? 1 : 0,
        first,
      )
    for (const { of, belief } of beliefs) this.#believe(id, of, belief)
    for (const { tally, asset, check } of leftOut)
      this.#run(
        `INSERT INTO sink_left_out SELECT ?, ifnull(${CHECK_ID}, 0), ${ASSET_ID}, ${CHECK_ID}, 1 WHERE ${CHECK_ID} IS NOT NULL
 ON CONFLICT DO UPDATE SET transitions = transitions + 1`,
        id,
        tally,
        tally,
        asset,
        check,
        check,
        check,
        check,
      )
  }

  #believe(id: number, { asset, check }: Owed, belief: Belief | null): void {
    this.#run(
      `DELETE FROM sink_belief WHERE sink = ? AND asset = ${ASSET_ID} AND check_id = ${CHECK_ID}`,
      id,
      asset,
      check,
      check,
    )
    if (!belief) return
    const told = belief.told === null ? null : VERDICTS.indexOf(belief.told)
    this.#run(
      `INSERT OR REPLACE INTO sink_belief SELECT ?, ${ASSET_ID}, ${CHECK_ID}, ?, ?, ? WHERE ${CHECK_ID} IS NOT NULL`,
      id,
      asset,
      check,
      check,
      told,
      VERDICTS.indexOf(belief.left),
      belief.cause,
      check,
      check,
    )
  }

  /** What stands is kept apart from the rest, so that it is erased with its asset. */
  #summaries(id: number): Event[] {
    const rows = this.#prepare('SELECT uuid, event FROM sink_summary WHERE sink = ? ORDER BY at, uuid').all(id)
    return (rows as { uuid: string; event: string }[]).map(({ uuid, event }) => {
      const standing = this.#prepare(
        `SELECT a.uuid, coalesce(a.given_name, nullif(a.name, ''), a.uuid) AS name, c.name AS "check", s.verdict FROM sink_standing s
 JOIN asset a ON a.id = s.asset JOIN check_name c ON c.id = s.check_id WHERE s.sink = ? AND s.uuid = ? ORDER BY c.name, a.id`,
      ).all(id, uuid) as { uuid: string; name: string; check: string; verdict: number }[]
      const told = standing.map(
        (row): Standing => ({
          asset: { uuid: row.uuid, name: row.name },
          check: row.check,
          verdict: VERDICTS[row.verdict] as Verdict,
        }),
      )
      const read = JSON.parse(event) as Event
      return { ...read, meta: { ...read.meta, standing: told } }
    })
  }

  #run(sql: string, ...values: unknown[]): void {
    this.#prepare(sql).run(...values)
  }

  #prepare(sql: string): Statement<unknown[]> {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  /** All of it is written, or nothing. */
  #atOnce(sink: string, work: (id: number) => void): void {
    this.#guarded(sink, (id) => this.#db.transaction(() => work(id)).immediate())
  }

  #guarded<Answer>(sink: string, work: (id: number) => Answer): Answer {
    try {
      const find = this.#prepare('SELECT id FROM sink WHERE tenant = 0 AND name = ?')
      return work((find.get(sink) as { id: number } | undefined)?.id ?? 0)
    } catch (error) {
      throw toStateError(error, this.#db.name)
    }
  }
}
