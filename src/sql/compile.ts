import { createHash } from 'node:crypto'
import type { Check, Effect, Place, Platform, Template } from '../core/check.ts'
import type { CompiledCheck, Gate, Leaf, TableUse } from '../core/compiled.ts'
import { findClosest } from '../core/find-closest.ts'
import { JUDGING_RULE } from '../core/judge.ts'
import { describeComparisons, toSqlCondition } from './condition.ts'
import { findEffects } from './effects.ts'
import { type Preparation, SqlError } from './engine.ts'
import { canonicalForm, type ExpandedLeaf, expandCheck, type ParamValues } from './expand.ts'
import { toLeafQuery } from './leaf-query.ts'
import { toIdentifier } from './literal.ts'
import type { SchemaEngine } from './schema-engine.ts'
import { CONSOLE_USER_GATE, ROOT_GATE, TABLE_FACTS, type TableFacts } from './table-facts.ts'
import { namesIn } from './tokenizer.ts'

export interface CompileOptions {
  readonly templates: ReadonlyMap<string, Template>
  readonly values: ParamValues
  /** The SQL that tells whether we run as root or with a console user; undefined leaves the gate out. */
  readonly rootGate?: string | undefined
  readonly consoleUserGate?: string | undefined
  /** Whether tables that may be empty must answer their anchor first. */
  readonly anchors?: boolean
}

/** The gates for a real osquery, which answers nothing where it may not look. */
export const OSQUERY_GATES = { rootGate: ROOT_GATE, consoleUserGate: CONSOLE_USER_GATE, anchors: true } as const

/** The gates for a source that fails where it may not look. */
export const OUTSPOKEN_GATES = { consoleUserGate: CONSOLE_USER_GATE, anchors: true } as const

/** A clause that cannot become SQL: where it stands, what is wrong and how to mend it. */
export class CompileError extends Error {
  override readonly name = 'CompileError'
  readonly code: string
  readonly place: Place
  readonly hint: string | undefined

  constructor(code: string, message: string, place: Place, hint?: string) {
    super(message)
    this.code = code
    this.place = place
    this.hint = hint
  }
}

/**
 * A check as SQL for one platform. Text from authors enters it only as literals, except for their own SQL, which must
 * be a single SELECT. @throws CompileError
 */
export function compileCheck(check: Check, engine: SchemaEngine, options: CompileOptions): CompiledCheck {
  const { platform } = engine
  const expanded = expandCheck(check, platform, options.templates, options.values)
  const leaves = expanded.leaves.map((leaf, index) => compileLeaf(leaf, index, check, engine, options))
  const form = JSON.stringify([JUDGING_RULE, platform, canonicalForm(expanded)])
  return {
    check,
    platform,
    version: createHash('sha256').update(form).digest('hex').slice(0, 16),
    fix: check.platforms[platform]?.fix ?? check.fix,
    tree: expanded.tree,
    leaves,
  }
}

function compileLeaf(
  leaf: ExpandedLeaf,
  index: number,
  { effects }: Check,
  engine: SchemaEngine,
  options: CompileOptions,
): Leaf {
  const select = leaf.sql ?? tableSelect(leaf, engine)
  const prepared = prepareSelect(select, leaf, engine)
  const columns = prepared.columns.map(({ name }) => name)
  checkColumns(columns, leaf)
  const gateStatements = leaf.gates.map(({ sql }) => prepareSelect(sql, leaf, engine))
  for (const statement of [prepared, ...gateStatements]) checkEffects(statement, leaf, effects)
  const gates = [
    ...tableGates(gateStatements, engine.platform, options),
    ...leaf.gates,
    ...tableGates([prepared], engine.platform, options),
  ].filter(({ sql }, at, all) => all.findIndex((other) => other.sql === sql) === at)
  const evidence = leaf.evidence?.filter((name) => columns.includes(name))
  const sql = toLeafQuery({ select, columns, evidence, gates })
  const expected = leaf.table === undefined ? undefined : describeExpectation(leaf)
  return {
    index,
    path: leaf.path,
    title: leaf.title,
    ...(expected === undefined ? {} : { expected }),
    gates,
    select,
    sql,
    rule: leaf.match === 'any' ? 'any' : 'all',
    ifEmpty: leaf.ifEmpty,
    tables: tableUses(prepare(sql, leaf.place, engine), sql, engine),
  }
}

