import type { Database } from 'better-sqlite3'
import type { DeadLetter, SinkReport } from '../core/sink-report.ts'
import { ENTRY_COLUMNS, type EntryRow, toLedgerEntry } from './sqlite-ledger.ts'

interface ReportRow {
  readonly name: string
  readonly cursor: number
  readonly paused: number
  readonly nextTry: number | null
  readonly attempts: number
  readonly failure: string | null
  readonly failedAt: number | null
  readonly deliveredAt: number | null
  readonly delivered: number
  readonly behind: number
  readonly heldBack: number
  readonly oldest: number | null
  readonly dead: number
  readonly suppressed: number
  readonly parked: string
}

/** How things stand with every sink that was ever delivered to. */
export function reportSinks(db: Database): SinkReport[] {
  const rows = db
    .prepare<[], ReportRow>(
      `SELECT s.name, s.cursor, s.paused, s.attempts, s.next_try AS nextTry, s.failure, s.failed_at AS failedAt,
 s.delivered_at AS deliveredAt, s.delivered,
 (SELECT ifnull(max(sequence), s.cursor) FROM entry) - s.cursor AS behind,
 (SELECT count(*) FROM sink_parked p JOIN entry e ON e.asset = p.asset AND +e.sequence BETWEEN p.sequence AND s.cursor
  WHERE p.sink = s.id) AS heldBack,
 (SELECT min(recorded) FROM entry e WHERE e.sequence = s.cursor + 1 OR e.sequence IN
  (SELECT sequence FROM sink_parked p WHERE p.sink = s.id)) AS oldest,
 (SELECT count(*) FROM sink_dead d WHERE d.sink = s.id) AS dead,
 (SELECT count(*) FROM sink_suppressed u WHERE u.sink = s.id) AS suppressed,
 (SELECT json_group_array(json_object('asset', coalesce(a.given_name, a.name, a.uuid, ''), 'sequence', p.sequence,
  'attempts', p.attempts, 'nextTry', p.next_try, 'message', p.failure ->> 'message'))
  FROM sink_parked p LEFT JOIN asset a ON a.id = p.asset WHERE p.sink = s.id) AS parked
FROM sink s WHERE s.tenant = 0 ORDER BY s.name`,
    )
    .all()
  return rows.map(({ paused, failure, failedAt, behind, heldBack, parked, ...row }) => {
    const said = failure === null ? null : (JSON.parse(failure) as { reason: string; message: string })
    return {
      ...row,
      paused: paused === 1,
      waiting: behind + heldBack,
      failure: said && { reason: said.reason, message: said.message, at: failedAt ?? 0 },
      parked: JSON.parse(parked) as SinkReport['parked'],
    }
  })
}

/** What a sink refused for good, or what was skipped, oldest first. */
export function listDead(db: Database, name: string): DeadLetter[] {
  const rows = db
    .prepare<[string], [at: number, message: string, ...EntryRow]>(
      `SELECT d.at, d.message, ${ENTRY_COLUMNS} FROM sink_dead d JOIN sink s ON s.id = d.sink
 JOIN entry e ON e.sequence = d.sequence LEFT JOIN payload p ON p.sequence = e.sequence
 WHERE s.tenant = 0 AND s.name = ? ORDER BY d.sequence`,
    )
    .raw()
    .all(name)
  return rows.map(([at, message, ...entry]) => {
    const { sequence, event } = toLedgerEntry(entry)
    return { sequence, at, message, event }
  })
}
