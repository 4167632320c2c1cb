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
import { writeGovernorChanges } from './write-governor-changes.ts'

interface TallyRow extends Omit<Tally, 'open'> {
  readonly open: number
}

type Place = Pick<GovernorMemory, 'governed' | 'looked'>

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
      const place = this.#prepare('SELECT governed, looked FROM sink_governor WHERE sink = ?').get(id)
      const lanes = this.#prepare(
        "SELECT ifnull(a.uuid, '') AS asset, l.passes, l.alarm FROM sink_lane l JOIN asset a ON a.id = l.asset WHERE l.sink = ?",
      ).all(id)
      const tallies = this.#prepare(
        'SELECT ifnull(c.name, \'\') AS "check", t.start, t.count, t.open, t.first FROM sink_tally t LEFT JOIN check_name c ON c.id = t.check_id WHERE t.sink = ?',
      ).all(id) as TallyRow[]
      return {
        ...((place as Place | undefined) ?? { governed: 0, looked: 0 }),
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
    this.#atOnce(sink, (id) => writeGovernorChanges(this.#run, id, changes))
  }

  async sumUp(sink: string, tally: Tally, next: Tally, describe: (omission: Omission) => Event): Promise<void> {
    this.#atOnce(sink, (id) => {
      const isLeft = sumUpTally(this.#db, id, tally, describe)
      writeGovernorChanges(this.#run, id, { tallies: [isLeft ? next : { ...tally, first: null }] })
    })
  }

  async forget(sink: string, uuid: string): Promise<void> {
    this.#atOnce(sink, (id) => {
      for (const table of ['sink_summary', 'sink_standing'])
        this.#run(`DELETE FROM ${table} WHERE sink = ? AND uuid = ?`, id, uuid)
    })
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

  readonly #run = (sql: string, ...values: unknown[]): void => {
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
