import type { CheckTest, Template } from '../core/check.ts'
import type { CompiledCheck, Tree } from '../core/compiled.ts'
import type { Judgement } from '../core/judge.ts'
import { partsOf, settle } from '../core/settle.ts'
import { compileCheck } from './compile.ts'
import type { ParamValues } from './expand.ts'
import type { Finding } from './finding.ts'
import { judgeOver } from './run-test.ts'
import type { SchemaEngine } from './schema-engine.ts'
import { TOO_LONG } from './sql-error.ts'
import { factsOf } from './table-facts.ts'
import { OSQUERY_GATES } from './table-gates.ts'
import { TestCompiler } from './test-compiler.ts'
import { tablesOfTest } from './test-tables.ts'

/**
 * Proves, by running the check, that it does not take silence for an answer: with every table empty, and with the rows
 * of each of its passing tests but one table empty, no clause that reads the table may pass, nor fail where the table
 * is never empty on a healthy host.
 */
export function findVacuity(
  compiled: CompiledCheck,
  engine: SchemaEngine,
  options: { templates: ReadonlyMap<string, Template>; testValues: (test: CheckTest) => ParamValues },
): Finding[] {
  const { check, platform } = compiled
  const passing = check.tests.filter((test) => test.platform === platform && test.verdict === 'pass')
  // A check may do nothing with its default parameters, and everything with those of its tests.
  const variants = new Map(passing.map((test) => [JSON.stringify(test.params), test]))
  const others = [...variants].flatMap(([params, test]) =>
    params === '{}'
      ? []
      : [compileCheck(check, engine, { ...options, values: options.testValues(test), ...OSQUERY_GATES })],
  )
  const compiler = new TestCompiler(options.templates)
  return [
    ...[compiled, ...others].flatMap((variant) => allEmptied(variant, engine)),
    ...passing.flatMap((test) =>
      emptiedOneByOne(compiler.compile(check, test, options.testValues(test), engine), test, engine),
    ),
  ]
}

function allEmptied(compiled: CompiledCheck, engine: SchemaEngine): Finding[] {
  const silence = judgeOver(compiled, engine, { rows: new Map(), others: 'empty' })
  const endless = silence.leaves.filter(({ reason }) => reason === TOO_LONG)
  if (endless.length > 0) return endless.map(({ title }) => endlessFinding(title))
  return compiled.leaves.flatMap(({ index, title, tables }) => {
    const names = tables.map(({ table }) => table)
    return judgedBySilence(compiled, silence, index, names).map((verdict) =>
      finding(
        verdict,
        title,
        names.length === 0 ? 'nothing is asked' : 'every table is empty',
        names[0] ?? 'some table',
      ),
    )
  })
}

function emptiedOneByOne(whole: CompiledCheck, test: CheckTest, engine: SchemaEngine): Finding[] {
  const compiled = settle(whole, tablesOfTest(whole, test, engine))
  const filled = Object.keys(test.given).filter((table) => (test.given[table]?.length ?? 0) > 0)
  return filled
    .filter((table) => factsOf(table)?.emptyIsTrue === undefined)
    .flatMap((table) => {
      const rows = new Map(Object.entries({ ...test.given, [table]: [] }))
      const judgement = judgeOver(compiled, engine, { rows, others: 'empty' }, test.now)
      return compiled.leaves
        .filter((leaf) => leaf.tables.some((use) => use.table === table))
        .flatMap((leaf) =>
          judgedBySilence(compiled, judgement, leaf.index, [table]).map((verdict) =>
            finding(verdict, leaf.title, `${table} is empty`, table),
          ),
        )
    })
}

/** The verdict that a leaf should not have come to over these empty tables, if it did. */
function judgedBySilence(
  compiled: CompiledCheck,
  judgement: Judgement,
  index: number,
  tables: readonly string[],
): ('pass' | 'fail')[] {
  const verdict = judgement.leaves[index]?.verdict
  const counted = isNegated(compiled.tree, index) ? { pass: 'fail', fail: 'pass' }[verdict as 'pass'] : verdict
  if (counted === 'pass') return ['pass']
  const neverEmpty = tables.some((table) => {
    const facts = factsOf(table)
    return facts?.neverEmpty !== undefined && (facts.neverEmptyOn?.includes(compiled.platform) ?? true)
  })
  return counted === 'fail' && neverEmpty ? ['fail'] : []
}

/** Whether a leaf stands under an odd number of `not`. */
function isNegated(tree: Tree, index: number, negated = false): boolean {
  if (typeof tree === 'number') return tree === index && negated
  if ('not' in tree) return isNegated(tree.not, index, !negated)
  return partsOf(tree).some((part) => isNegated(part, index, negated))
}

function finding(verdict: 'pass' | 'fail', title: string, when: string, table: string): Finding {
  return {
    level: 'error',
    code: 'vacuous',
    message: `"${title}" would ${verdict} when ${when}: silence would count as an answer`,
    hint: `add needs: SELECT 1 FROM ${table} … for something that every healthy host has; where the SQL answers no row at all, if_empty: error does it too`,
  }
}

function endlessFinding(title: string): Finding {
  return {
    level: 'error',
    code: 'endless',
    message: `"${title}" takes over two seconds with every table empty`,
    hint: 'a recursive WITH needs an end, such as LIMIT or a bound in its WHERE',
  }
}