// Undeclared, a check could reach out or act from every machine that runs it, and nobody would read so in its file.
function checkEffects(statement: Preparation, { place }: ExpandedLeaf, declared: readonly Effect[]): void {
  const undeclared = findEffects(statement).find(({ effect }) => !declared.includes(effect))
  if (!undeclared) return
  const { cause, effect } = undeclared
  throw new CompileError(
    'effect',
    `${cause} has the effect ${effect}, which the check does not name`,
    place,
    `add effects: [${effect}] to the check`,
  )
}

function tableSelect({ table, where, expect, match, evidence, place }: ExpandedLeaf, engine: SchemaEngine): string {
  const known = engine.tables.get(table as string)
  if (!known) throw unknownTable(table as string, engine, place)
  const columns = new Map(known.columns.map((column) => [column.name, column]))
  const judging = [...Object.keys(expect), ...Object.keys(where)]
  // SQLite would take an unknown name in double quotes for a string.
  const absent = [...judging, ...(evidence ?? [])].find((name) => !columns.has(name))
  if (absent !== undefined) {
    const message = `no such column: ${absent} in ${table}`
    throw new CompileError('unknown-column', message, place, hintFor(absent, [...columns.keys()]))
  }
  const named = evidence ?? judging
  const condition = toSqlCondition(expect, columns)
  const passed = match === 'none' ? `NOT (${condition})` : `(${condition})`
  const shown = [...new Set(named)].map(toIdentifier)
  const filter = Object.keys(where).length === 0 ? '' : `\nWHERE ${toSqlCondition(where, columns)}`
  return `SELECT ${[`${passed} AS passed`, ...shown].join(', ')}\nFROM ${toIdentifier(table as string)}${filter}`
}

function describeExpectation({ expect, where, match, table }: ExpandedLeaf): string {
  const wanted = Object.keys(expect).length === 0 ? `a row of ${table}` : describeComparisons(expect)
  const scope = Object.keys(where).length === 0 ? '' : ` where ${describeComparisons(where)}`
  const quantity = match === 'any' ? 'some row with ' : match === 'none' ? 'no row with ' : ''
  return `${quantity}${wanted}${scope}`
}

function prepareSelect(select: string, { place }: ExpandedLeaf, engine: SchemaEngine): Preparation {
  const prepared = prepare(select, place, engine)
  if (!prepared.readOnly) throw new CompileError('not-a-select', 'the SQL must be a single SELECT', place)
  return prepared
}

function prepare(sql: string, place: Place, engine: SchemaEngine): Preparation {
  try {
    return engine.prepare(sql)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    throw explainSqlError(error, sql, place, engine)
  }
}

function explainSqlError({ message }: SqlError, sql: string, place: Place, engine: SchemaEngine): CompileError {
  const table = /^no such table: (?:main\.|temp\.)?(.+)$/.exec(message)?.[1]
  if (table) return unknownTable(table, engine, place)
  if (/^(?:more than one statement|no statement|not authorized|table \S+ may not be modified)$/.test(message)) {
    return new CompileError(
      'not-a-select',
      `the SQL must be a single SELECT: ${message}`,
      place,
      'checks only read: one SELECT (or WITH … SELECT), nothing after it',
    )
  }
  const column = /^no such column: (?:\w+\.)*(\w+)$/.exec(message)?.[1]
  const candidates = [...namesIn(sql)].flatMap(
    (name) => engine.tables.get(name)?.columns.map((known) => known.name) ?? [],
  )
  if (column) return new CompileError('unknown-column', message, place, hintFor(column, candidates))
  return new CompileError('sql', message, place)
}

function unknownTable(table: string, engine: SchemaEngine, place: Place): CompileError {
  const hint = hintFor(table, [...engine.tables.keys()]) ?? "osquery's schema of this platform does not have it"
  return new CompileError('unknown-table', `no table ${table} on ${engine.platform}`, place, hint)
}

