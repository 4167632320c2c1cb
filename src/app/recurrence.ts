import { createRequire } from 'node:module'
import type * as CronParser from 'cron-parser'
import { parseSchedule, type Schedule } from '../content/schedule.ts'
import type { Recurring } from '../core/plan-due.ts'

/** As many occurrences of a cron schedule are looked at to learn how far apart they may be. */
const LOOKED_AT = 16

/** The recurrence of a schedule as checks and the configuration hold it. Cron runs on the machine's local time. */
export function readRecurrence(schedule: string, now: number): Recurring {
  const read = parseSchedule(schedule)
  if ('problem' in read) throw new Error(read.problem)
  return toRecurrence(read.schedule, now)
}

function toRecurrence(schedule: Schedule, now: number): Recurring {
  if (schedule.kind === 'manual') return { kind: 'manual', period: null, nextAfter: () => null }
  if (schedule.kind === 'every') {
    const { seconds } = schedule
    return { kind: 'every', period: seconds, nextAfter: (time) => time + seconds * 1000 }
  }
  const { expression } = schedule
  const after = (time: number): number => nextOccurrence(expression, time)
  let period = 0
  for (let i = 0, last = after(now); i < LOOKED_AT; i++) {
    const next = after(last)
    period = Math.max(period, (next - last) / 1000)
    last = next
  }
  return { kind: 'cron', period, nextAfter: after }
}

// Loaded for checks with a cron schedule only: its calendar costs 20 ms.
function nextOccurrence(expression: string, time: number): number {
  const { parseExpression } = createRequire(import.meta.url)('cron-parser') as typeof CronParser
  return parseExpression(expression, { currentDate: new Date(time) })
    .next()
    .getTime()
}
