import type { Check, CheckTest, Template } from '../core/check.ts'
import type { CompiledCheck, Leaf } from '../core/compiled.ts'
import type { Judgement, Observation } from '../core/judge.ts'
import { settle } from '../core/settle.ts'
import { CompileError, compileCheck } from './compile.ts'
import type { ParamValues } from './expand.ts'
import { compareOutcome, fixtureOf, judgeOver, observe } from './run-test.ts'
import type { SchemaEngine } from './schema-engine.ts'
import { readRegions } from './sql-regions.ts'
import { testGates } from './test-compiler.ts'
import { tablesOfTest } from './test-tables.ts'

/** A test with what it found when nothing was changed. */
export interface Baseline {
  readonly test: CheckTest
  readonly judgement: Judgement
  /** What the leaves answered, by their SQL. */
  readonly known: ReadonlyMap<string, Observation>
}

/** The tests of a check on one platform, run once as it is. */
export interface Rehearsal {
  readonly check: Check
  /** Tests that compile to the same SQL. */
  readonly groups: readonly { readonly compiled: CompiledCheck; readonly baselines: Baseline[] }[]
}

export interface MutationContext {
  readonly engine: SchemaEngine
  readonly templates: ReadonlyMap<string, Template>
  readonly valuesOf: (check: Check, test: CheckTest) => ParamValues
}

/** Runs the tests of a check as it is. @throws Error naming a test that fails of itself */
export function rehearse(check: Check, tests: readonly CheckTest[], context: MutationContext): Rehearsal {
  const groups = Map.groupBy(tests, ({ params, root, consoleUser }) => JSON.stringify([params, root, consoleUser]))
  return {
    check,
    groups: [...groups.values()].map((alike) => {
      const compiled = compileFor(check, alike[0] as CheckTest, context)
      return { compiled, baselines: alike.map((test) => runBaseline(compiled, test, context)) }
    }),
  }
}

export type Attempt =
  /** It is no SQL, osquery would refuse it, or it asks the same as before. */
  | { readonly outcome: 'discarded' }
  | { readonly outcome: 'killed'; readonly by: CheckTest }
  | { readonly outcome: 'survived'; readonly closest: Closest | undefined }

/** The test that came closest to noticing, and whether its clauses answered otherwise at least, though not its verdict. */
export interface Closest {
  readonly test: CheckTest
  readonly isOtherwise: boolean
}

/** Whether a test notices that the check, or a template that it uses, has been changed. */
export function tryMutant(rehearsal: Rehearsal, mutated: Check, context: MutationContext): Attempt {
  let closest: Closest | undefined
  let differs = false
  for (const { compiled: original, baselines } of rehearsal.groups) {
    let compiled: CompiledCheck
    try {
      compiled = compileFor(mutated, (baselines[0] as Baseline).test, context)
    } catch (error) {
      if (error instanceof CompileError) return { outcome: 'discarded' }
      throw error
    }
    if (asksTheSame(compiled, original)) continue
    if (lacksRequired(compiled, context.engine)) return { outcome: 'discarded' }
    differs = true
    for (const baseline of baselines) {
      const { test, known } = baseline
      const unnamed = new Set<string>()
      const judgement = judgeOver(
        settle(compiled, tablesOfTest(compiled, test, context.engine)),
        context.engine,
        fixtureOf(test, (table) => unnamed.add(table)),
        test.now,
        known,
      )
      if (unnamed.size > 0 || compareOutcome(test, judgement) !== undefined) {
        // Who has noticed one mistake is likely to notice the next.
        baselines.sort((one, other) => Number(other === baseline) - Number(one === baseline))
        return { outcome: 'killed', by: test }
      }
      const otherwise = isOtherwise(judgement, baseline.judgement)
      if (otherwise ? !closest?.isOtherwise : !closest && isReached(compiled, original, judgement)) {
        closest = { test, isOtherwise: otherwise }
      }
    }
  }
  return differs ? { outcome: 'survived', closest } : { outcome: 'discarded' }
}

function compileFor(check: Check, test: CheckTest, { engine, templates, valuesOf }: MutationContext): CompiledCheck {
  return compileCheck(check, engine, { templates, values: valuesOf(check, test), ...testGates(test) })
}

function runBaseline(compiled: CompiledCheck, test: CheckTest, { engine }: MutationContext): Baseline {
  const settled = settle(compiled, tablesOfTest(compiled, test, engine))
  const unnamed = new Set<string>()
  const fixture = fixtureOf(test, (table) => unnamed.add(table))
  const known = new Map(settled.leaves.map((leaf) => [leaf.sql, observe(leaf, engine, fixture, test.now)]))
  const judgement = judgeOver(settled, engine, fixture, test.now, known)
  if (unnamed.size > 0 || compareOutcome(test, judgement) !== undefined) throw new FailingTest(test)
  return { test, judgement, known }
}

/** A test fails of itself, so that nothing can be learnt from it. */
export class FailingTest extends Error {
  override readonly name = 'FailingTest'
  readonly test: CheckTest

  constructor(test: CheckTest) {
    super(`the test "${test.name}" on ${test.platform} fails of itself`)
    this.test = test
  }
}

/** osquery refuses what does not ask for the required column of a table; of the registry it then lists the hives. */
function lacksRequired({ leaves }: CompiledCheck, engine: SchemaEngine): boolean {
  return leaves.some((leaf) =>
    [leaf.select, ...leaf.gates.map(({ sql }) => sql)].some((sql) => {
      const { plans } = engine.prepare(sql)
      const tables = new Set(plans.map(({ table }) => table))
      return [...tables].some((table) =>
        plans
          .filter((plan) => plan.table === table)
          .every(({ missesRequired, pushed }) => missesRequired || (table.name === 'registry' && pushed.length === 0)),
      )
    }),
  )
}

/** Whether nothing is changed but evidence, reasons and order. */
function asksTheSame(one: CompiledCheck, other: CompiledCheck): boolean {
  if (one.version === other.version) return true
  const same = (leaf: Leaf, index: number) => leaf.sql === other.leaves[index]?.sql
  return (
    JSON.stringify(one.tree) === JSON.stringify(other.tree) &&
    one.leaves.every((leaf, index) => {
      const before = other.leaves[index] as Leaf
      if (leaf.rule !== before.rule || leaf.ifEmpty !== before.ifEmpty) return false
      return same(leaf, index) || decisive(leaf) === decisive(before)
    })
  )
}

function decisive({ select, gates }: Leaf): string {
  const live = (sql: string, use: 'judged' | 'gate') =>
    readRegions(sql, use).map(({ live: matters, text }) => (matters ? text : ''))
  return JSON.stringify([live(select, 'judged'), gates.map(({ kind, sql }) => [kind, live(sql, 'gate')])])
}

/** Whether a clause that was changed has judged a row. */
function isReached({ leaves }: CompiledCheck, original: CompiledCheck, judgement: Judgement): boolean {
  const tell = ({ path, sql, rule }: Leaf) => [path, sql, rule].join('\n')
  const before = new Set(original.leaves.map(tell))
  const changed = new Set(leaves.filter((leaf) => !before.has(tell(leaf))).map(({ path }) => path))
  return judgement.leaves.some(({ path, total }) => changed.has(path) && total > 0)
}

function isOtherwise(one: Judgement, other: Judgement): boolean {
  const told = ({ leaves }: Judgement) =>
    JSON.stringify(leaves.map(({ verdict, total, notPassing }) => [verdict, total, notPassing]))
  return told(one) !== told(other)
}
