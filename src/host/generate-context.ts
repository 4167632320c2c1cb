import { type Constraint, OPERATOR, type TableColumn, type TableContext } from '../sql/table.ts'

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

interface WrittenContext {
  readonly constraints?: readonly { readonly name: string; readonly list: readonly { op: number; expr: unknown }[] }[]
  readonly colsUsed?: readonly string[]
}

/** The context that such a JSON stands for; like osquery, what is missing or not understood constrains nothing. */
export function readGenerateContext(json: string): TableContext {
  const { constraints, colsUsed } = parse(json)
  const found = new Map<string, Constraint[]>()
  for (const { name, list } of Array.isArray(constraints) ? constraints : []) {
    if (!Array.isArray(list)) continue
    found.set(
      name,
      list.map(({ op, expr }) => ({ op: Number(op), value: String(expr) })),
    )
  }
  const values = (column: string, wanted: number) =>
    (found.get(column) ?? []).filter(({ op }) => op === wanted).map(({ value }) => value)
  return {
    constraints: (column) => found.get(column) ?? [],
    equals: (column) => values(column, OPERATOR.equals),
    likes: (column) => values(column, OPERATOR.like),
    uses: (column) => !Array.isArray(colsUsed) || colsUsed.length === 0 || colsUsed.includes(column),
  }
}

function parse(json: string): WrittenContext {
  try {
    const context: unknown = JSON.parse(json)
    return typeof context === 'object' && context !== null ? context : {}
  } catch {
    return {}
  }
}
