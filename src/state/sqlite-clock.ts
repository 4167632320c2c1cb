import type { Database, Statement } from 'better-sqlite3'
import { EVIDENCE_AGE } from '../core/diff.ts'

const STATEMENTS: readonly string[] = [
  // What was observed later by the old clock was known by now: the order of the ledger tells which of it came last.
  'UPDATE entry SET valid = @to WHERE asset = @asset AND valid > @to',
  'DELETE FROM gap WHERE asset = @asset AND since >= @to',
  'UPDATE OR REPLACE gap SET until = @to WHERE asset = @asset AND until > @to',
  `UPDATE batch SET seen = min(seen, @to), refresh = min(refresh, @to + ${EVIDENCE_AGE}) WHERE asset = @asset`,
  `UPDATE check_state SET since = min(since, @to), inability_since = min(inability_since, @to),
 evidence_at = min(evidence_at, @to), removed = min(removed, @to) WHERE asset = @asset`,
]

/** Follows the clocks of assets. */
export class SqliteClock {
  readonly #statements: readonly Statement<[{ asset: number; to: number }]>[]

  constructor(db: Database) {
    this.#statements = STATEMENTS.map((sql) => db.prepare(sql))
  }

  /** After an asset's clock was set back: nothing that is known of it may lie later. */
  setBack(asset: number, to: number): void {
    for (const statement of this.#statements) statement.run({ asset, to })
  }
}
