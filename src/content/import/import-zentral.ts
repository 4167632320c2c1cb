import type { Diagnostic } from '../../core/check.ts'
import { describeValue, isMapping, quote } from '../words.ts'
import { EntryReader, type KnownKeys } from './entry-reader.ts'
import { type ForeignFile, type ForeignQuery, toTitle } from './foreign-query.ts'
import { readPack } from './import-pack.ts'
import { parseOsqueryJson } from './read-json.ts'
import { platformsOfOsquery } from './read-platforms.ts'

type Entry = Readonly<Record<string, unknown>>

// Keys of a query: zentral/contrib/osquery/serializers.py, QuerySerializer.
const KEYS: KnownKeys = {
  used: ['name', 'sql', 'platforms', 'description', 'value', 'compliance_check_enabled', 'minimum_osquery_version'],
  meant: { tag: 'Zentral put it on machines that have rows' },
  silent: ['id', 'compliance_check_id', 'version', 'created_at', 'updated_at', 'scheduling'],
}

/** Compliance checks of Zentral's osquery module: packs with `compliance_check`, and answers of its API. */
export function readZentral(text: string, file: string): ForeignFile {
  const { documents, diagnostics } = parseOsqueryJson(text, file)
  const [document] = documents
  if (!document || document.broken) return { queries: [], diagnostics }
  const { value } = document
  if (isMapping(value) && isMapping(value.queries)) return readPack(text, file, { onlyStatus: true })
  const notes: Diagnostic[] = [...diagnostics]
  const reader = new EntryReader(document, [], notes)
  const paged = isMapping(value) && Array.isArray(value.results)
  const list = paged ? (value.results as unknown[]) : isMapping(value) ? [value] : value
  if (!Array.isArray(list)) {
    reader.refuse(
      `expected a pack or a list of queries, not ${describeValue(value)}`,
      'api/osquery/queries/ answers such a list',
    )
    return { queries: [], diagnostics: notes }
  }
  if (paged && typeof value.next === 'string') {
    reader.leaveOut('there are further pages, which are not in this file', 'give them as well', ['next'])
  }
  const queries = list.flatMap((entry, index) =>
    readEntry(entry, paged ? reader.within('results', index) : isMapping(value) ? reader : reader.within(index)),
  )
  return { queries, diagnostics: notes }
}

function readEntry(entry: unknown, reader: EntryReader): ForeignQuery[] {
  if (!isMapping(entry)) {
    reader.refuse(`a query is a mapping of keys, not ${describeValue(entry)}`, 'it has a name and sql')
    return []
  }
  const name = reader.text(entry, 'name')
  if (name === undefined) {
    reader.refuse('a query without a name', 'is this an answer of api/osquery/queries/?')
    return []
  }
  if (reader.text(entry, 'jmespath_expression') !== undefined) {
    const hint = 'write it as SQL over osquery tables'
    reader.leaveOut(`${quote(name)} asks Zentral's inventory, not the machine`, hint)
    return []
  }
  const sql = reader.text(entry, 'sql')
  if (sql === undefined) {
    reader.refuse(`the query ${quote(name)} has no sql`, 'is this an answer of api/osquery/queries/?')
    return []
  }
  if (entry.compliance_check_enabled !== true) {
    reader.leaveOut(`the query ${quote(name)} is no compliance check`)
    return []
  }
  return readCheck(entry, name, sql, reader)
}

function readCheck(entry: Entry, name: string, sql: string, reader: EntryReader): ForeignQuery[] {
  const words = reader.names(entry, 'platforms')
  const platforms = platformsOfOsquery(words)
  if (platforms?.length === 0) {
    reader.leaveOut(`the query ${quote(name)} is for ${words.join(', ')}, of which checks know nothing`)
    return []
  }
  const why = [reader.text(entry, 'description'), reader.text(entry, 'value')].flatMap((text) => text?.trim() ?? [])
  reader.loseRest(entry, KEYS)
  return [
    {
      name,
      origin: `the compliance check ${quote(name)} of Zentral`,
      words: `zentral ${name}`,
      title: toTitle(name),
      ...(why.length > 0 ? { why: why.join('\n\n') } : {}),
      severity: 'medium',
      tags: ['zentral'],
      sql,
      rows: 'status',
      ...(platforms ? { platforms } : {}),
      discovery: [],
      place: reader.place(),
    },
  ]
}
