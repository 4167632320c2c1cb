import { basename } from 'node:path'
import type { ForeignQuery } from '../../content/import/foreign-query.ts'
import { type Effect, PLATFORMS, type Platform } from '../../core/check.ts'
import { messageOf } from '../../core/errors.ts'
import type { YamlMapping } from '../../formats/yaml.ts'
import { findEffects } from '../../sql/effects.ts'
import type { Preparation } from '../../sql/engine.ts'
import { toIdentifier } from '../../sql/literal.ts'
import type { SchemaEngine } from '../../sql/schema-engine.ts'
import { factsOf } from '../../sql/table-facts.ts'
import { significantTokens, tokenize } from '../../sql/tokenizer.ts'

/** What was decided about a query after lint has seen it. */
export interface Amendments {
  /** Its columns may hold secrets, so that none is shown. */
  readonly withoutEvidence?: boolean
  /** The silence of its tables would count as an answer, so that each must have rows. */
  readonly withNeeds?: boolean
}

export interface Converted {
  /** The check, to be written as YAML. */
  readonly check: YamlMapping
  /** What a reader of the check should know, in sentences. */
  readonly remarks: readonly string[]
  /** Tables of which `needs` ask that they have rows. */
  readonly gated: readonly string[]
}

type EngineOf = (platform: Platform) => SchemaEngine

/** A query of another product as a check with this id; or why none can be made of it. */
export function convertQuery(
  query: ForeignQuery,
  id: string,
  engineOf: EngineOf,
  amendments: Amendments = {},
): Converted | { readonly problem: string; readonly hint?: string } {
  const sql = trimStatement(query.sql)
  const problem = findProblem(sql)
  if (problem) return problem
  const prepared = new Map(PLATFORMS.map((platform) => [platform, prepare(sql, engineOf(platform))]))
  const platforms = choosePlatforms(query, prepared)
  const known = platforms.flatMap((platform) => {
    const preparation = prepared.get(platform)
    return typeof preparation === 'object' ? [preparation] : []
  })
  const clause = makeClause(query, sql, known[0], amendments)
  const gated = amendments.withNeeds ? findGateable(known[0], engineOf(platforms[0] as Platform)) : []
  const needs = gated.map((table) => `SELECT 1 FROM ${table}`)
  const whole = needs.length > 0 ? { needs, ...clause } : clause
  const effects = [...new Set(known.flatMap(findEffects).map(({ effect }) => effect))]
  return {
    check: {
      id,
      title: query.title,
      severity: query.severity,
      source: `${query.origin} (${basename(query.place.file)})`,
      tags: ['imported', ...query.tags],
      schedule: query.schedule,
      why: query.why,
      fix: query.fix,
      effects: effects.length > 0 ? effects : undefined,
      platforms: Object.fromEntries(platforms.map((platform) => [platform, whole])),
    },
    remarks: [
      ...remarkPlatforms(query, platforms, prepared),
      ...remarkEffects(effects),
      ...(amendments.withoutEvidence ? ['No evidence is shown, since its columns may hold secrets.'] : []),
      ...(gated.length > 0 ? [`needs was added: where ${gated.join(', ')} cannot be seen, nothing is judged.`] : []),
    ],
    gated,
  }
}

/** Without what ends it: it will stand in parentheses. */
function trimStatement(sql: string): string {
  const tokens = tokenize(sql.replace(/\r\n?/g, '\n'))
  const isIdle = ({ kind, text }: (typeof tokens)[number]) => kind === 'space' || kind === 'comment' || text === ';'
  const end = tokens.findLastIndex((token) => !isIdle(token))
  return tokens
    .slice(0, end + 1)
    .map(({ kind, text }) => (kind === 'space' ? text.replaceAll('\t', '  ').replace(/ +\n/g, '\n') : text))
    .join('')
    .trim()
}

