import type { Diagnostic, Platform } from '../../core/check.ts'
import { formatSchedule, parseSchedule } from '../schedule.ts'
import { describeValue, isMapping, quote } from '../words.ts'
import type { YamlDocument } from '../yaml-document.ts'
import { EntryReader, type KnownKeys } from './entry-reader.ts'
import { type ForeignFile, type ForeignQuery, toTitle } from './foreign-query.ts'
import { parseOsqueryJson } from './read-json.ts'
import { platformsOfOsquery } from './read-platforms.ts'

type Entry = Readonly<Record<string, unknown>>

export interface PackOptions {
  /** What rows of a query mean; absent: that something is at fault, and queries that merely list are left out. */
  readonly rows?: 'pass' | 'fail' | undefined
  /** Only queries that Zentral judges by their column ztl_status. */
  readonly onlyStatus?: boolean
}

// Keys of a pack and of a query in it: osquery/config/packs.cpp, docs/wiki/deployment/configuration.md.
const PACK_KEYS: KnownKeys = {
  used: ['queries', 'platform', 'version', 'discovery', 'name', 'description'],
  meant: { shard: 'it told on how many of the hosts the pack ran' },
  silent: ['oncall', 'event_routing_key'],
}
const QUERY_KEYS: KnownKeys = {
  used: ['query', 'interval', 'platform', 'version', 'description', 'value', 'compliance_check'],
  meant: { shard: 'it told on how many of the hosts the query ran' },
  // They steer how osquery logs the rows.
  silent: ['snapshot', 'removed', 'denylist', 'blacklist', 'can_be_denylisted', 'startup_priority', 'options'],
}

/** Queries of osquery's packs: files of their own, and those in the `packs` and the `schedule` of an osquery.conf. */
export function readPack(text: string, file: string, options: PackOptions = {}): ForeignFile {
  const { documents, diagnostics } = parseOsqueryJson(text, file)
  const notes: Diagnostic[] = [...diagnostics]
  const queries = documents
    .filter(({ broken }) => !broken)
    .flatMap((document) => readDocument(document, baseName(file), options, notes))
  return { queries, diagnostics: notes }
}

/** The name of a file without its folder and its ending. */
function baseName(file: string): string {
  return (file.split(/[\\/]/).at(-1) ?? file).replace(/\.[a-z]+$/i, '')
}

function readDocument(document: YamlDocument, name: string, options: PackOptions, notes: Diagnostic[]): ForeignQuery[] {
  const { value } = document
  const reader = new EntryReader(document, [], notes)
  if (isMapping(value) && isMapping(value.queries)) return readOnePack(value, name, options, reader)
  const isConfig = isMapping(value) && ['packs', 'schedule'].some((key) => isMapping(value[key]))
  if (!isConfig) {
    reader.refuse(
      'neither a pack nor a configuration of osquery',
      'a pack has "queries", a configuration "packs" or "schedule"',
    )
    return []
  }
  const { packs, schedule } = value as Record<string, unknown>
  const scheduled = isMapping(schedule) ? { queries: schedule } : undefined
  return [
    ...(scheduled ? readQueries(scheduled, 'schedule', undefined, options, reader, ['schedule']) : []),
    ...Object.entries(isMapping(packs) ? packs : {}).flatMap(([pack, entry]) => {
      const inner = reader.within('packs', pack)
      if (isMapping(entry) && isMapping(entry.queries)) return readOnePack(entry, pack, options, inner)
      if (typeof entry === 'string')
        inner.leaveOut(`the pack ${quote(pack)} stands in ${entry}`, 'give that file as well')
      else inner.refuse(`the pack ${quote(pack)} has no queries`, 'a pack has "queries"')
      return []
    }),
  ]
}

function readOnePack(pack: Entry, name: string, options: PackOptions, reader: EntryReader): ForeignQuery[] {
  const words = reader.names(pack, 'platform')
  const platforms = platformsOfOsquery(words)
  reader.loseRest(pack, PACK_KEYS)
  if (platforms?.length === 0) {
    reader.leaveOut(`the pack ${quote(name)} is for ${words.join(', ')}, of which checks know nothing`)
    return []
  }
  return readQueries(pack, name, platforms, options, reader, ['queries'])
}

