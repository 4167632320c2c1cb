import type { Owed } from '../core/delivery.ts'
import type { Belief } from '../core/governor.ts'
import type { GovernorChanges } from '../core/governor-store.ts'
import { VERDICTS } from '../core/verdict.ts'
import { ASSET_ID, CHECK_ID } from './sum-up-tally.ts'

type Run = (sql: string, ...values: unknown[]) => void

/** Writes what a governor decided; the caller's transaction makes it one. */
export function writeGovernorChanges(run: Run, id: number, changes: GovernorChanges): void {
  const { governed, looked, suppressed = [], lanes = [], alarms = [], looks = [], release = [], tallies = [] } = changes
  const { beliefs = [], leftOut = [] } = changes
  if (governed !== undefined || looked !== undefined)
    run(
      `INSERT INTO sink_governor VALUES (?, ?, ?)
 ON CONFLICT DO UPDATE SET governed = max(governed, excluded.governed), looked = max(looked, excluded.looked)`,
      id,
      governed ?? 0,
      looked ?? 0,
    )
  for (const { sequence, reason } of suppressed)
    run('INSERT OR REPLACE INTO sink_suppressed VALUES (?, ?, ?)', id, sequence, reason)
  for (const asset of release) {
    run(`DELETE FROM sink_parked WHERE sink = ? AND asset = ${ASSET_ID}`, id, asset)
    run(`DELETE FROM sink_lane WHERE sink = ? AND asset = ${ASSET_ID}`, id, asset)
  }
  for (const { asset, sequence, passes, alarm, nextTry, message } of lanes) {
    const failure = JSON.stringify({ reason: 'local', message })
    run(`INSERT OR REPLACE INTO sink_parked VALUES (?, ${ASSET_ID}, ?, 0, ?, ?)`, id, asset, sequence, nextTry, failure)
    run(`INSERT OR REPLACE INTO sink_lane VALUES (?, ${ASSET_ID}, ?, ?)`, id, asset, passes, alarm)
  }
  for (const { asset, alarm } of alarms)
    run(
      `INSERT INTO sink_lane VALUES (?, ${ASSET_ID}, 0, ?) ON CONFLICT DO UPDATE SET alarm = max(alarm, excluded.alarm)`,
      id,
      asset,
      alarm,
    )
  for (const { asset, passes } of changes.passes ?? [])
    run(
      `INSERT INTO sink_lane VALUES (?, ${ASSET_ID}, ?, 0) ON CONFLICT DO UPDATE SET passes = max(passes, excluded.passes)`,
      id,
      asset,
      passes,
    )
  for (const { asset, nextTry } of [...alarms, ...looks])
    run(`UPDATE sink_parked SET next_try = ? WHERE sink = ? AND asset = ${ASSET_ID}`, nextTry, id, asset)
  for (const { check, start, count, open, first } of tallies)
    run(
      `INSERT OR REPLACE INTO sink_tally SELECT ?, ifnull(${CHECK_ID}, 0), ?, ?, ?, ? WHERE ? = '' OR ${CHECK_ID} IS NOT NULL`,
      id,
      check,
      check,
      start,
      count,
      open ? 1 : 0,
      first,
      check,
      check,
      check,
    )
  for (const { of, belief } of beliefs) believe(run, id, of, belief)
  for (const { tally, asset, check } of leftOut)
    run(
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

function believe(run: Run, id: number, { asset, check }: Owed, belief: Belief | null): void {
  run(
    `DELETE FROM sink_belief WHERE sink = ? AND asset = ${ASSET_ID} AND check_id = ${CHECK_ID}`,
    id,
    asset,
    check,
    check,
  )
  if (!belief) return
  const told = belief.told === null ? null : VERDICTS.indexOf(belief.told)
  run(
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
