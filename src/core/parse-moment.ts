import { parseDuration } from './duration.ts'

const TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?(?:(Z)|([+-])(\d{2}):(\d{2}))?)?$/i

/**
 * Milliseconds since 1970 of a moment that a person wrote: an ISO 8601 date or time, or an age such as 90d before `now`.
 * A date is its midnight; what names no zone is meant in local time. Undefined when it is none of these.
 */
export function parseMoment(text: string, now: number): number | undefined {
  const age = parseDuration(text)
  if (age !== undefined) return now - age * 1000
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as Six
  const millisecond = Number((match[7] ?? '').padEnd(3, '0'))
  const [zulu, sign, hours, minutes] = match.slice(8) as (string | undefined)[]
  const utc = new Date(0)
  utc.setUTCFullYear(year, month - 1, day)
  // JavaScript turns the 30th of February into the 1st or 2nd of March.
  const isReal = utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  if (!isReal || Number(hours ?? 0) > 14 || Number(minutes ?? 0) > 59) return undefined
  if (zulu || sign) {
    const offset = (sign === '-' ? -60_000 : 60_000) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0))
    return utc.setUTCHours(hour, minute, second, millisecond) - offset
  }
  const local = new Date(0)
  local.setFullYear(year, month - 1, day)
  return local.setHours(hour, minute, second, millisecond)
}

type Six = [number, number, number, number, number, number]
