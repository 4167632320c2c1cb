import { type Diagnostic, PLATFORMS } from '../../core/check.ts'
import { describeValue, isMapping, quote } from '../words.ts'
import { parseYaml, type YamlDocument } from '../yaml-document.ts'
import { EntryReader, type KnownKeys } from './entry-reader.ts'
import { type ForeignFile, type ForeignQuery, toTitle } from './foreign-query.ts'
import { parseJson } from './read-json.ts'

type Entry = Readonly<Record<string, unknown>>

// Keys of a policy: https://fleetdm.com/docs/configuration/yaml-files#policies and docs/rest-api#policies.
const KEYS: KnownKeys = {
  used: ['name', 'query', 'description', 'resolution', 'platform', 'platforms', 'critical'],
  meant: {
    team: 'it told which hosts of Fleet were asked',
    fleet: 'it told which hosts of Fleet were asked',
    labels_include_any: 'it told which hosts of Fleet were asked',
    labels_include_all: 'it told which hosts of Fleet were asked',
    labels_exclude_any: 'it told which hosts of Fleet were asked',
    labels_exclude_all: 'it told which hosts of Fleet were asked',
    host_ids: 'it told which hosts of Fleet were asked',
    calendar_events_enabled: 'Fleet made calendar events of failures',
    conditional_access_enabled: 'Fleet blocked sign-in on failures',
    conditional_access_bypass_enabled: 'Fleet let users by for a while',
    install_software: 'Fleet installed software on failures',
    software_title_id: 'Fleet installed software on failures',
    run_script: 'Fleet ran a script on failures',
    script_id: 'Fleet ran a script on failures',
    resend_configuration_profile: 'Fleet sent a profile again on failures',
    webhooks_and_tickets_enabled: 'Fleet told others of failures; a sink does that here',
    continuous_automations_enabled: 'it steered what Fleet did on failures',
  },
  // What the API adds, and what is the same for every policy.
  silent: [
    ...[
      'id',
      'author_id',
      'author_name',
      'author_email',
      'team_id',
      'fleet_id',
      'created_at',
      'updated_at',
      'response',
    ],
    ...['passing_host_count', 'failing_host_count', 'host_count_updated_at', 'type', 'type_id', 'query_id', 'slug'],
  ],
}

