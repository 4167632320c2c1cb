import { parseDuration } from './duration.ts'
import { findClosest } from './find-closest.ts'
import type { Damping, Governor, Rate } from './governor.ts'
import { DAYS, type Day, hasOtherTimes, type QuietHours, type QuietSpan } from './quiet-hours.ts'

/** What is wrong with one part of a governor. */
export interface GovernorProblem {
  /** The way to it within what was given. */
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly hint: string
}

/** The keys of a sink in keelson.yaml that are the governor's, and what each means. */
export const GOVERNOR_KEYS = {
  damping: 'a change is told once so many of the last observations agree: { agree: 2, of: 3 }',
  budget: 'the most transitions of one check, over all assets; the rest are summed up: { transitions: 20, per: 1h }',
  breaker: 'the most transitions of all checks; a storm becomes a summary: { transitions: 500, per: 10m }',
  digest: 'events are given together, once per period: 1h',
  quiet:
    'when nothing but alarms is delivered: "22:00-07:00", or { between: "22:00-07:00", days: [sat, sun], zone: Europe/Berlin }',
} as const

type Path = readonly (string | number)[]
type Report = (path: Path, message: string, hint: string) => undefined
type Mapping = Readonly<Record<string, unknown>>

const MINUTE = 60
const DAY = 86_400
const MOST_OBSERVATIONS = 20
const MOST_TRANSITIONS = 1_000_000

/** Reads a governor as people write it: a mapping of some of GOVERNOR_KEYS. Every problem is told. */
export function readGovernor(value: unknown): {
  readonly governor: Governor
  readonly problems: readonly GovernorProblem[]
} {
  const problems: GovernorProblem[] = []
  const report: Report = (path, message, hint) => void problems.push({ path, message, hint })
  if (!isMapping(value)) {
    report([], 'a governor must be a mapping', `of ${Object.keys(GOVERNOR_KEYS).join(', ')}`)
    return { governor: {}, problems }
  }
  requireKnown(value, Object.keys(GOVERNOR_KEYS), [], report)
  const damping = value.damping === undefined ? undefined : readDamping(value.damping, report)
  const budget = value.budget === undefined ? undefined : readRate('budget', value.budget, report)
  const breaker = value.breaker === undefined ? undefined : readRate('breaker', value.breaker, report)
  const digest =
    value.digest === undefined ? undefined : readSpan(value.digest, ['digest'], GOVERNOR_KEYS.digest, report)
  const quiet = value.quiet === undefined ? undefined : readQuiet(value.quiet, report)
  const governor = {
    ...(damping && { damping }),
    ...(budget && { budget }),
    ...(breaker && { breaker }),
    ...(digest && { digest }),
    ...(quiet && { quiet }),
  }
  return { governor, problems }
}

function readDamping(value: unknown, report: Report): Damping | undefined {
  const hint = 'damping: { agree: 2, of: 3 }'
  if (!isMapping(value)) return report(['damping'], 'damping must say how many of how many observations agree', hint)
  requireKnown(value, ['agree', 'of'], ['damping'], report)
  const of = readCount(value.of, ['damping', 'of'], MOST_OBSERVATIONS, hint, report)
  const agree = readCount(value.agree, ['damping', 'agree'], MOST_OBSERVATIONS, hint, report)
  if (of === undefined || agree === undefined) return undefined
  if (agree > of) return report(['damping', 'agree'], `${agree} of ${of} observations can never agree`, hint)
  if (agree * 2 > of) return { agree, of }
  const least = Math.floor(of / 2) + 1
  return report(['damping', 'agree'], `two verdicts may each have ${agree} of ${of}`, `agree: ${least}, or more`)
}

