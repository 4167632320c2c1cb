import { returnValue, toColumnValue } from './native-value.ts'
import { choosePlan, readContext, type ScanPlan } from './scan-plan.ts'
import type { Sqlite } from './sqlite.ts'
import type { TableRow, VirtualTable } from './table.ts'

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

/** Makes tables readable in a database, each under its own name in `main` and `temp`. */
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

// FNV-1a over 64 bits: row ids need be equal for equal rows, and nothing more.
function contentHash(values: readonly unknown[]): bigint {
  let hash = 0xcbf29ce484222325n
  for (const character of values.map(String).join('\0')) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(character.codePointAt(0) ?? 0)) * 0x100000001b3n)
  }
  return BigInt.asIntN(64, hash)
}
