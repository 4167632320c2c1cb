import type { Database, Statement } from 'better-sqlite3'
import { EVIDENCE_AGE } from '../core/diff.ts'
import type { Batch } from '../core/state.ts'
import type { Names } from './names.ts'

/** Never the digest of a report. */
const VOID = Buffer.alloc(0)

/** The table of batches: when each was last heard of, and what it said. */
export class SqliteBatches {
  readonly #names: Names
  readonly #confirm: Statement<unknown[]>
  readonly #put: Statement<unknown[]>
  readonly #voidOthers: Statement<[Buffer, number, number]>
  readonly #sweep: Statement<[number, number, number]>

  constructor(db: Database, names: Names) {
    this.#names = names
    this.#confirm = db.prepare(
      'UPDATE batch SET seen = ? WHERE asset = (SELECT id FROM asset WHERE tenant = 0 AND uuid = ?) AND batch = ? AND digest = ? AND seen BETWEEN ? AND ? AND refresh > ?',
    )
    this.#put = db.prepare(
      'INSERT INTO batch VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET digest = excluded.digest, seen = excluded.seen, refresh = excluded.refresh',
    )
    this.#voidOthers = db.prepare('UPDATE batch SET digest = ? WHERE asset = ? AND batch <> ?')
    this.#sweep = db.prepare(
      'DELETE FROM batch WHERE asset = ? AND batch <> ? AND batch NOT IN (SELECT batch FROM check_state WHERE asset = ?)',
    )
  }

  /** Whether the batch says what it said before, in time; then that it was heard of is all there is to write. */
  confirm(uuid: string, { name, digest, seenAt, patience }: Batch): boolean {
    const id = this.#names.find(name)
    if (id === undefined) return false
    const since = Math.max(0, seenAt - patience)
    return this.#confirm.run(seenAt, uuid, id, toBytes(digest), since, seenAt, seenAt).changes === 1
  }

  number({ name }: Batch): number {
    return this.#names.number(name)
  }

  put(asset: number, id: number, { digest, seenAt }: Batch): void {
    this.#put.run(asset, id, toBytes(digest), seenAt, seenAt + EVIDENCE_AGE)
  }

  /**
   * After checks came, went, or were confirmed through this batch and not the one before: what others say again may mean
   * something new, so that their next report must be looked at in full. Those without checks are forgotten.
   */
  invalidateOthers(asset: number, id: number): void {
    this.#sweep.run(asset, id, asset)
    this.#voidOthers.run(VOID, asset, id)
  }
}

/** Half of a SHA-256 tells reports apart as well as the whole. */
function toBytes(digest: string): Buffer {
  return Buffer.from(digest.slice(0, 32), 'hex')
}
