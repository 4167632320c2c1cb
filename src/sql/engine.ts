import { messageOf } from '../core/errors.ts'
import { allowReading, noteScan, noUsage } from './allow-reading.ts'
import { CORE_FUNCTIONS } from './dialect.ts'
import type { SqlCollation, SqlFunction } from './function.ts'
import { addCollation, addFunction } from './install-dialect.ts'
import { KeptStatements } from './kept-statements.ts'
import { readValue } from './native-value.ts'
import { type PreparedColumn, readColumnNames, readColumns } from './prepared-column.ts'
import type { ScanPlan } from './scan-plan.ts'
import { SqlError, SqlTimeout, TOO_LONG } from './sql-error.ts'
import type { Sqlite } from './sqlite.ts'
import type { SqlValue, VirtualTable } from './table.ts'
import { attachTables } from './virtual-tables.ts'

export interface Answer {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SqlValue[])[]
}

/** What a statement reads, known without running it. */
export interface Preparation {
  readonly columns: readonly PreparedColumn[]
  /** Every way in which SQLite thought of scanning a table. */
  readonly plans: readonly ScanPlan[]
  /** Columns read, by table. */
  readonly reads: ReadonlyMap<string, ReadonlySet<string>>
  readonly functions: ReadonlySet<string>
  /** Whether it only reads: a SELECT, and no pragma. */
  readonly readOnly: boolean
}

export interface EngineOptions {
  readonly tables: Iterable<VirtualTable>
  readonly functions: readonly SqlFunction[]
  readonly collations: readonly SqlCollation[]
}

const STEPS_BETWEEN_CLOCK_LOOKS = 20_000

/** SQLite with osquery's dialect over virtual tables: osquery's SQL without osquery. */
export class Engine {
  /** Scans started since the engine was made. */
  scans = 0
  readonly #sqlite: Sqlite
  readonly #db: InstanceType<Sqlite['oo1']['DB']>
  /** The connection; the library looks it up anew each time that it is asked. */
  readonly #pointer: number
  readonly #tables: Map<string, VirtualTable>
  readonly #virtual: ReturnType<typeof attachTables>
  #failure: { readonly error: unknown; readonly table: string | undefined } | undefined
  #plans: ScanPlan[] = []
  #usage = noUsage()
  #preparingOnly = false
  #deadline = Number.POSITIVE_INFINITY
  readonly #kept: KeptStatements

