export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Day = (typeof DAYS)[number]

/** A time of day: minutes since midnight on the wall clock. One that ends before it begins ends on the next day. */
export interface QuietSpan {
  readonly from: number
  readonly until: number
  /** On which days it begins. */
  readonly days: readonly Day[]
}

export interface QuietHours {
  readonly spans: readonly QuietSpan[]
  /** An IANA time zone; absent: this machine's. */
  readonly zone?: string
}

const MINUTE = 60_000
const MINUTES_OF_DAY = 1440
/** Minutes. The wall clock may be set between two looks at it, so that a long way is gone in steps. */
const STEP = 15
const MOST_STEPS = (9 * MINUTES_OF_DAY) / STEP

/** When quiet hours end that go on at a time (milliseconds since 1970); null when there are none then. */
export function findQuietEnd({ spans, zone }: QuietHours, now: number): number | null {
  const wall = createWallClock(zone)
  let time = now
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const rest = Math.max(0, ...spans.map((span) => restOf(span, wall(time))))
    if (rest === 0) return time === now ? null : time
    time = Math.floor(time / MINUTE) * MINUTE + Math.min(rest, STEP) * MINUTE
  }
  return time
}

/** Whether there is any time of the week that is not quiet. */
export function hasOtherTimes(spans: readonly QuietSpan[]): boolean {
  return DAYS.some((_, day) =>
    Array.from({ length: MINUTES_OF_DAY }, (_, minute) => ({ day, minute })).some((wall) =>
      spans.every((span) => restOf(span, wall) === 0),
    ),
  )
}

interface WallTime {
  /** From 0 for Sunday. */
  readonly day: number
  readonly minute: number
}

/** How many minutes of a span are left; 0 outside. */
function restOf({ from, until, days }: QuietSpan, { day, minute }: WallTime): number {
  const begins = (which: number) => days.includes(DAYS[(which + 7) % 7] as Day)
  if (from < until) return begins(day) && minute >= from && minute < until ? until - minute : 0
  if (begins(day) && minute >= from) return MINUTES_OF_DAY - minute + until
  return begins(day - 1) && minute < until ? until - minute : 0
}

function createWallClock(zone: string | undefined): (time: number) => WallTime {
  const format = new Intl.DateTimeFormat('en-US', {
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(zone === undefined ? {} : { timeZone: zone }),
  })
  return (time) => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]))
    const day = DAYS.indexOf((parts.get('weekday') ?? '').toLowerCase() as Day)
    return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) }
  }
}
