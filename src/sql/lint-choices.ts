import type { CompiledCheck } from '../core/compiled.ts'
import { choicesIn, leavesOf, settle } from '../core/settle.ts'
import type { Finding } from './finding.ts'
import type { SchemaEngine } from './schema-engine.ts'
import { specialTables, tablesOfTest } from './test-tables.ts'

/** Clauses of `first` that are never asked, be it on any host or in any test. */
export function lintChoices(compiled: CompiledCheck, engine: SchemaEngine): Finding[] {
  const choices = choicesIn(compiled.tree)
  if (choices.length === 0) return []
  const tests = compiled.check.tests.filter(({ platform }) => platform === engine.platform)
  const asked = new Set(
    tests.flatMap((test) => settle(compiled, tablesOfTest(compiled, test, engine)).leaves.map(({ path }) => path)),
  )
  const unasked = choices.flat().flatMap((member) => {
    const [leaf] = leavesOf(member).flatMap((index) => compiled.leaves[index] ?? [])
    return leaf && tests.length > 0 && leavesOf(member).every((index) => !asked.has(compiled.leaves[index]?.path ?? ''))
      ? [leaf.path]
      : []
  })
  const final = choices.flatMap((members) =>
    members.slice(0, -1).flatMap((member, index) => {
      const isFinal = specialTables(compiled, members, index, engine).length === 0
      const [leaf] = leavesOf(member)
      return isFinal && leaf !== undefined ? [compiled.leaves[leaf]?.path ?? ''] : []
    }),
  )
  return [
    ...final.map(
      (path): Finding => ({
        level: 'warning',
        code: 'never-asked',
        message: `what follows ${path} in first is never asked: every osquery has its tables`,
        hint: 'put the clause that reads tables of the extension, or of a newer osquery, in front',
      }),
    ),
    ...unasked.map(
      (path): Finding => ({
        level: 'warning',
        code: 'untested',
        message: `no test on ${engine.platform} asks ${path}`,
        hint: 'a test asks the clause of first whose tables it names under given or error',
      }),
    ),
  ]
}