  constructor(sqlite: Sqlite, { tables, functions, collations }: EngineOptions) {
    this.#sqlite = sqlite
    this.#kept = new KeptStatements(sqlite)
    this.#db = new sqlite.oo1.DB(':memory:')
    this.#pointer = this.#db.pointer
    this.#tables = new Map([...tables].map((table) => [table.name, table]))
    this.#virtual = attachTables(sqlite, this.#pointer, this.#tables, {
      onPlan: (plan) => this.#plans.push(plan),
      onScan: () => this.scans++,
      onError: (error, table) => {
        this.#failure ??= { error, table }
      },
    })
    for (const collation of collations) addCollation(sqlite, this.#pointer, collation)
    for (const name of this.#tables.keys()) this.#virtual.attach(name)
    for (const definition of functions) addFunction(sqlite, this.#pointer, definition)
    allowReading(sqlite, this.#pointer, {
      functions: new Set([...CORE_FUNCTIONS, ...functions.map(({ name }) => name)]),
      usage: () => this.#usage,
      isPreparingOnly: () => this.#preparingOnly,
    })
    this.#limitTime()
    this.setDoubleQuotedStrings(true)
    // Newer releases write a REAL as text with 17 digits; osquery's writes 15.
    const { SQLITE_DBCONFIG_FP_DIGITS: digits } = sqlite.capi
    if (digits !== undefined) sqlite.capi.sqlite3_db_config(this.#pointer, digits, 15, 0)
  }

  get tables(): ReadonlyMap<string, VirtualTable> {
    return this.#tables
  }

  attach(table: VirtualTable): void {
    this.#tables.set(table.name, table)
    this.#virtual.attach(table.name)
  }

  /** osquery takes "text" for a string where no column has that name; off, that is an error. */
  setDoubleQuotedStrings(on: boolean): void {
    const { capi } = this.#sqlite
    for (const setting of [capi.SQLITE_DBCONFIG_DQS_DML, capi.SQLITE_DBCONFIG_DQS_DDL]) {
      capi.sqlite3_db_config(this.#pointer, setting, on ? 1 : 0, 0)
    }
  }

  /**
   * Runs every statement of the text; the rows are those of all of them, under the first one's columns.
   * @param options.now what the clock says, in unix seconds, instead of the real time
   * @param options.timeout milliseconds
   * @param options.keep whether it will be run again soon: most of its time is spent preparing it
   * @throws SqlError, SqlTimeout
   */
  query(sql: string, options: { now?: number; timeout?: number; keep?: boolean } = {}): Answer {
    this.#begin()
    this.#deadline = options.timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.timeout
    // SQLite in WebAssembly takes the time from Date.now, and nothing else runs while a statement does.
    const realNow = Date.now
    const fixed = options.now
    if (fixed !== undefined) Date.now = () => fixed * 1000
    try {
      let columns: string[] | undefined
      const rows: SqlValue[][] = []
      const run = (statement: number) => {
        columns ??= readColumnNames(this.#sqlite, statement)
        this.#stepThrough(statement, rows)
      }
      const known = this.#kept.get(sql)
      if (known === undefined) this.#eachStatement(sql, run, options.keep)
      else this.#kept.use(known, run)
      return { columns: columns ?? [], rows }
    } finally {
      Date.now = realNow
    }
  }

  /** What the text's only statement reads. @throws SqlError also when there is none, or more than one. */
  prepare(sql: string): Preparation {
    this.#begin()
    this.#preparingOnly = true
    let columns: PreparedColumn[] | undefined
    try {
      this.#eachStatement(sql, (statement) => {
        if (columns) throw new SqlError('more than one statement')
        columns = readColumns(this.#sqlite, statement)
      })
    } finally {
      this.#preparingOnly = false
    }
    if (!columns) throw new SqlError('no statement')
    const { reads, functions, readOnly } = this.#usage
    for (const plan of this.#plans) noteScan(this.#usage, plan)
    return { columns, plans: this.#plans, reads, functions, readOnly: readOnly && columns.length > 0 }
  }

  close(): void {
    this.#kept.drop()
    this.#db.close()
  }

  #begin(): void {
    this.#failure = undefined
    this.#plans = []
    this.#usage = noUsage()
    this.#deadline = Number.POSITIVE_INFINITY
    this.#kept.makeRoom()
    // A plan is needed for as long as a statement may run that was prepared with it.
    if (this.#kept.isEmpty) this.#virtual.forgetPlans()
  }

  #eachStatement(sql: string, use: (statement: number) => void, keep = false): void {
    const { capi, wasm } = this.#sqlite
    const scope = wasm.scopedAllocPush()
    try {
      // Like osquery's, SQLite's text ends at the first NUL; it would find an empty statement there for ever.
      const [start, length] = wasm.scopedAllocCString(sql.split('\0', 1)[0] as string, true)
      const [ppStatement, ppTail] = wasm.scopedAllocPtr(2) as [number, number]
      const end = start + length
      for (let at = start; at < end; at = wasm.peekPtr(ppTail)) {
        const code = capi.sqlite3_prepare_v3(this.#pointer, at, end - at, 0, ppStatement, ppTail)
        if (code !== capi.SQLITE_OK) throw this.#error()
        const statement = wasm.peekPtr(ppStatement)
        if (statement === 0) continue
        if (keep && at === start && wasm.peekPtr(ppTail) === end) {
          this.#kept.add(sql, statement)
          this.#kept.use(statement, use)
          continue
        }
        try {
          use(statement)
        } finally {
          capi.sqlite3_finalize(statement)
        }
      }
    } finally {
      wasm.scopedAllocPop(scope)
    }
  }

  #stepThrough(statement: number, rows: SqlValue[][]): void {
    const { capi } = this.#sqlite
    for (;;) {
      const code = capi.sqlite3_step(statement)
      if (code === capi.SQLITE_DONE) return
      if (code === capi.SQLITE_INTERRUPT) throw new SqlTimeout(TOO_LONG)
      if (code !== capi.SQLITE_ROW) throw this.#error()
      const width = capi.sqlite3_column_count(statement)
      rows.push(
        Array.from({ length: width }, (_, index) =>
          readValue(this.#sqlite, capi.sqlite3_column_value(statement, index)),
        ),
      )
    }
  }

  #error(): SqlError {
    if (this.#failure) return new SqlError(messageOf(this.#failure.error), this.#failure.table)
    const message = this.#sqlite.capi.sqlite3_errmsg(this.#pointer)
    const unknown = /not authorized to use function: (.+)/.exec(message)
    return new SqlError(unknown ? `no such function: ${unknown[1]}` : message)
  }

  /** Stops statements at the deadline. */
  #limitTime(): void {
    const interrupt = () => (performance.now() > this.#deadline ? 1 : 0)
    this.#sqlite.capi.sqlite3_progress_handler(this.#pointer, STEPS_BETWEEN_CLOCK_LOOKS, interrupt, 0)
  }
}
