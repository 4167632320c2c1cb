import type { Check, CheckTest } from '../core/check.ts'
import type { CompiledCheck, Leaf } from '../core/compiled.ts'
import { messageOf } from '../core/errors.ts'
import { findClosest } from '../core/find-closest.ts'
import { type Judgement, judge, type Observation } from '../core/judge.ts'
import { settle } from '../core/settle.ts'
import { CompileError } from './compile.ts'
import type { ParamValues } from './expand.ts'
import type { Fixture, SchemaEngine } from './schema-engine.ts'
import { SqlError, SqlTimeout } from './sql-error.ts'
import type { TestCompiler } from './test-compiler.ts'
import { tablesOfTest } from './test-tables.ts'

export interface TestOutcome {
  readonly check: string
  readonly test: CheckTest
  readonly passed: boolean
  /** What came out otherwise than expected; absent when the test passed. */
  readonly problem?: string
  readonly judgement?: Judgement
}

/** Runs one test of a check, offline. */
export function runTest(
  check: Check,
  test: CheckTest,
  engine: SchemaEngine,
  { values, compiler }: { values: ParamValues; compiler: TestCompiler },
): TestOutcome {
  const named = { check: check.id, test }
  const stray = findStrayRows(test, engine)
  if (stray !== undefined) return { ...named, passed: false, problem: stray }
  const unnamed = new Set<string>()
  const fixture = fixtureOf(test, (table) => unnamed.add(table))
  try {
    const compiled = compiler.compile(check, test, values, engine)
    const judgement = judgeOver(settle(compiled, tablesOfTest(compiled, test, engine)), engine, fixture, test.now)
    const problem = unnamed.size > 0 ? unnamedProblem(unnamed) : compareOutcome(test, judgement)
    return problem === undefined
      ? { ...named, passed: true, judgement }
      : { ...named, passed: false, problem, judgement }
  } catch (error) {
    if (!(error instanceof CompileError)) throw error
    return { ...named, passed: false, problem: error.message }
  }
}

/** The tables as a test gives them. */
export function fixtureOf({ given, errors }: CheckTest, onRefused: (table: string) => void): Fixture {
  return {
    rows: new Map(Object.entries(given)),
    errors: new Map(Object.entries(errors)),
    others: 'refused',
    onRefused,
  }
}

/** Rows of a table or column that does not exist would prove nothing. */
function findStrayRows({ given, errors, platform }: CheckTest, engine: SchemaEngine): string | undefined {
  const didYouMean = (word: string, known: Iterable<string>) => {
    const closest = findClosest(word, known)
    return closest === undefined ? '' : `: did you mean ${closest}?`
  }
  for (const table of [...Object.keys(given), ...Object.keys(errors)]) {
    const columns = engine.tables.get(table)?.columns.map(({ name }) => name)
    if (!columns) return `it gives ${table}, which is no table on ${platform}${didYouMean(table, engine.tables.keys())}`
    for (const column of (given[table] ?? []).flatMap((row) => Object.keys(row))) {
      if (!columns.includes(column))
        return `it gives ${table}.${column}, which is no column${didYouMean(column, columns)}`
    }
  }
  return undefined
}

/** Judges a compiled check over given rows; by `known`, if a leaf with that SQL has been asked over them before. */
export function judgeOver(
  compiled: CompiledCheck,
  engine: SchemaEngine,
  fixture: Fixture,
  now?: number,
  known?: ReadonlyMap<string, Observation>,
): Judgement {
  return judge(
    compiled,
    compiled.leaves.map((leaf) => known?.get(leaf.sql) ?? observe(leaf, engine, fixture, now)),
  )
}

/** What a leaf answers over given rows. */
export function observe({ sql }: Leaf, engine: SchemaEngine, fixture: Fixture, now: number | undefined): Observation {
  try {
    return { answer: String(engine.value(sql, fixture, now)) }
  } catch (error) {
    if (!(error instanceof SqlError || error instanceof SqlTimeout)) throw error
    return { error: messageOf(error) }
  }
}

function unnamedProblem(tables: ReadonlySet<string>): string {
  const names = [...tables].join(', ')
  return `it reads ${names}, which the test does not name: add the rows under given (none: \`${names}: []\`), or an error`
}

/** What came out otherwise than a test expects; undefined when nothing did. */
export function compareOutcome({ verdict, reason }: CheckTest, judgement: Judgement): string | undefined {
  const said = judgement.reasons.join('; ')
  if (judgement.verdict !== verdict) {
    return `expected ${verdict}, got ${judgement.verdict}${said ? `: ${said}` : ''}`
  }
  if (reason !== undefined && !said.includes(reason)) {
    return `expected a reason with '${reason}', got ${said ? `'${said}'` : 'none'}`
  }
  return undefined
}
