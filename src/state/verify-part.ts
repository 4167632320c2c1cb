import Database from 'better-sqlite3'
import { type Segment, type SegmentFindings, verifySegment } from './verify-segment.ts'

export interface PartTask extends Segment {
  readonly path: string
}

export interface Part extends SegmentFindings {
  /** How many payloads were removed for good, by the ledger's own entries, when this part was read. */
  readonly accounted: number
}

/** Verifies a part of the ledger on a connection of its own. @throws what SQLite throws */
export function verifyPart({ path, from, through }: PartTask): Part {
  const db = openForReading(path)
  try {
    return db.transaction(() => ({ accounted: countRemoved(db), ...verifySegment(db, { from, through }) })).deferred()
  } finally {
    db.close()
  }
}

/** A connection that writes nothing. */
export function openForReading(path: string): Database.Database {
  const db = new Database(path, { fileMustExist: true, timeout: 10_000 })
  db.pragma('query_only = ON')
  return db
}

/** The payloads that entries of the ledger say were pruned or erased. */
export function countRemoved(db: Database.Database): number {
  const bodies = db
    .prepare<[], string>(
      `SELECT p.body FROM entry e JOIN payload p ON p.sequence = e.sequence JOIN action_name a ON a.id = e.action
 WHERE e.asset = 0 AND e.check_id = 0 AND a.name IN ('LEDGER_PRUNED', 'ASSET_ERASED')`,
    )
    .pluck()
    .all()
  let removed = 0
  for (const body of bodies) removed += readCount(body)
  return removed
}

/** One that was tampered with counts for nothing, and is found by its digest. */
function readCount(body: string): number {
  try {
    return Number((JSON.parse(body) as { meta: { payloads: unknown } }).meta.payloads) || 0
  } catch {
    return 0
  }
}
