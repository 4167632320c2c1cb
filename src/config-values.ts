import { formatSchedule, parseSchedule } from './content/schedule.ts'
import { isMapping } from './content/words.ts'
import { EFFECTS, type Effect } from './core/check.ts'
import { parseDuration } from './core/duration.ts'
import { KeelsonError } from './core/errors.ts'

const SOURCE_CHOICES = ['auto', 'socket', 'osqueryi', 'embedded'] as const
export type SourceChoice = (typeof SOURCE_CHOICES)[number]

/** Parameters by check id. */
type Params<Value> = Readonly<Record<string, Readonly<Record<string, Value>>>>

// Everything here reads one setting, wherever it stands, and throws a KeelsonError that names it.

export function readParams(value: unknown): Params<unknown> {
  if (!isMapping(value) || !Object.values(value).every(isMapping)) {
    throw invalid(
      'params must be a mapping of check ids to parameters',
      'params: { os-version-at-least: { min_linux: debian 12 } }',
    )
  }
  return value as Params<unknown>
}

/** `check.name=value`; a check's id may itself have dots. */
export function readTextParams(given: readonly string[]): Params<string> {
  const params: Record<string, Record<string, string>> = Object.create(null)
  for (const text of given) {
    const match = /^(.+)\.([A-Za-z_]\w*)=(.*)$/s.exec(text)
    if (!match) throw invalid(`--param ${text} is not CHECK.NAME=VALUE`, '--param host-firewall.min_state=2')
    const [, check, name, value] = match as unknown as [string, string, string, string]
    params[check] ??= Object.create(null) as Record<string, string>
    params[check][name] = value
  }
  return params
}

export function readSource(value: string, where: string): SourceChoice {
  const choice = SOURCE_CHOICES.find((known) => known === value)
  if (!choice) throw invalid(`${where} must be one of ${SOURCE_CHOICES.join(', ')}, not ${value}`)
  return choice
}

export function readSeconds(value: unknown, where: string): number {
  const seconds = typeof value === 'string' && value !== '' ? Number(value) : value
  if (typeof seconds === 'number' && seconds > 0 && seconds <= 86_400) return seconds * 1000
  throw invalid(`${where} must be a number of seconds, not ${show(value)}`, 'between 0 and 86400, such as 30 or 0.5')
}

/** Milliseconds. */
export function readDuration(value: unknown, where: string): number {
  const seconds = typeof value === 'string' ? parseDuration(value) : undefined
  if (seconds !== undefined && seconds > 0) return seconds * 1000
  throw invalid(`${where} must be a duration, not ${show(value)}`, 'such as 14d or 2w')
}

export function readVersion(value: unknown): string {
  if (typeof value === 'string' && /^\d+\.\d+\.\d+$/.test(value)) return value
  throw invalid(`osquery_version must be a release such as "5.12.0", not ${show(value)}`)
}

/** When a check is due, as one text for one meaning. */
export function readSchedule(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') throw invalid('schedule must be text such as 1d')
  const read = parseSchedule(value)
  if ('problem' in read) throw invalid(read.problem, read.hint)
  return formatSchedule(read.schedule)
}

export function readEffect(value: string): Effect {
  const effect = EFFECTS.find((known) => known === value)
  if (!effect) throw invalid(`effects may be ${EFFECTS.join(', ')}, not ${value}`)
  return effect
}

export function readTexts(value: unknown, key: string): string[] {
  const list = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list)) throw invalid(`${key} must be a list`)
  return list.map((member) => readText(member, key))
}

export function readText(value: unknown, key: string): string {
  if (typeof value !== 'string' || value === '') throw invalid(`${key} must be text`)
  return value
}

export function readBoolean(value: unknown, key: string): boolean {
  if (typeof value !== 'boolean') throw invalid(`${key} must be true or false`)
  return value
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The error for a setting that cannot be used. */
export function invalid(message: string, hint?: string): KeelsonError {
  return new KeelsonError('config', message, hint === undefined ? {} : { hint })
}