function findProblem(sql: string): { problem: string; hint?: string } | undefined {
  const tokens = significantTokens(sql)
  if (tokens.length === 0) return { problem: 'it has no SQL' }
  if (tokens.some(({ text }) => text === ';')) {
    return { problem: 'it is several statements', hint: 'a check asks one SELECT' }
  }
  const variable = tokens.find(({ kind }) => kind === 'variable')
  if (!variable) return undefined
  return {
    problem: `its value ${variable.text} is filled in elsewhere`,
    hint: 'write the value into the query, or make it a parameter',
  }
}

function prepare(sql: string, engine: SchemaEngine): Preparation | string {
  try {
    return engine.prepare(sql)
  } catch (error) {
    return messageOf(error)
  }
}

/** Of those that the query names, where its tables are; where they are nowhere, all of them, for lint to tell why. */
function choosePlatforms(
  { platforms }: ForeignQuery,
  prepared: ReadonlyMap<Platform, Preparation | string>,
): readonly Platform[] {
  const meant = platforms ?? PLATFORMS
  const able = meant.filter((platform) => typeof prepared.get(platform) === 'object')
  return able.length > 0 ? able : meant
}

const JUDGING = {
  pass: '1 AS passed',
  fail: '0 AS passed',
  status: "CASE upper(ztl_status) WHEN 'OK' THEN 'pass' WHEN 'FAILED' THEN 'fail' ELSE 'error' END AS verdict",
} as const

function makeClause(
  { rows, discovery }: ForeignQuery,
  sql: string,
  prepared: Preparation | undefined,
  { withoutEvidence }: Amendments,
): YamlMapping {
  const shown = withoutEvidence || !prepared ? [] : showColumns(prepared, rows)
  const when = discovery.map(trimStatement)
  return {
    when:
      when.length === 0
        ? undefined
        : { sql: joinDiscovery(when), reason: 'what the pack is for was not found on this machine' },
    sql: `SELECT ${[JUDGING[rows], ...shown].join(', ')}\nFROM (\n${sql}\n)`,
    // No row: a policy of Fleet fails, nothing at fault was found, and Zentral does not know.
    if_empty: { pass: 'fail', fail: 'pass', status: 'error' }[rows],
  }
}

function joinDiscovery(statements: readonly string[]): string {
  if (statements.length === 1) return statements[0] as string
  return `SELECT 1 WHERE ${statements.map((sql) => `EXISTS (\n${sql}\n)`).join(' AND ')}`
}

/** The columns as evidence; one whose name means something to a check gets another name. */
function showColumns({ columns }: Preparation, rows: ForeignQuery['rows']): string[] {
  const seen = new Set<string>()
  return columns.flatMap(({ name }) => {
    const lower = name.toLowerCase()
    // SELECT 1 shows nothing; what is judged is shown anyhow.
    const isIdle = !/^[a-z_]\w*$/i.test(name) || (rows === 'status' && lower === 'ztl_status')
    if (isIdle || seen.has(lower)) return []
    seen.add(lower)
    const id = toIdentifier(name)
    return /^(?:passed|verdict|resource|reason)$|^k_/.test(lower)
      ? [`${id} AS ${toIdentifier(`found_${lower}`)}`]
      : [id]
  })
}

/** Tables that can be asked whether they have any row at all, and of whose silence nothing is known. */
function findGateable(prepared: Preparation | undefined, { tables }: SchemaEngine): string[] {
  const names = [...(prepared?.reads.keys() ?? [])]
  return names.filter((name) => {
    const table = tables.get(name)
    const facts = factsOf(name)
    const asksNothing = table?.columns.every(({ required }) => !required) ?? false
    return asksNothing && !facts?.effects && facts?.emptyIsTrue === undefined && facts?.neverEmpty === undefined
  })
}

function remarkPlatforms(
  query: ForeignQuery,
  platforms: readonly Platform[],
  prepared: ReadonlyMap<Platform, Preparation | string>,
): string[] {
  const missing = (query.platforms ?? PLATFORMS).filter((platform) => !platforms.includes(platform))
  return missing.map((platform) => `It is left out on ${platform}: ${prepared.get(platform)}.`)
}

function remarkEffects(effects: readonly Effect[]): string[] {
  return effects.map(
    (effect) => `It has the effect ${effect}, and is not asked until keelson.yaml says effects: [${effect}].`,
  )
}
