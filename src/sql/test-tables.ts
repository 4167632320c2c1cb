import type { CheckTest } from '../core/check.ts'
import type { CompiledCheck, Tree } from '../core/compiled.ts'
import { choicesIn, leavesOf } from '../core/settle.ts'
import type { SchemaEngine } from './schema-engine.ts'

/**
 * The tables that the osquery of a test has: those of every osquery, and of the others (of the extension, or of a newer
 * osquery) those that belong to a clause of `first` of which the test names one.
 */
export function tablesOfTest(
  compiled: CompiledCheck,
  { given, errors }: Pick<CheckTest, 'given' | 'errors'>,
  engine: SchemaEngine,
): Set<string> {
  const named = new Set([...Object.keys(given), ...Object.keys(errors)])
  const there = [...engine.tables.values()].filter((table) => named.has(table.name) || !isSpecial(table.name, engine))
  const brought = choicesIn(compiled.tree).flatMap((members) =>
    members
      .map((_, index) => specialTables(compiled, members, index, engine))
      .filter((special) => special.some((table) => named.has(table)))
      .flat(),
  )
  return new Set([...there.map(({ name }) => name), ...brought])
}

/** The tables for which a clause of `first` stands before others: not every osquery has them, nor do those read them. */
export function specialTables(
  compiled: CompiledCheck,
  members: readonly Tree[],
  index: number,
  engine: SchemaEngine,
): string[] {
  const later = new Set(members.slice(index + 1).flatMap((member) => tablesIn(compiled, member)))
  return tablesIn(compiled, members[index] as Tree).filter((table) => isSpecial(table, engine) && !later.has(table))
}

function tablesIn({ leaves }: CompiledCheck, tree: Tree): string[] {
  return leavesOf(tree).flatMap((leaf) => leaves[leaf]?.tables.map(({ table }) => table) ?? [])
}

function isSpecial(table: string, { tables }: SchemaEngine): boolean {
  const known = tables.get(table)
  return known?.extension === true || known?.since !== undefined
}
