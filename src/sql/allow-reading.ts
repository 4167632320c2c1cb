import { ALLOWED_PRAGMAS } from './dialect.ts'
import type { ScanPlan } from './scan-plan.ts'
import type { Sqlite } from './sqlite.ts'

/** What statements have been seen to use while they were prepared. */
export interface Usage {
  /** Columns read, by table. */
  readonly reads: Map<string, Set<string>>
  readonly functions: Set<string>
  /** Whether no pragma was among them. */
  readOnly: boolean
}

export function noUsage(): Usage {
  return { reads: new Map(), functions: new Set(), readOnly: true }
}

export interface ReadingOptions {
  /** The functions that may be called, in lower case. */
  readonly functions: ReadonlySet<string>
  /** Where to note what the statement at hand uses. */
  readonly usage: () => Usage
  /** Whether the statement at hand is prepared without being run. */
  readonly isPreparingOnly: () => boolean
}

/** Tables that our build of SQLite has of itself, and osquery's has not. */
const OWN_TABLES = ['dbstat', 'sqlite_stmt', 'sqlite_dbpage', 'bytecode', 'tables_used', 'completion']

/** Lets the statements of a database read, and nothing else; what they read is noted. */
export function allowReading({ capi }: Sqlite, db: number, options: ReadingOptions): void {
  const authorize = (_: unknown, action: number, first: string | 0, second: string | 0) => {
    const usage = options.usage()
    if (action === capi.SQLITE_READ) {
      if (OWN_TABLES.includes(String(first).toLowerCase())) return capi.SQLITE_DENY
      noteRead(usage, String(first), String(second || ''))
    } else if (action === capi.SQLITE_FUNCTION) {
      const name = String(second).toLowerCase()
      usage.functions.add(name)
      if (!options.functions.has(name)) return capi.SQLITE_DENY
    } else if (action === capi.SQLITE_PRAGMA) {
      usage.readOnly = false
      const pragma = String(first).toLowerCase()
      // This one acts while it is prepared, and would change what later statements mean.
      if (options.isPreparingOnly() && pragma === 'case_sensitive_like') return capi.SQLITE_DENY
      if (!ALLOWED_PRAGMAS.has(pragma)) return capi.SQLITE_DENY
    } else if (action !== capi.SQLITE_SELECT && action !== capi.SQLITE_RECURSIVE) return capi.SQLITE_DENY
    return capi.SQLITE_OK
  }
  capi.sqlite3_set_authorizer(db, authorize, 0)
}

function noteRead({ reads }: Usage, table: string, column: string): void {
  const columns = reads.get(table) ?? new Set()
  if (column) columns.add(column)
  reads.set(table, columns)
}

/**
 * SQLite's authorizer is not told of columns that a USING or NATURAL JOIN compares; the scans that it plans show them.
 * Keys are left out: they count as used even where nobody reads them.
 */
export function noteScan({ reads }: Usage, { table, columnsUsed }: ScanPlan): void {
  const columns = reads.get(table.name) ?? new Set()
  table.columns.forEach(({ name, hidden, index: isKey, additional, required }, at) => {
    const bit = 1n << BigInt(Math.min(at, 63))
    if (!(hidden || isKey || additional || required) && (columnsUsed & bit) !== 0n) columns.add(name)
  })
  reads.set(table.name, columns)
}
