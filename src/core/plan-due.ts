/** How often something recurs: every so many seconds, or by a calendar. */
export interface Recurring {
  readonly kind: 'every' | 'cron' | 'manual'
  /** The longest time between two occurrences, in seconds; null for a check that is run by hand. */
  readonly period: number | null
  /** The first occurrence after a time, both in milliseconds since 1970; null for a check that is run by hand. */
  nextAfter(time: number): number | null
}

/** A calendar's occurrences are put off by at most this part of what lies between them … */
const CRON_SHARE = 10
/** … and by at most so many milliseconds: whoever wrote 03:00 means about then. */
const CRON_MOST = 900_000

/**
 * When the watch wants a check again that was last heard of at `seenAt`. `tag` is a number made of the asset and the
 * schedule: it shifts the schedule, so that assets do not act in step, while all checks of an asset with the same
 * schedule stay together. What recurs every so often has its slots; one that comes within half a period of the last
 * result is left out, so that nothing fresh is run again. Undefined for a check that is run by hand.
 */
export function nextDue({ kind, period, nextAfter }: Recurring, seenAt: number, tag: number): number | undefined {
  if (kind === 'manual' || period === null) return undefined
  const length = period * 1000
  if (kind === 'cron') {
    const shift = tag % Math.max(1, Math.min(length / CRON_SHARE, CRON_MOST))
    const next = nextAfter(seenAt - shift)
    return next === null ? undefined : next + shift
  }
  const offset = tag % length
  return Math.ceil((seenAt + length / 2 - offset) / length) * length + offset
}
