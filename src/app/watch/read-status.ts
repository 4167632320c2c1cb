import { existsSync } from 'node:fs'
import { isQuarantined } from '../../core/plan-quarantine.ts'
import type { WatchStatus } from '../../formats/watch-status.ts'
import { describeSource } from './apply-outcome.ts'
import { findWatch } from './watch-lock.ts'
import { NO_RECORD, readWatchRecord } from './watch-record.ts'

/** How things stand with the watch on a state, whoever runs it. */
export async function readWatchStatus(state: string, now: number): Promise<WatchStatus> {
  const holder = await findWatch(state)
  const record = readWatchRecord(state) ?? NO_RECORD
  const { plan, source, suspects, owed, lost, unsound, errors, retryAt, evaluatedAt, took } = record
  const next = plan.map(({ check, nextAt }) => ({ check, at: nextAt }))
  return {
    state,
    running: holder !== undefined,
    pid: holder === undefined ? null : holder || record.pid || null,
    startedAt: record.startedAt || null,
    stoppedAt: record.stoppedAt,
    evaluatedAt,
    took,
    source: source && describeSource(source),
    next: next.sort((one, other) => one.at - other.at),
    owed,
    quarantine: Object.entries(suspects).flatMap(([check, suspect]) => {
      const { until, failures, reason } = suspect
      return until !== null && isQuarantined(suspect, now) ? [{ check, until, failures, reason }] : []
    }),
    lost,
    unsound,
    retryAt,
    errors,
    sinks: await readSinks(state),
  }
}

async function readSinks(state: string): Promise<WatchStatus['sinks']> {
  if (!existsSync(state)) return []
  const { openSqlite } = await import('../../state/open-sqlite.ts')
  const { reportSinks } = await import('../../state/sqlite-sinks.ts')
  const store = await openSqlite(state, { clock: Date.now, create: false })
  try {
    return reportSinks(store.db)
  } finally {
    await store.close()
  }
}
