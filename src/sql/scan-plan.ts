import { readValueText } from './native-value.ts'
import type { Sqlite } from './sqlite.ts'
import { type Constraint, OPERATOR, type TableContext, type VirtualTable } from './table.ts'

/** How SQLite means to scan a table, once per scan that it considers. */
export interface ScanPlan {
  readonly table: VirtualTable
  /** Constraints that the scan is given, in the order of its arguments. */
  readonly pushed: readonly { column: string; op: number; allAtOnce: boolean }[]
  /** Whether a constraint on an index, required or additional column was offered, used or not. */
  readonly constrained: boolean
  readonly missesRequired: boolean
  /** One bit per column, the last bit for every column from the 64th on. */
  readonly columnsUsed: bigint
}

const TEXT_OPERATORS: readonly number[] = [
  OPERATOR.equals,
  OPERATOR.match,
  OPERATOR.like,
  OPERATOR.glob,
  OPERATOR.regexp,
]
/** SQLite's codes for LIMIT and OFFSET; functions of tables, which osquery has none of, come above. */
const OPERATOR_LIMIT = 73
const COMPARISONS: readonly number[] = [...TEXT_OPERATORS, OPERATOR.gt, OPERATOR.le, OPERATOR.lt, OPERATOR.ge]

type IndexInfo = InstanceType<Sqlite['capi']['sqlite3_index_info']>

/**
 * Decides what a scan is given: osquery's rules (osquery/sql/virtual_table.cpp) push constraints down to index, required
 * and additional columns only.
 */
export function choosePlan({ capi }: Sqlite, table: VirtualTable, info: IndexInfo, pInfo: number): ScanPlan {
  const pushed: { column: string; op: number; allAtOnce: boolean }[] = []
  let constrained = false
  let missesRequired = table.columns.some(({ required }) => required)
  for (let i = 0; i < info.$nConstraint; i++) {
    const constraint = info.nthConstraint(i)
    const column = table.columns[constraint.$iColumn]
    const op = constraint.$op
    const usable = constraint.$usable !== 0
    constraint.dispose()
    // A LIMIT or OFFSET names a column too, and means none.
    if (!column || op >= OPERATOR_LIMIT || !(column.index || column.required || column.additional)) continue
    constrained = true
    if (!usable || !(column.type === 'TEXT' ? TEXT_OPERATORS : COMPARISONS).includes(op)) continue
    if (column.required) missesRequired = false
    const allAtOnce = column.optimized === true && capi.sqlite3_vtab_in(pInfo, i, 1) !== 0
    const usage = info.nthConstraintUsage(i)
    usage.$argvIndex = pushed.push({ column: column.name, op, allAtOnce })
    usage.dispose()
  }
  return { table, pushed, constrained, missesRequired, columnsUsed: BigInt.asUintN(64, info.$colUsed) }
}

/** What a table's generator is told of a scan, from the arguments that SQLite calls the scan with. */
export function readContext(sqlite: Sqlite, plan: ScanPlan, argc: number, argv: number): TableContext {
  const found = new Map<string, Constraint[]>()
  for (let i = 0; i < argc; i++) {
    const { column, op, allAtOnce } = plan.pushed[i] as ScanPlan['pushed'][number]
    const pointer = sqlite.wasm.peekPtr(argv + i * sqlite.wasm.ptr.size)
    for (const value of allAtOnce ? readList(sqlite, pointer) : [readValueText(sqlite, pointer)]) {
      if (value === '') continue
      const constraints = found.get(column)
      if (constraints) constraints.push({ op, value })
      else found.set(column, [{ op, value }])
    }
  }
  const values = (column: string, wanted: number) =>
    (found.get(column) ?? []).filter(({ op }) => op === wanted).map(({ value }) => value)
  const bit = new Map(plan.table.columns.map(({ name }, index) => [name, 1n << BigInt(Math.min(index, 63))]))
  return {
    constraints: (column) => found.get(column) ?? [],
    equals: (column) => values(column, OPERATOR.equals),
    likes: (column) => values(column, OPERATOR.like),
    uses: (column) => (plan.columnsUsed & (bit.get(column) ?? 0n)) !== 0n,
  }
}

/** The members of an `IN (…)` that comes in one call. */
function readList(sqlite: Sqlite, pointer: number): string[] {
  const { capi, wasm } = sqlite
  const values: string[] = []
  const stack = wasm.pstack.pointer
  try {
    const slot = wasm.pstack.allocPtr()
    let code = capi.sqlite3_vtab_in_first(pointer, slot)
    while (code === capi.SQLITE_OK) {
      values.push(readValueText(sqlite, wasm.peekPtr(slot)))
      code = capi.sqlite3_vtab_in_next(pointer, slot)
    }
  } finally {
    wasm.pstack.restore(stack)
  }
  return values
}
