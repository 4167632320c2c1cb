import initSqlite from '@sqlite.org/sqlite-wasm'

/** An address in WebAssembly's memory. */
export type Pointer = number

interface Struct {
  readonly pointer: Pointer
  dispose(): void
}

interface IndexConstraint extends Struct {
  readonly $iColumn: number
  readonly $op: number
  readonly $usable: number
}

interface IndexInfo extends Struct {
  readonly $nConstraint: number
  readonly $colUsed: bigint
  $idxNum: number
  $estimatedCost: number
  $estimatedRows: bigint
  nthConstraint(index: number): IndexConstraint
  nthConstraintUsage(index: number): Struct & { $argvIndex: number }
}

interface StructMapper {
  create(out: Pointer): Struct
  dispose(pointer: Pointer): void
}

/** SQLite compiled to WebAssembly, one instance per thread: the part of its interface that we use. */
export interface Sqlite {
  readonly capi: {
    readonly SQLITE_DBCONFIG_DQS_DDL: number
    readonly SQLITE_DBCONFIG_DQS_DML: number
    /** Absent from releases that write a REAL with 15 digits anyway. */
    readonly SQLITE_DBCONFIG_FP_DIGITS?: number
    readonly SQLITE_DENY: number
    readonly SQLITE_DETERMINISTIC: number
    readonly SQLITE_DONE: number
    readonly SQLITE_ERROR: number
    readonly SQLITE_FLOAT: number
    readonly SQLITE_FUNCTION: number
    readonly SQLITE_INTEGER: number
    readonly SQLITE_INTERRUPT: number
    readonly SQLITE_NULL: number
    readonly SQLITE_OK: number
    readonly SQLITE_PRAGMA: number
    readonly SQLITE_READ: number
    readonly SQLITE_RECURSIVE: number
    readonly SQLITE_ROW: number
    readonly SQLITE_SELECT: number
    readonly SQLITE_TEXT: number
    readonly SQLITE_UTF8: number
    readonly SQLITE_WASM_DEALLOC: number
    readonly sqlite3_index_info: new (pointer: Pointer) => IndexInfo
    sqlite3_prepare_v3(db: Pointer, sql: Pointer, bytes: number, flags: number, out: Pointer, tail: Pointer): number
    sqlite3_step(statement: Pointer): number
    sqlite3_finalize(statement: Pointer): number
    sqlite3_reset(statement: Pointer): number
    sqlite3_errmsg(db: Pointer): string
    sqlite3_column_count(statement: Pointer): number
    sqlite3_column_name(statement: Pointer, index: number): string
    sqlite3_column_table_name(statement: Pointer, index: number): string | null
    sqlite3_column_origin_name(statement: Pointer, index: number): string | null
    sqlite3_column_decltype(statement: Pointer, index: number): string | null
    sqlite3_column_value(statement: Pointer, index: number): Pointer
    sqlite3_value_type(value: Pointer): number
    sqlite3_value_int64(value: Pointer): bigint
    sqlite3_value_double(value: Pointer): number
    sqlite3_value_blob(value: Pointer): Pointer
    sqlite3_value_bytes(value: Pointer): number
    sqlite3_result_null(context: Pointer): void
    sqlite3_result_int64(context: Pointer, value: bigint): void
    sqlite3_result_double(context: Pointer, value: number): void
    sqlite3_result_text(context: Pointer, text: Pointer, bytes: number, free: number): void
    sqlite3_result_blob(context: Pointer, blob: Pointer, bytes: number, free: number): void
    sqlite3_result_error(context: Pointer, message: string, bytes: number): void
    sqlite3_vtab_in(info: Pointer, constraint: number, handle: number): number
    sqlite3_vtab_in_first(list: Pointer, out: Pointer): number
    sqlite3_vtab_in_next(list: Pointer, out: Pointer): number
    sqlite3_declare_vtab(db: Pointer, sql: string): number
    sqlite3_create_module(db: Pointer, name: string, module: Struct, data: Pointer): number
    sqlite3_create_function(
      db: Pointer,
      name: string,
      arguments_: number,
      flags: number,
      data: Pointer,
      call: Pointer,
      step: Pointer,
      final: Pointer,
    ): number
    sqlite3_create_collation_v2(
      db: Pointer,
      name: string,
      flags: number,
      data: Pointer,
      compare: Pointer,
      destroy: Pointer,
    ): number
    sqlite3_set_authorizer(
      db: Pointer,
      authorize: (data: Pointer, action: number, first: string | 0, second: string | 0) => number,
      data: Pointer,
    ): number
    sqlite3_progress_handler(db: Pointer, steps: number, interrupt: () => number, data: Pointer): void
    sqlite3_db_config(db: Pointer, setting: number, on: number, out: Pointer): number
  }
  readonly wasm: {
    readonly ptr: { readonly size: number }
    readonly pstack: { readonly pointer: Pointer; allocPtr(): Pointer; restore(pointer: Pointer): void }
    readonly exports: { sqlite3_value_text(value: Pointer): Pointer }
    heap8u(): Uint8Array
    peekPtr(at: Pointer): Pointer
    cstrToJs(at: Pointer): string
    allocCString(text: string, withLength: true): [Pointer, number]
    allocFromTypedArray(bytes: Uint8Array): Pointer
    installFunction(signature: string, call: (...args: never[]) => unknown): Pointer
    scopedAllocPush(): unknown
    scopedAllocPop(scope: unknown): void
    scopedAllocCString(text: string, withLength: true): [Pointer, number]
    scopedAllocPtr(count: number): Pointer | Pointer[]
  }
  readonly vtab: {
    readonly xVtab: StructMapper
    readonly xCursor: StructMapper
    setupModule(options: { methods: Record<string, unknown> }): Struct
    xRowid(out: Pointer, id: bigint): void
  }
  readonly oo1: { readonly DB: new (name: string) => { readonly pointer: Pointer; close(): void } }
}

/** Takes some 25 ms; the instance is to be shared by every engine of a thread. */
export async function loadSqlite(): Promise<Sqlite> {
  const sqlite = await initSqlite()
  // Errors reach people through our own messages; the library would also print them.
  sqlite.config.error = () => {}
  sqlite.config.warn = () => {}
  // The package's own declarations take pointers for opaque objects and leave out what virtual tables need.
  return sqlite as unknown as Sqlite
}
