import { createRequire } from 'node:module'
import type * as CronParser from 'cron-parser'
import { parseSchedule, type Schedule } from '../content/schedule.ts'

/** As many occurrences of a cron schedule are looked at to learn how far apart they may be. */
const LOOKED_AT = 16

/** When a check with a schedule is due. */
export interface Recurrence {
  /** The longest time between two occurrences, in seconds; null for a check that is run by hand. */
  readonly period: number | null
  /** The first occurrence after a time, both in milliseconds since 1970; null for a check that is run by hand. */
  nextAfter(time: number): number | null
}

/** The recurrence of a schedule as checks and the configuration hold it. Cron runs on the machine's local time. */
export function readRecurrence(schedule: string, now: number): Recurrence {
  const read = parseSchedule(schedule)
  if ('problem' in read) throw new Error(read.problem)
  return toRecurrence(read.schedule, now)
}

function toRecurrence(schedule: Schedule, now: number): Recurrence {
  if (schedule.kind === 'manual') return { period: null, nextAfter: () => null }
  if (schedule.kind === 'every') {
    const { seconds } = schedule
    return { period: seconds, nextAfter: (time) => time + seconds * 1000 }
  }
  const { expression } = schedule
  const after = (time: number): number => nextOccurrence(expression, time)
  let period = 0
  for (let i = 0, last = after(now); i < LOOKED_AT; i++) {
    const next = after(last)
    period = Math.max(period, (next - last) / 1000)
    last = next
  }
  return { period, nextAfter: after }
}

// Loaded for checks with a cron schedule only: its calendar costs 20 ms.
function nextOccurrence(expression: string, time: number): number {
  const { parseExpression } = createRequire(import.meta.url)('cron-parser') as typeof CronParser
  return parseExpression(expression, { currentDate: new Date(time) })
    .next()
    .getTime()
}
