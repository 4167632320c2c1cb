import { createHash } from 'node:crypto'
import type { Check, Effect, Place, Template } from '../core/check.ts'
import type { CompiledCheck, Leaf } from '../core/compiled.ts'
import { findClosest } from '../core/find-closest.ts'
import { JUDGING_RULE } from '../core/judge.ts'
import { describeComparisons, toSqlCondition, toSqlFilter } from './condition.ts'
import { findEffects } from './effects.ts'
import type { Preparation } from './engine.ts'
import { canonicalForm, type ExpandedLeaf, expandCheck, type ParamValues } from './expand.ts'
import { RESERVED, toLeafQuery } from './leaf-query.ts'
import { toIdentifier } from './literal.ts'
import type { SchemaEngine } from './schema-engine.ts'
import { SqlError } from './sql-error.ts'
import { type GateOptions, tableGates } from './table-gates.ts'
import { tableUses } from './table-uses.ts'
import { namesIn, significantTokens } from './tokenizer.ts'

export interface CompileOptions extends GateOptions {
  readonly templates: ReadonlyMap<string, Template>
  readonly values: ParamValues
}

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
    // Each gate only after what its own tables need: where a check does not apply, nothing else has to be seen.
    ...leaf.gates.flatMap((gate, at) => [
      ...tableGates([gateStatements[at] as Preparation], engine.platform, options),
      gate,
    ]),
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
    tables: tableUses([...gates.map((gate) => prepare(gate.sql, leaf.place, engine)), prepared], sql, engine),
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
  const absent = [...judging, ...(evidence ?? [])].find((name) => !columns.has(name) && name !== 'passed')
  if (absent !== undefined) {
    const message = `no such column: ${absent} in ${table}`
    throw new CompileError('unknown-column', message, place, hintFor(absent, [...columns.keys()]))
  }
  const named = evidence?.filter((name) => name !== 'passed') ?? judging
  const condition = toSqlCondition(expect, columns)
  const { filter, unknown } = toSqlFilter(where, columns)
  const judged = match === 'none' ? `NOT (${condition})` : `(${condition})`
  const passed = unknown === undefined ? judged : `CASE WHEN ${unknown} THEN NULL ELSE ${judged} END`
  const shown = [...new Set(named)].map(toIdentifier)
  return `SELECT ${[`${passed} AS passed`, ...shown].join(', ')}\nFROM ${toIdentifier(table as string)}${filter && `\nWHERE ${filter}`}`
}

function describeExpectation({ expect, where, match, table }: ExpandedLeaf): string {
  const scope = Object.keys(where).length === 0 ? '' : ` where ${describeComparisons(where)}`
  if (Object.keys(expect).length === 0) return `${match === 'none' ? 'no' : 'a'} row of ${table}${scope}`
  const wanted = describeComparisons(expect)
  const quantity = match === 'any' ? 'some row with ' : match === 'none' ? 'no row with ' : ''
  return `${quantity}${wanted}${scope}`
}

function prepareSelect(select: string, { place }: ExpandedLeaf, engine: SchemaEngine): Preparation {
  const tokens = significantTokens(select)
  const unbound = tokens.find(({ kind }) => kind === 'variable')
  if (unbound) {
    const hint = 'declare a parameter, and write it as :name'
    throw new CompileError('unbound-parameter', `${unbound.text} has no value: it would be NULL`, place, hint)
  }
  const prepared = prepare(select, place, engine)
  // It will stand in parentheses, which must not be left open.
  const end = select.includes('\0') ? 'a NUL character' : tokens.some(({ text }) => text === ';') && 'a semicolon'
  if (end) throw new CompileError('sql', `the SQL holds ${end}, which would end it`, place, 'remove it')
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
  const odd = columns.find(
    (name) => /^(?:k_|passed$|verdict$|resource$|reason$)/i.test(name) && !RESERVED.includes(name),
  )
  if (odd !== undefined) {
    const hint = 'passed, verdict, resource and reason are written in lower case; names with k_ in front are ours'
    throw new CompileError('reserved-column', `a column may not be called ${odd}`, place, hint)
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