function readRate(key: 'budget' | 'breaker', value: unknown, report: Report): Rate | undefined {
  const hint = GOVERNOR_KEYS[key].replace(/^.*: \{/, `${key}: {`)
  if (!isMapping(value)) return report([key], `${key} must say how many transitions within which time`, hint)
  requireKnown(value, ['transitions', 'per'], [key], report)
  const transitions = readCount(value.transitions, [key, 'transitions'], MOST_TRANSITIONS, hint, report)
  const per = readSpan(value.per, [key, 'per'], hint, report)
  return transitions === undefined || per === undefined ? undefined : { transitions, per }
}

function readQuiet(value: unknown, report: Report): QuietHours | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const spans: QuietSpan[] = []
  const zones = new Set<string | undefined>()
  for (const [at, each] of list.entries()) {
    const path = Array.isArray(value) ? ['quiet', at] : ['quiet']
    const written: Mapping | undefined =
      typeof each === 'string' ? { between: each } : isMapping(each) ? each : undefined
    if (!written) return report(path, 'quiet must be a time of day, or a mapping', GOVERNOR_KEYS.quiet)
    requireKnown(written, ['between', 'days', 'zone'], path, report)
    const span = readBetween(written.between, [...path, 'between'], report)
    const days = readDays(written.days, [...path, 'days'], report)
    const isZone = written.zone === undefined || (typeof written.zone === 'string' && isTimeZone(written.zone))
    if (!isZone) report([...path, 'zone'], 'zone must be a time zone', 'such as Europe/Berlin or UTC')
    if (!span || !days || !isZone) return undefined
    spans.push({ ...span, days })
    zones.add(written.zone as string | undefined)
  }
  const [zone] = zones
  if (zones.size > 1) return report(['quiet'], 'quiet hours must all be in one zone', 'name the same zone in each')
  if (spans.length === 0 || !hasOtherTimes(spans)) {
    return report(
      ['quiet'],
      spans.length === 0 ? 'quiet is empty' : 'there is no time that is not quiet',
      GOVERNOR_KEYS.quiet,
    )
  }
  return { spans, ...(zone === undefined ? {} : { zone }) }
}

function readBetween(value: unknown, path: Path, report: Report): Pick<QuietSpan, 'from' | 'until'> | undefined {
  const hint = '"22:00-07:00", from and until on the wall clock'
  const match = /^(\d\d):([0-5]\d)\s*-\s*(\d\d):([0-5]\d)$/.exec(typeof value === 'string' ? value.trim() : '')
  if (!match) return report(path, 'this is no time of day', hint)
  const [from, until] = [Number(match[1]) * 60 + Number(match[2]), Number(match[3]) * 60 + Number(match[4])]
  if (from >= 1440 || until > 1440) return report(path, 'a day has 24 hours', hint)
  return from === until ? report(path, 'it ends when it begins', 'for whole days write "00:00-24:00"') : { from, until }
}

function readDays(value: unknown, path: Path, report: Report): readonly Day[] | undefined {
  if (value === undefined) return DAYS
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const days = list.flatMap((each) => DAYS.find((day) => typeof each === 'string' && each.toLowerCase() === day) ?? [])
  if (days.length === list.length && days.length > 0) return DAYS.filter((day) => days.includes(day))
  return report(path, `days may be ${DAYS.join(', ')}`, 'days: [sat, sun], on which it begins')
}

function readCount(value: unknown, path: Path, most: number, hint: string, report: Report): number | undefined {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) return value as number
  return report(path, `${path.at(-1)} must be a whole number from 1 to ${most}`, hint)
}

function readSpan(value: unknown, path: Path, hint: string, report: Report): number | undefined {
  const seconds =
    typeof value === 'string' ? parseDuration(value) : Number.isInteger(value) ? (value as number) : undefined
  if (seconds !== undefined && seconds >= MINUTE && seconds <= DAY) return seconds
  return report(path, `${path.at(-1)} must be from 1m to 1d`, hint)
}

function requireKnown(value: Mapping, known: readonly string[], path: Path, report: Report): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    const closest = findClosest(key, known)
    const hint = closest ? `did you mean ${closest}?` : `known: ${known.join(', ')}`
    report([...path, key], `${key} is not known here`, hint)
  }
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
