import type { Event, Level } from '../core/event.ts'
import { shortenText } from '../core/shorten-text.ts'
import { forTerminal } from './escape.ts'

/** RFC 5424, table 1, by the names that syslog daemons use. */
export const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'clock',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const
export type Facility = (typeof FACILITIES)[number]

/** What is the same in every message of a sender. */
export interface SyslogSender {
  readonly facility: Facility
  readonly hostname: string
  readonly appName: string
  readonly processId: number
  /** The private enterprise number of whoever runs us; without it there is no structured data. */
  readonly enterprise: number | undefined
}

const SEVERITY: Readonly<Record<Level, number>> = { CRITICAL: 2, ERROR: 3, WARNING: 4, INFO: 6 }
const LONGEST_VALUE = 256

/**
 * An RFC 5424 message with a document as its text. The JSON is written in ASCII, with `\u` escapes for all else: the
 * same value, but a message that the RFC wants no byte order mark in front of (section 6.4), which parsers of JSON
 * stumble over.
 */
export function formatSyslog(event: Event, json: string, sender: SyslogSender): string {
  const priority = FACILITIES.indexOf(sender.facility) * 8 + SEVERITY[event.level]
  const header = [
    `<${priority}>1`,
    toSyslogTime(event.timestamp),
    toPrintable(sender.hostname, 255),
    toPrintable(sender.appName, 48),
    sender.processId,
    toPrintable(event.action, 32),
    sender.enterprise === undefined ? '-' : formatData(event, sender.enterprise),
  ]
  return `${header.join(' ')} ${toAsciiJson(json)}`
}

// At most six digits of a second, and an offset or Z.
function toSyslogTime(timestamp: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)$/.test(timestamp) ? timestamp : '-'
}

/** A word of the header: `-` where there is none. */
function toPrintable(text: string, longest: number): string {
  return text.replace(/[^!-~]+/g, '_').slice(0, longest) || '-'
}

function formatData({ uuid, level, meta, item, asset }: Event, enterprise: number): string {
  const values: readonly (readonly [string, unknown])[] = [
    ['uuid', uuid],
    ['sequence', meta?.sequence],
    ['level', level],
    ['asset', asset?.uuid],
    ['asset_name', asset?.name],
    ['check', meta?.check],
    ['title', item?.name],
    ['verdict', meta?.verdict],
  ]
  const words = values
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .map(([name, value]) => ` ${name}="${toValue(String(value))}"`)
  return `[keelson@${enterprise}${words.join('')}]`
}

function toValue(text: string): string {
  return shortenText(forTerminal(text), LONGEST_VALUE).replace(/["\\\]]/g, '\\$&')
}

function toAsciiJson(json: string): string {
  return json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
