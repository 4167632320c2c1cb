import type { Database } from 'better-sqlite3'
import { redriveKey } from './sqlite-deliveries.ts'

/** Changes how a sink goes on, within a transaction of the caller. A process that delivers to it sees that at its next step. */
export class SinkSteering {
  readonly #db: Database
  readonly #id: number
  readonly #name: string

  private constructor(db: Database, name: string, id: number) {
    this.#db = db
    this.#name = name
    this.#id = id
  }

  /** Undefined for a sink that nothing was ever delivered to. */
  static find(db: Database, name: string): SinkSteering | undefined {
    const find = db.prepare<[string], number>('SELECT id FROM sink WHERE tenant = 0 AND name = ?').pluck()
    const id = find.get(name)
    return id === undefined ? undefined : new SinkSteering(db, name, id)
  }

  setPaused(paused: boolean): void {
    this.#run('UPDATE sink SET paused = ? WHERE id = ?', paused ? 1 : 0, this.#id)
  }

  /** Nothing is waited for any more, neither for the sink nor for assets that are held back. */
  retry(now: number): void {
    this.#run('UPDATE sink SET next_try = NULL WHERE id = ?', this.#id)
    this.#run('UPDATE sink_parked SET next_try = ? WHERE sink = ?', now, this.#id)
  }

  /**
   * Lets the event go that everything waits for, or that each parked asset (or only one of them) waits for: it becomes a
   * dead letter. Answers their places in the ledger.
   */
  skip({ asset, message, now }: { readonly asset?: string; readonly message: string; readonly now: number }): number[] {
    const blocking = asset === undefined ? this.#findBlocking() : undefined
    const skipped = blocking === undefined ? this.#findParked(asset) : [blocking]
    for (const sequence of skipped) {
      this.#run('INSERT OR REPLACE INTO sink_dead VALUES (?, ?, ?, ?)', this.#id, sequence, now, message)
    }
    if (blocking === undefined) {
      this.#run(
        'UPDATE sink_parked SET sequence = sequence + 1, attempts = 0, next_try = ? WHERE sink = ? AND sequence IN (SELECT value FROM json_each(?))',
        now,
        this.#id,
        JSON.stringify(skipped),
      )
    } else {
      this.#run(
        'UPDATE sink SET cursor = max(cursor, ?), attempts = 0, next_try = NULL, failure = NULL WHERE id = ?',
        blocking,
        this.#id,
      )
    }
    return skipped
  }

  /** Marks dead letters, all of them or one, to be sent once more. Answers their places in the ledger. */
  redrive(sequence?: number): number[] {
    const dead = this.#db
      .prepare<[number, number | null], number>(
        'SELECT sequence FROM sink_dead WHERE sink = ? AND sequence = ifnull(?, sequence) ORDER BY sequence',
      )
      .pluck()
      .all(this.#id, sequence ?? null)
    if (dead.length === 0) return []
    this.#run(
      `INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = (SELECT json_group_array(value) FROM (
 SELECT value FROM json_each(setting.value) UNION SELECT value FROM json_each(excluded.value) ORDER BY value))`,
      redriveKey(this.#name),
      JSON.stringify(dead),
    )
    return dead
  }

  #findBlocking(): number | undefined {
    return this.#db
      .prepare<[number], number>(
        `SELECT e.sequence FROM sink s JOIN entry e ON e.sequence > s.cursor WHERE s.id = ? AND s.failure IS NOT NULL
 AND e.asset NOT IN (SELECT asset FROM sink_parked WHERE sink = s.id) ORDER BY e.sequence LIMIT 1`,
      )
      .pluck()
      .get(this.#id)
  }

  #findParked(asset: string | undefined): number[] {
    return this.#db
      .prepare<[number, string | null, string | null], number>(
        `SELECT p.sequence FROM sink_parked p LEFT JOIN asset a ON a.id = p.asset
 WHERE p.sink = ? AND (? IS NULL OR a.uuid = ?) ORDER BY p.sequence`,
      )
      .pluck()
      .all(this.#id, asset ?? null, asset ?? null)
  }

  #run(sql: string, ...values: unknown[]): void {
    this.#db.prepare(sql).run(...values)
  }
}
