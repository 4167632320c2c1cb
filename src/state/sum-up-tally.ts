import type { Database } from 'better-sqlite3'
import type { Event } from '../core/event.ts'
import type { Tally } from '../core/governor.ts'
import type { Omission } from '../core/governor-store.ts'
import { VERDICTS } from '../core/verdict.ts'

// Erased assets have no UUID either: without one the ledger itself is meant.
export const ASSET_ID = "ifnull((SELECT id FROM asset WHERE tenant = 0 AND uuid = nullif(?, '')), 0)"
/** Takes the name twice: an event may come after its check was renamed. */
export const CHECK_ID = `(SELECT id FROM (SELECT id, 0 AS rank FROM check_name WHERE tenant = 0 AND name = ?
 UNION ALL SELECT check_id, 1 FROM former_name WHERE tenant = 0 AND name = ?) ORDER BY rank LIMIT 1)`

const MOST_CHECKS = 50
const MOST_STANDING = 100

/**
 * Writes the event of what a tally left out, and forgets that. A verdict that stands and is told of now counts as told:
 * whoever hears of a failure there hears of its end. What was left out of assets whose events wait is kept, since a
 * summary must not overtake them. Answers whether there is such.
 */
export function sumUpTally(
  db: Database,
  sink: number,
  { check, start }: Tally,
  describe: (omission: Omission) => Event,
): boolean {
  const find = db.prepare<unknown[], number | null>(`SELECT ${CHECK_ID}`).pluck()
  const place = { sink, tally: check === '' ? 0 : (find.get(check, check) ?? 0) }
  const ready =
    'o.sink = @sink AND o.tally = @tally AND o.asset NOT IN (SELECT asset FROM sink_parked WHERE sink = @sink)'
  const left = `FROM sink_left_out o WHERE ${ready}`
  const total = db
    .prepare<unknown[], { transitions: number; assets: number; checks: number }>(
      `SELECT ifnull(sum(transitions), 0) AS transitions, count(DISTINCT asset) AS assets, count(DISTINCT check_id) AS checks ${left}`,
    )
    .get(place) ?? { transitions: 0, assets: 0, checks: 0 }
  const checks = db
    .prepare<unknown[], Omission['checks'][number]>(
      `SELECT (SELECT name FROM check_name WHERE id = o.check_id) AS "check", sum(transitions) AS transitions, count(*) AS assets
 ${left} GROUP BY check_id ORDER BY 2 DESC, 1 LIMIT ${MOST_CHECKS}`,
    )
    .all(place)
  const standing = `FROM sink_belief b JOIN sink_left_out o ON o.sink = b.sink AND o.asset = b.asset AND o.check_id = b.check_id
 WHERE ${ready}`
  const standingTotal = db.prepare<unknown[], number>(`SELECT count(*) ${standing}`).pluck().get(place) ?? 0
  if (total.transitions > 0) {
    const { transitions, assets } = total
    const event = describe({ transitions, assets, checks, checksTotal: total.checks, standingTotal })
    const told = { ...place, uuid: event.uuid }
    db.prepare('INSERT OR REPLACE INTO sink_summary VALUES (?, ?, ?, ?)').run(
      sink,
      event.uuid,
      start,
      JSON.stringify(event),
    )
    db.prepare(
      `INSERT OR IGNORE INTO sink_standing SELECT b.sink, @uuid, b.asset, b.check_id, b.left_out ${standing} ORDER BY b.check_id, b.asset LIMIT ${MOST_STANDING}`,
    ).run(told)
    const among = 'SELECT sink, asset, check_id FROM sink_standing WHERE sink = @sink AND uuid = @uuid'
    const heard = { sink, uuid: event.uuid }
    db.prepare(`DELETE FROM sink_belief WHERE (sink, asset, check_id) IN (${among})`).run(heard)
    const failing = (['warn', 'fail'] as const).map((verdict) => VERDICTS.indexOf(verdict)).join(', ')
    db.prepare(`INSERT OR IGNORE INTO sink_owed ${among} AND verdict IN (${failing})`).run(heard)
  }
  db.prepare(`DELETE FROM sink_left_out AS o WHERE ${ready}`).run(place)
  const rest = db.prepare<unknown[], number>(
    'SELECT 1 FROM sink_left_out WHERE sink = @sink AND tally = @tally LIMIT 1',
  )
  return rest.pluck().get(place) !== undefined
}
