import { readValueText, returnValue, toColumnValue } from './native-value.ts'
import type { Sqlite } from './sqlite.ts'
import { type Constraint, OPERATOR, type TableContext, type TableRow, type VirtualTable } from './table.ts'

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

interface Cursor {
  readonly table: VirtualTable
  rows: Iterator<TableRow>
  row: TableRow | undefined
  plan: ScanPlan | undefined
}

/** What the virtual tables tell the engine that owns them. */
export interface ScanObserver {
  onPlan(plan: ScanPlan): void
  onScan(table: VirtualTable): void
  /** Kept until the statement has failed, since SQLite itself passes on no more than a code. */
  onError(error: unknown, table?: string): void
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

/**
 * Makes tables readable in a database, each under its own name in `main` and `temp`. Constraints are pushed down by
 * osquery's rules (osquery/sql/virtual_table.cpp): only to index, required and additional columns.
 */
export function attachTables(
  sqlite: Sqlite,
  db: number,
  tables: ReadonlyMap<string, VirtualTable>,
  observer: ScanObserver,
): { attach(name: string): void; forgetPlans(): void } {
  const { capi, wasm, vtab } = sqlite
  const tableOf = new Map<number, VirtualTable>()
  const cursors = new Map<number, Cursor>()
  const plans: ScanPlan[] = []

  const failing =
    <A extends [number, ...unknown[]]>(call: (...args: A) => number) =>
    (...args: A): number => {
      try {
        return call(...args)
      } catch (error) {
        observer.onError(error, cursors.get(args[0])?.table.name)
        return capi.SQLITE_ERROR
      }
    }

  const planScan = (pVtab: number, pInfo: number): number => {
    const table = tableOf.get(pVtab) as VirtualTable
    const info = new capi.sqlite3_index_info(pInfo)
    try {
      const plan = choosePlan(sqlite, table, info, pInfo)
      observer.onPlan(plan)
      info.$idxNum = plans.push(plan) - 1
      info.$estimatedCost = plan.missesRequired ? 1e50 : plan.pushed.length > 0 ? 10 / plan.pushed.length : 1e6
      info.$estimatedRows = BigInt(plan.pushed.length > 0 ? 10 : 1e6)
      return capi.SQLITE_OK
    } finally {
      info.dispose()
    }
  }

  const methods = {
    xCreate: 0,
    xConnect: failing((pDb: number, _aux: number, _argc: number, argv: number, ppVtab: number) => {
      const name = wasm.cstrToJs(wasm.peekPtr(argv))
      const table = tables.get(name) as VirtualTable
      const code = capi.sqlite3_declare_vtab(pDb, declareTable(table))
      if (code === capi.SQLITE_OK) tableOf.set(vtab.xVtab.create(ppVtab).pointer, table)
      return code
    }),
    xDisconnect: (pVtab: number) => {
      tableOf.delete(pVtab)
      vtab.xVtab.dispose(pVtab)
      return capi.SQLITE_OK
    },
    xBestIndex: failing(planScan),
    xOpen: failing((pVtab: number, ppCursor: number) => {
      const cursor = vtab.xCursor.create(ppCursor)
      const table = tableOf.get(pVtab) as VirtualTable
      cursors.set(cursor.pointer, { table, rows: [][Symbol.iterator](), row: undefined, plan: undefined })
      return capi.SQLITE_OK
    }),
    xClose: (pCursor: number) => {
      cursors.get(pCursor)?.rows.return?.()
      cursors.delete(pCursor)
      vtab.xCursor.dispose(pCursor)
      return capi.SQLITE_OK
    },
    xFilter: failing((pCursor: number, idxNum: number, _idxStr: number, argc: number, argv: number) => {
      const cursor = cursors.get(pCursor) as Cursor
      const plan = plans[idxNum] as ScanPlan
      if (plan.missesRequired) {
        throw new Error(`Table ${plan.table.name} was queried without a required column in the WHERE clause`)
      }
      observer.onScan(plan.table)
      cursor.plan = plan
      cursor.rows = plan.table.generate(readContext(sqlite, plan, argc, argv))[Symbol.iterator]()
      cursor.row = next(cursor)
      return capi.SQLITE_OK
    }),
    xNext: failing((pCursor: number) => {
      const cursor = cursors.get(pCursor) as Cursor
      cursor.row = next(cursor)
      return capi.SQLITE_OK
    }),
    xEof: (pCursor: number) => (cursors.get(pCursor)?.row === undefined ? 1 : 0),
    xColumn: failing((pCursor: number, context: number, index: number) => {
      const { table, row } = cursors.get(pCursor) as Cursor
      const { name, type } = table.columns[index] as { name: string; type: 'TEXT' }
      returnValue(sqlite, context, toColumnValue(type, row?.[name]))
      return capi.SQLITE_OK
    }),
    // Only tables without an index column have rowids, and an OR over their additional columns compares them: equal
    // rows must have equal ids.
    xRowid: (pCursor: number, pRowid: number) => {
      const { table, row } = cursors.get(pCursor) as Cursor
      vtab.xRowid(pRowid, contentHash(table.columns.map(({ name }) => row?.[name])))
      return capi.SQLITE_OK
    },
  }
  // A module without xCreate is eponymous: its table is there without CREATE VIRTUAL TABLE.
  const module = vtab.setupModule({ methods: methods })

  return {
    attach: (name) => {
      capi.sqlite3_create_module(db, name, module, 0)
    },
    // A plan is needed for as long as a statement may run that was prepared with it.
    forgetPlans: () => {
      plans.length = 0
    },
  }
}

function next(cursor: Cursor): TableRow | undefined {
  const { done, value } = cursor.rows.next()
  return done ? undefined : value
}

function declareTable({ columns, keepsRowid }: VirtualTable): string {
  const keys =
    columns.some(({ index }) => index) && !keepsRowid
      ? columns.filter(({ index, additional }) => index || additional)
      : []
  const definitions = columns.map(({ name, type, hidden, collate }) =>
    [`"${name}" ${type}`, hidden ? 'HIDDEN' : '', collate ? `COLLATE ${collate}` : ''].filter(Boolean).join(' '),
  )
  if (keys.length === 0) return `CREATE TABLE x(${definitions.join(', ')})`
  // osquery's declaration: rows found twice through an OR are told apart by the index columns.
  return `CREATE TABLE x(${definitions.join(', ')}, PRIMARY KEY (${keys.map(({ name }) => `"${name}"`).join(', ')})) WITHOUT ROWID`
}

type IndexInfo = InstanceType<Sqlite['capi']['sqlite3_index_info']>

function choosePlan({ capi }: Sqlite, table: VirtualTable, info: IndexInfo, pInfo: number): ScanPlan {
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

function readContext(sqlite: Sqlite, plan: ScanPlan, argc: number, argv: number): TableContext {
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

// FNV-1a over 64 bits: row ids need be equal for equal rows, and nothing more.
function contentHash(values: readonly unknown[]): bigint {
  let hash = 0xcbf29ce484222325n
  for (const character of values.map(String).join('\0')) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(character.codePointAt(0) ?? 0)) * 0x100000001b3n)
  }
  return BigInt.asIntN(64, hash)
}
