import type { Database } from 'better-sqlite3'
import type { CheckRuns, Statement } from '../core/damping.ts'
import type { Owed } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'
import { isVerdict } from '../core/verdict.ts'
import type { StoredPayload } from './payload.ts'
import { readEvent } from './sqlite-ledger.ts'
import { ASSET_ID, CHECK_ID } from './sum-up-tally.ts'

/** Entries that say the same again do not end a run; behind so many of them nothing is looked for. */
const MOST_AFTER = 20

interface Row {
  readonly sequence: number
  readonly at: number
  readonly body: StoredPayload
}

type ReadCheckRuns = (of: Owed, sequence: number, before: number) => CheckRuns

/** Tells what the ledger says of a check on an asset around one of its entries. */
export function createCheckRunsReader(db: Database): ReadCheckRuns {
  const findPlace = db.prepare<unknown[], { asset: number; check: number | null }>(
    `SELECT ${ASSET_ID} AS asset, ${CHECK_ID} AS "check"`,
  )
  const entries = `SELECT e.sequence, coalesce(e.valid, e.observed) AS at, p.body FROM entry e JOIN payload p ON p.sequence = e.sequence
 WHERE e.asset = ? AND e.check_id = ? AND e.sequence`
  const earlier = db.prepare<unknown[], Row>(`${entries} <= ? ORDER BY e.sequence DESC LIMIT ?`)
  const later = db.prepare<unknown[], Row>(`${entries} > ? ORDER BY e.sequence LIMIT ?`)
  const findState = db.prepare<unknown[], { period: number; seenAt: number }>(
    `SELECT e.period, coalesce(b.seen, s.since) AS seenAt FROM check_state s JOIN edition e ON e.id = s.edition
 LEFT JOIN batch b ON b.asset = s.asset AND b.batch = s.batch WHERE s.asset = ? AND s.check_id = ?`,
  )
  const findGaps = db.prepare<unknown[], { since: number; until: number }>(
    'SELECT since, until FROM gap WHERE asset = ? AND check_id = ? AND until >= ? ORDER BY until',
  )
  return ({ asset, check }, sequence, before) => {
    const place = findPlace.get(asset, check, check)
    const about = [place?.asset, place?.check]
    const statements = [
      ...earlier.all(...about, sequence, before + 1).reverse(),
      ...later.all(...about, sequence, MOST_AFTER),
    ].flatMap(toStatement)
    const state = findState.get(...about)
    const gaps = findGaps.all(...about, statements[0]?.lastSince ?? statements[0]?.at ?? 0)
    return { statements, period: state?.period || null, seenAt: state?.seenAt ?? 0, gaps }
  }
}

function toStatement({ sequence, at, body }: Row): Statement[] {
  const { action, meta, changes }: Event = readEvent(body)
  const said = changes?.verdict?.latest ?? meta?.verdict
  const verdict = action === 'ASSET_CHECK_REMOVED' ? null : said
  if (verdict !== null && !isVerdict(verdict)) return []
  const last = changes?.verdict?.last
  const since = typeof meta?.last_since === 'string' ? Date.parse(meta.last_since) : Number.NaN
  return [{ sequence, at, verdict, last: isVerdict(last) ? last : null, lastSince: Number.isNaN(since) ? null : since }]
}