function hintFor(word: string, candidates: readonly string[]): string | undefined {
  const closest = findClosest(word, candidates)
  return closest === undefined ? undefined : `did you mean ${closest}?`
}

function checkColumns(columns: readonly string[], { place, evidence }: ExpandedLeaf): void {
  const lower = columns.map((name) => name.toLowerCase())
  const twice = columns.find((_, index) => lower.indexOf(lower[index] as string) !== index)
  if (twice !== undefined) {
    throw new CompileError(
      'duplicate-column',
      `two columns are called ${twice}`,
      place,
      'name them apart with AS: osquery keeps only the last one',
    )
  }
  const judging = ['passed', 'verdict'].filter((name) => columns.includes(name))
  if (judging.length === 0) {
    throw new CompileError(
      'no-passed-column',
      `no column judges the rows (columns: ${columns.join(', ')})`,
      place,
      'select a column called passed (1 or 0), or verdict (in words)',
    )
  }
  if (judging.length === 2) {
    throw new CompileError('two-judging-columns', 'both passed and verdict judge the rows', place, 'keep one of them')
  }
  const absent = evidence?.find((name) => !columns.includes(name))
  if (absent !== undefined) {
    throw new CompileError(
      'unknown-evidence',
      `evidence names ${absent}, which the SQL does not select`,
      place,
      hintFor(absent, columns),
    )
  }
}

/** What must hold for these statements to be able to see: from the facts of the tables that they read. */
function tableGates(prepared: readonly Preparation[], platform: Platform, options: CompileOptions): Gate[] {
  const tables = [...new Set(prepared.flatMap(({ reads }) => [...reads.keys()]))]
  const known = tables.flatMap((table): [string, TableFacts][] => {
    const facts = TABLE_FACTS[table]
    return facts ? [[table, facts]] : []
  })
  const rootTables = known.filter(([, { needsRoot }]) => needsRoot?.includes(platform)).map(([table]) => table)
  const consoleTables = known.filter(([, { needsConsoleUser }]) => needsConsoleUser).map(([table]) => table)
  const root = rootTables.length > 0 ? options.rootGate : undefined
  const consoleUser = consoleTables.length > 0 ? options.consoleUserGate : undefined
  return [
    ...(root === undefined
      ? []
      : [need(root, `${rootTables.join(', ')} can be seen by root only: run osquery as root`)]),
    ...(consoleUser === undefined
      ? []
      : [need(consoleUser, `${consoleTables.join(', ')} answers only while somebody is logged in at the console`)]),
    ...(options.anchors ? known : []).flatMap(([table, { anchor, anchorOn }]) =>
      anchor !== undefined && (anchorOn?.includes(platform) ?? true)
        ? [need(anchor, `${table} could not be read: it lacks what every host has`)]
        : [],
    ),
    ...known
      .filter(
        ([, { neverEmpty, neverEmptyOn }]) => neverEmpty !== undefined && (neverEmptyOn?.includes(platform) ?? true),
      )
      .map(([table, { neverEmpty }]) =>
        need(
          `SELECT 1 FROM ${toIdentifier(table)}`,
          `${table} could not be seen: it is empty, and a healthy host always has ${neverEmpty}`,
        ),
      ),
  ]
}

function need(sql: string, reason: string): Gate {
  return { kind: 'need', sql, reason }
}

/**
 * Which tables a query reads, and whether one scan of them may serve it: only where SQLite had no constraint to offer
 * on an index, required or additional column, and no hidden column is read.
 */
function tableUses({ reads, plans }: Preparation, sql: string, engine: SchemaEngine): TableUse[] {
  const qualified = new Set(
    [...sql.matchAll(/\b(?:temp|main)\s*\.\s*["`[]?(\w+)/gi)].map((match) => (match[1] as string).toLowerCase()),
  )
  const constrained = new Set(plans.filter((plan) => plan.constrained).map((plan) => plan.table.name))
  return [...reads].flatMap(([table, columns]) => {
    const known = engine.tables.get(table)
    if (!known) return []
    const hidden = known.columns.some((column) => column.hidden && columns.has(column.name))
    const shareable = !hidden && !constrained.has(table) && !qualified.has(table)
    return [{ table, shareable, columns: [...columns].sort() }]
  })
}