/** Policies of Fleet: documents of fleetctl, `policies:` of GitOps files, lists of policies, and answers of its API. */
export function readFleet(text: string, file: string): ForeignFile {
  const { documents, diagnostics } = /^\s*[[{]/.test(text) ? parseJson(text, file) : parseYaml(text, file)
  const notes: Diagnostic[] = [...diagnostics]
  const queries = documents
    .filter(({ value, broken }) => !broken && value !== null)
    .flatMap((document) => readDocument(document, notes))
  if (queries.length === 0 && notes.length === 0) {
    const place = documents[0]?.place([]) ?? { file, line: 1, column: 1 }
    const hint = 'a policy is "kind: policy" with a spec, or an entry of a list "policies:"'
    notes.push({ level: 'error', code: 'import', message: 'no policy of Fleet in this file', hint, place })
  }
  return { queries, diagnostics: notes }
}

function readDocument(document: YamlDocument, notes: Diagnostic[]): ForeignQuery[] {
  const { value } = document
  const reader = new EntryReader(document, [], notes)
  if (Array.isArray(value)) return readList(value, reader)
  if (!isMapping(value)) {
    reader.refuse(
      `a file of policies holds a mapping or a list, not ${describeValue(value)}`,
      'is this the right file?',
    )
    return []
  }
  if (typeof value.kind === 'string') {
    if (value.kind.toLowerCase() !== 'policy') {
      reader.leaveOut(`a ${value.kind} of Fleet judges nothing, so no check comes of it`)
      return []
    }
    const inner = reader.within('spec')
    return Array.isArray(value.spec) ? readList(value.spec, inner) : readEntry(value.spec, inner)
  }
  // The API says policy and inherited_policies, GitOps policies; the answer of an API may also hold global ones.
  const lists = ['policies', 'inherited_policies'].filter((key) => Object.hasOwn(value, key))
  for (const key of ['queries', 'reports'].filter((name) => Array.isArray(value[name]))) {
    if ((value[key] as unknown[]).length > 0)
      reader.leaveOut(`${key} of Fleet judge nothing, so no check comes of them`, undefined, [key])
  }
  if (isMapping(value.policy)) return readEntry(value.policy, reader.within('policy'))
  if (lists.length === 0 && Object.hasOwn(value, 'query')) return readEntry(value, reader)
  return lists.flatMap((key) => (value[key] === null ? [] : readList(value[key], reader.within(key))))
}

function readList(value: unknown, reader: EntryReader): ForeignQuery[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => readEntry(entry, reader.within(index)))
  reader.refuse(`policies are a list, not ${describeValue(value)}`, 'begin each policy with "- name:"')
  return []
}

function readEntry(entry: unknown, reader: EntryReader): ForeignQuery[] {
  if (!isMapping(entry)) {
    reader.refuse(`a policy is a mapping of keys, not ${describeValue(entry)}`, 'it has a name and a query')
    return []
  }
  const elsewhere = reader.text(entry, 'path') ?? reader.text(entry, 'paths')
  if (elsewhere !== undefined && !Object.hasOwn(entry, 'query')) {
    reader.leaveOut(`the policies of ${elsewhere} stand in another file`, 'give that file as well')
    return []
  }
  const name = unescapeVariables(reader.text(entry, 'name'))
  if (name === undefined) {
    reader.refuse('a policy without a name', 'add name:')
    return []
  }
  const sql = reader.text(entry, 'query')
  if (sql === undefined) {
    const isPatch = entry.type === 'patch'
    if (isPatch) reader.leaveOut(`the policy ${quote(name)} has no query: Fleet makes that of a patch policy itself`)
    else reader.refuse(`the policy ${quote(name)} has no query`, 'add query:')
    return []
  }
  const variable = VARIABLE.exec(sql)?.[0]
  if (variable !== undefined) {
    const hint = 'write the value into the query, or make it a parameter'
    reader.leaveOut(`the policy ${quote(name)} is left out: its value ${variable} is filled in elsewhere`, hint, [
      'query',
    ])
    return []
  }
  const platforms = readPlatforms(entry, name, reader)
  if (platforms === null) return []
  const why = unescapeVariables(reader.text(entry, 'description'))?.trim()
  const fix = unescapeVariables(reader.text(entry, 'resolution'))?.trim()
  reader.loseRest(entry, KEYS)
  return [
    {
      name,
      origin: `the policy ${quote(name)} of Fleet`,
      words: `fleet ${name}`,
      title: toTitle(name),
      ...(why ? { why } : {}),
      ...(fix ? { fix } : {}),
      severity: entry.critical === true ? 'critical' : 'medium',
      tags: ['fleet'],
      sql: unescapeVariables(sql),
      rows: 'pass',
      ...(platforms ? { platforms } : {}),
      discovery: [],
      place: reader.place(),
    },
  ]
}

// Fleet fills in $NAME and ${NAME}, unless a backslash stands in front (pkg/spec/spec.go, expandEnv).
const VARIABLE = /(?<!\\)\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})/

function unescapeVariables<Text extends string | undefined>(text: Text): Text {
  return text?.replace(/\\\$(?=[A-Za-z_{])/g, '$') as Text
}

/** Undefined: all of them; null: none that checks know. */
function readPlatforms(entry: Entry, name: string, reader: EntryReader) {
  const words = [...reader.names(entry, 'platform'), ...reader.names(entry, 'platforms')]
  if (words.length === 0) return undefined
  const platforms = PLATFORMS.filter((platform) => words.includes(platform))
  const strangers = words.filter((word) => !PLATFORMS.some((platform) => platform === word))
  if (platforms.length === 0) {
    reader.leaveOut(`the policy ${quote(name)} is for ${words.join(', ')}, of which checks know nothing`)
    return null
  }
  if (strangers.length > 0) reader.lose(`${strangers.join(', ')} is no platform of checks`, ['platform'])
  return platforms
}
