import { parseDuration } from '../core/duration.ts'
import { findCronFault } from './cron.ts'
import { quote } from './words.ts'

export type Schedule =
  | { readonly kind: 'every'; readonly seconds: number }
  /** `expression`: minute, hour, day of month, month, day of week, parted by single spaces. */
  | { readonly kind: 'cron'; readonly expression: string }
  | { readonly kind: 'manual' }

export type ScheduleAnswer = { readonly schedule: Schedule } | { readonly problem: string; readonly hint: string }

const FORMS = 'write minutes as a bare integer, 30m, 2h, 1d, 1w, a cron expression of 5 fields, or manual'
const YEAR = 366 * 86_400

/** Reads when a check is due; says what is wrong instead of throwing. */
export function parseSchedule(written: string | number): ScheduleAnswer {
  const text = String(written).trim()
  if (text.toLowerCase() === 'manual') return { schedule: { kind: 'manual' } }
  if (/^\d+$/.test(text)) return every(Number(text) * 60, text)
  const fields = text.split(/\s+/)
  if (fields.length > 1) return readCron(fields)
  const seconds = parseDuration(text)
  if (seconds !== undefined) return every(seconds, text)
  if (text.startsWith('@')) return refuse(`schedule ${quote(text)} is a cron nickname, which is not known here`)
  return refuse(`schedule ${typeof written === 'number' ? written : quote(text)} is not understood`)
}

const UNITS = [
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const

/** A schedule as one text, the same for the same meaning: `60` and `60m` are both `1h`. */
export function formatSchedule(schedule: Schedule): string {
  if (schedule.kind === 'every') {
    const { seconds } = schedule
    const [unit, size] = UNITS.find((each) => seconds % each[1] === 0) ?? ['m', 60]
    return `${seconds / size}${unit}`
  }
  return schedule.kind === 'cron' ? schedule.expression : 'manual'
}

function every(seconds: number, text: string): ScheduleAnswer {
  if (seconds < 60) return refuse(`schedule ${quote(text)} is shorter than a minute`)
  if (seconds % 60 !== 0) return refuse(`schedule ${quote(text)} is not in whole minutes`)
  if (seconds > YEAR) return refuse(`schedule ${quote(text)} is longer than a year`)
  return { schedule: { kind: 'every', seconds } }
}

function readCron(fields: readonly string[]): ScheduleAnswer {
  const expression = fields.join(' ')
  if (fields.length !== 5) {
    const hint = 'a cron expression has 5 fields: minute, hour, day of month, month, day of week'
    return { problem: `schedule ${quote(expression)} has ${fields.length} fields`, hint }
  }
  const fault = findCronFault(fields)
  if (fault === undefined) return { schedule: { kind: 'cron', expression } }
  return { problem: `schedule ${quote(expression)}: ${fault.problem}`, hint: fault.hint }
}

function refuse(problem: string): ScheduleAnswer {
  return { problem, hint: FORMS }
}
