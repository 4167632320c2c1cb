import init, { type Database, type Sqlite3Static, type WasmPointer } from '@sqlite.org/sqlite-wasm'
import type { SqlCollation, SqlFunction } from '../../src/sql/function.ts'
import { osqueryCollations, osqueryFunctions } from '../../src/sql/functions/index.ts'
import type { SqlValue } from '../../src/sql/table.ts'

export interface FunctionsDatabase {
  /** The first row's columns: INTEGER as bigint, REAL as number. Throws an Error with SQLite's message. */
  ask(sql: string): SqlValue[]
}

/** A real SQLite in memory with osquery's functions and collations, and 15 digits in text as SQLite 3.42 has. */
export async function openFunctionsDatabase(): Promise<FunctionsDatabase> {
  const sqlite = await init()
  const database = new sqlite.oo1.DB(':memory:')
  sqlite.capi.sqlite3_db_config(database, sqlite.capi.SQLITE_DBCONFIG_FP_DIGITS, 15, 0)
  for (const definition of osqueryFunctions) registerFunction(sqlite, database, definition)
  for (const definition of osqueryCollations) registerCollation(sqlite, database, definition)
  return { ask: (sql) => readFirstRow(sqlite, database, sql) }
}

function readFirstRow(sqlite: Sqlite3Static, database: Database, sql: string): SqlValue[] {
  const { capi } = sqlite
  try {
    const statement = database.prepare(sql)
    try {
      // Unlike the statement's own step, this does not write errors to the console.
      if (capi.sqlite3_step(statement) !== capi.SQLITE_ROW) throw new Error('no row')
      return Array.from({ length: statement.columnCount }, (_, column) =>
        readValue(sqlite, capi.sqlite3_column_value(statement, column)),
      )
    } finally {
      statement.finalize()
    }
  } catch (error) {
    throw new Error(capi.sqlite3_errmsg(database), { cause: error })
  }
}

// The friendlier createFunction hands over INTEGER and REAL alike, so values are read one by one here.
function registerFunction(sqlite: Sqlite3Static, database: Database, definition: SqlFunction): void {
  const { capi, wasm } = sqlite
  const call = (context: WasmPointer, count: number, values: WasmPointer) => {
    try {
      const read = (_: unknown, at: number) => readValue(sqlite, wasm.peekPtr(values + at * wasm.sizeofIR('*')))
      writeResult(sqlite, context, definition.call(...Array.from({ length: count }, read)))
    } catch (error) {
      capi.sqlite3_result_error(context, (error as Error).message, -1)
    }
  }
  const pointer = wasm.installFunction('v(pip)', call)
  const flags = (capi.SQLITE_UTF8 | capi.SQLITE_DETERMINISTIC) as typeof capi.SQLITE_UTF8
  for (const arity of definition.arity) {
    capi.sqlite3_create_function_v2(database, definition.name, arity, flags, 0, pointer, 0, 0, 0)
  }
}

function registerCollation(sqlite: Sqlite3Static, database: Database, { name, compare }: SqlCollation): void {
  const { capi } = sqlite
  const compareAt = (_: WasmPointer, leftLength: number, left: WasmPointer, rightLength: number, right: WasmPointer) =>
    compare(readText(sqlite, left, leftLength), readText(sqlite, right, rightLength))
  capi.sqlite3_create_collation_v2(database, name, capi.SQLITE_UTF8, 0, compareAt, 0)
}

function readValue(sqlite: Sqlite3Static, value: WasmPointer): SqlValue {
  const { capi } = sqlite
  switch (capi.sqlite3_value_type(value) as number) {
    case capi.SQLITE_INTEGER:
      return capi.sqlite3_value_int64(value)
    case capi.SQLITE_FLOAT:
      return capi.sqlite3_value_double(value)
    case capi.SQLITE_TEXT:
      return readText(sqlite, capi.sqlite3_value_blob(value), capi.sqlite3_value_bytes(value))
    case capi.SQLITE_BLOB:
      return readBytes(sqlite, capi.sqlite3_value_blob(value), capi.sqlite3_value_bytes(value))
    default:
      return null
  }
}

function readBytes({ wasm }: Sqlite3Static, at: WasmPointer, length: number): Uint8Array {
  return wasm.heap8u().slice(at, at + length)
}

function readText(sqlite: Sqlite3Static, at: WasmPointer, length: number): string {
  return Buffer.from(readBytes(sqlite, at, length)).toString()
}

function writeResult({ capi, wasm }: Sqlite3Static, context: WasmPointer, value: SqlValue): void {
  if (value === null) capi.sqlite3_result_null(context)
  else if (typeof value === 'bigint') capi.sqlite3_result_int64(context, value)
  else if (typeof value === 'number') capi.sqlite3_result_double(context, value)
  else if (typeof value === 'string') {
    const [text, length] = wasm.allocCString(value, true)
    capi.sqlite3_result_text(context, text, length, capi.SQLITE_WASM_DEALLOC)
  } else throw new Error('no function of osquery answers with a BLOB')
}
