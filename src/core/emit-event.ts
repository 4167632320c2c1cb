import { KeelsonError } from './errors.ts'
import { type EntryDraft, type EventMeta, isOurs, LEVELS, type Level } from './event.ts'
import { findClosest } from './find-closest.ts'

/** The severities that applications give, and the level that each of them means. */
const LEVEL_OF: Readonly<Record<string, Level>> = {
  success: 'INFO',
  information: 'INFO',
  info: 'INFO',
  warning: 'WARNING',
  error: 'ERROR',
  critical: 'CRITICAL',
}
export const EMITTED_SEVERITIES = Object.keys(LEVEL_OF)

/** Bytes that a message, and all of `data` as JSON, may take. */
const LONGEST_MESSAGE = 65_536
const LONGEST_DATA = 65_536
const DEEPEST = 32
/** Characters of a principal's name. */
const LONGEST_NAME = 256

/** An application's own event, as it was given. */
export interface Emission {
  readonly type: string
  readonly message: string
  /** `information` when absent. */
  readonly severity?: string
  /** Whoever caused it. */
  readonly originator?: string
  /** Whoever sends it. */
  readonly actor?: string
  /** Raises it to CRITICAL, whatever its severity. */
  readonly alarm?: boolean
  readonly data?: EventMeta
}

/** The entry of an application's event. @throws KeelsonError that names the first thing that is wrong with it */
export function toEmittedEntry(emission: Emission, observedAt: number): EntryDraft {
  const { type, message, originator = null, actor = null, alarm = false, data = {} } = emission
  requireType(type)
  if (message.trim() === '') throw wrong('the message is empty', 'say in a sentence what happened')
  requireBytes(message, LONGEST_MESSAGE, 'the message')
  if (isDeeper(data, DEEPEST)) throw wrong(`meta is nested more than ${DEEPEST} deep`, 'send less of it')
  requireBytes(JSON.stringify(data), LONGEST_DATA, 'meta')
  for (const [role, name] of Object.entries({ originator, actor })) requireName(role, name)
  const { severity, level } = readSeverity(emission.severity)
  return {
    action: type,
    level: alarm ? 'CRITICAL' : level,
    observedAt,
    changes: null,
    meta: { kind: 'emitted', severity, originator, actor, message, alarm, data },
    ...(originator === null ? {} : { user: originator }),
  }
}

function requireType(type: string): void {
  if (!/^[A-Z][A-Z0-9_]{0,63}$/.test(type)) {
    throw wrong(
      `the type ${quote(type)} is not made of upper-case words`,
      'such as SESSION_AUTH: letters A to Z, digits and _, at most 64, the first a letter',
    )
  }
  if (isOurs(type)) {
    throw wrong(
      `the type ${type} is reserved`,
      'DELIVERY_SUMMARY and what begins with ASSET_, LEDGER_, WAIVER_ or ATTESTATION_ are written by Keelson alone',
    )
  }
}

function readSeverity(given = 'information'): { severity: string; level: Level } {
  const severity = given.toLowerCase()
  const level = Object.hasOwn(LEVEL_OF, severity) ? LEVEL_OF[severity] : undefined
  if (level) return { severity, level }
  const closest = findClosest(severity, EMITTED_SEVERITIES)
  throw wrong(
    `the severity may be ${EMITTED_SEVERITIES.join(', ')}, not ${quote(given)}`,
    closest ? `did you mean ${closest}?` : `each of them means a level: ${LEVELS.join(', ')}`,
  )
}

function requireName(role: string, name: string | null): void {
  if (name === null) return
  if (name.trim() === '') throw wrong(`the ${role} is empty`, `leave it out where there is no ${role}`)
  if (name.length > LONGEST_NAME) {
    throw wrong(`the ${role} is longer than ${LONGEST_NAME} characters`, 'give a name; the rest belongs into meta')
  }
}

function isDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return most === 0 || Object.values(value).some((part) => isDeeper(part, most - 1))
}

function requireBytes(text: string, most: number, what: string): void {
  const size = new TextEncoder().encode(text).length
  if (size > most) throw wrong(`${what} takes ${size} bytes, more than ${most}`, 'say less, or where the rest is')
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

function wrong(message: string, hint: string): KeelsonError {
  return new KeelsonError('emit', message, { hint })
}
