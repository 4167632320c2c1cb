import type { TableColumn, TableContext } from '../sql/table.ts'

/** The JSON that osquery hands to an extension's table with `generate`: constraints and columns used. */
export function toGenerateContext(columns: readonly TableColumn[], context: TableContext): string {
  const constraints = columns.map(({ name, type }) => ({
    name,
    list: context.constraints(name).map(({ op, value }) => ({ op, expr: value })),
    affinity: type,
  }))
  const colsUsed = columns.filter(({ name }) => context.uses(name)).map(({ name }) => name)
  // One bit per column; osquery's own number has no more than 64.
  const colsUsedBitset = columns.reduce(
    (bits, { name }, index) => (context.uses(name) ? bits | (1n << BigInt(index)) : bits),
    0n,
  )
  return JSON.stringify({ constraints, colsUsed, colsUsedBitset: Number(colsUsedBitset) })
}
