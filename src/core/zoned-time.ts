import { parseMoment } from './parse-moment.ts'

export type ReadTime = { readonly at: number } | { readonly problem: string; readonly hint: string }

const EXAMPLE = '2027-01-31T23:59:59+01:00'

/**
 * A moment as it must be written where it decides what is accepted: date, time and zone. Whoever reads it elsewhere must
 * find the same moment, so that nothing is left to the zone of the machine.
 */
export function readZonedTime(text: string): ReadTime {
  const at = /^\d{4}-/.test(text) ? parseMoment(text, 0) : undefined
  if (at === undefined) {
    return {
      problem: `is no time: ${JSON.stringify(text.slice(0, 60))}`,
      hint: `write a time with its zone: ${EXAMPLE}`,
    }
  }
  if (!/[T ]/i.test(text)) {
    const hint = `say when on that day, and where: ${text}T23:59:59+01:00, or ${text}T23:59:59Z for UTC`
    return { problem: `is a date without a time: ${text}`, hint }
  }
  if (!/(?:Z|[+-]\d{2}:\d{2})$/i.test(text)) {
    return { problem: `names no time zone: ${text}`, hint: `add Z for UTC, or an offset such as +01:00: ${text}Z` }
  }
  return { at }
}