function readQueries(
  pack: Entry,
  name: string,
  platforms: readonly Platform[] | undefined,
  options: PackOptions,
  reader: EntryReader,
  path: readonly string[],
): ForeignQuery[] {
  const discovery = readDiscovery(pack, reader)
  return Object.entries(pack.queries as Entry).flatMap(([key, entry]) => {
    const inner = reader.within(...path, key)
    if (!isMapping(entry)) {
      inner.refuse(
        `the query ${quote(key)} is a mapping of keys, not ${describeValue(entry)}`,
        'it has query and interval',
      )
      return []
    }
    const query = readQuery({ version: pack.version, ...entry }, key, name, options, inner)
    if (!query) return []
    const own = platformsOfOsquery(inner.names(entry, 'platform'))
    const both = own && platforms ? own.filter((platform) => platforms.includes(platform)) : (own ?? platforms)
    if (both?.length === 0) {
      inner.leaveOut(`the query ${quote(key)} is for no platform that checks know and the pack is for`)
      return []
    }
    inner.loseRest(entry, QUERY_KEYS)
    return [{ ...query, ...(both ? { platforms: both } : {}), discovery }]
  })
}

function readDiscovery({ discovery }: Entry, reader: EntryReader): string[] {
  if (discovery === undefined || discovery === null) return []
  if (Array.isArray(discovery) && discovery.every((sql) => typeof sql === 'string')) return discovery as string[]
  reader.refuse(`discovery is a list of queries, not ${describeValue(discovery)}`, '"discovery": ["SELECT …"]', [
    'discovery',
  ])
  return []
}

function readQuery(
  entry: Entry,
  key: string,
  pack: string,
  { rows, onlyStatus }: PackOptions,
  reader: EntryReader,
): Omit<ForeignQuery, 'discovery'> | undefined {
  const sql = reader.text(entry, 'query')
  if (sql === undefined) {
    reader.refuse(`the query ${quote(key)} has no SQL`, 'add "query": "SELECT …"')
    return undefined
  }
  const isStatus = entry.compliance_check === true
  if (!isStatus && onlyStatus) {
    reader.leaveOut(`the query ${quote(key)} is no compliance check`, 'checks import osquery-pack takes it with --rows')
    return undefined
  }
  if (!isStatus && rows === undefined && !asks(sql)) {
    const hint = '--rows fail or --rows pass says what its rows mean'
    reader.leaveOut(`the query ${quote(key)} lists what there is and asks nothing of it`, hint)
    return undefined
  }
  const version = reader.text(entry, 'version')
  const why = [reader.text(entry, 'description'), reader.text(entry, 'value')].flatMap((text) => text?.trim() ?? [])
  const schedule = readInterval(entry, reader)
  return {
    name: key,
    origin: `the query ${quote(key)} of the pack ${quote(pack)}${version === undefined ? '' : `, for osquery ${version} and later`}`,
    words: `${pack} ${key}`,
    title: toTitle(isStatus || rows === 'pass' ? key : `Nothing is found by ${key}`),
    ...(why.length > 0 ? { why: why.join('\n\n') } : {}),
    severity: 'medium',
    tags: [isStatus ? 'zentral' : 'osquery-pack'],
    ...(schedule === undefined ? {} : { schedule }),
    sql,
    rows: isStatus ? 'status' : (rows ?? 'fail'),
    place: reader.place(),
  }
}

/** Whether a query has a condition, so that a row says something. */
function asks(sql: string): boolean {
  const bare = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, ' ')
  return /\b(?:where|having|except|intersect|on|using)\b/i.test(bare)
}

const LONGEST_INTERVAL = 604_800

/** Seconds, as osquery counts them, as a schedule in whole minutes. */
function readInterval(entry: Entry, reader: EntryReader): string | undefined {
  const text = reader.text(entry, 'interval')
  if (text === undefined) return undefined
  const seconds = Number(text)
  const minutes = Math.max(1, Math.round(seconds / 60))
  const read =
    Number.isInteger(seconds) && seconds > 0 && seconds <= LONGEST_INTERVAL ? parseSchedule(minutes) : undefined
  if (!read || 'problem' in read) {
    reader.lose(`interval ${text} is out of range: it counts seconds, from 1 to 604800`, ['interval'])
    return undefined
  }
  const schedule = formatSchedule(read.schedule)
  if (minutes * 60 !== seconds)
    reader.lose(`interval ${text} becomes ${schedule}: schedules are in whole minutes`, ['interval'])
  return schedule
}
