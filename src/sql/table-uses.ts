import type { TableUse } from '../core/compiled.ts'
import type { Preparation } from './engine.ts'
import type { SchemaEngine } from './schema-engine.ts'

/**
 * Which tables a query reads, and whether one scan of them may serve it: only where SQLite had no constraint to offer
 * on an index, required or additional column, and no hidden column is read. `statements` are those that it consists of:
 * what is written around them asks for nothing more, and takes far longer to prepare.
 */
export function tableUses(statements: readonly Preparation[], sql: string, engine: SchemaEngine): TableUse[] {
  const reads = columnsRead(statements)
  const qualified = new Set(
    [...sql.matchAll(/\b(?:temp|main)\s*\.\s*["`[]?(\w+)/gi)].map((match) => (match[1] as string).toLowerCase()),
  )
  const plans = statements.flatMap((statement) => statement.plans)
  const constrained = new Set(plans.filter((plan) => plan.constrained).map((plan) => plan.table.name))
  return [...reads].flatMap(([table, columns]) => {
    const known = engine.tables.get(table)
    if (!known) return []
    const hidden = known.columns.some((column) => column.hidden && columns.has(column.name))
    const shareable = !hidden && !constrained.has(table) && !qualified.has(table)
    return [{ table, shareable, columns: [...columns].sort() }]
  })
}

/** The columns that statements read together, by table. */
export function columnsRead(statements: readonly Preparation[]): Map<string, Set<string>> {
  const reads = new Map<string, Set<string>>()
  for (const [table, columns] of statements.flatMap((statement) => [...statement.reads])) {
    reads.set(table, new Set([...(reads.get(table) ?? []), ...columns]))
  }
  return reads
}
