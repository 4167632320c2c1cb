import { type SqlCollation, type SqlFunction, SqlFunctionError } from './function.ts'
import { readValue, returnValue } from './native-value.ts'
import type { Pointer, Sqlite } from './sqlite.ts'

/** Makes a function callable in a database, in each of its arities. */
export function addFunction(sqlite: Sqlite, db: Pointer, { name, arity, call }: SqlFunction): void {
  const { capi, wasm } = sqlite
  const run = (context: number, count: number, values: number) => {
    try {
      const { size } = wasm.ptr
      const given = Array.from({ length: count }, (_, index) => readValue(sqlite, wasm.peekPtr(values + index * size)))
      returnValue(sqlite, context, call(...given))
    } catch (error) {
      const message = error instanceof SqlFunctionError ? error.message : `${name}: ${(error as Error).message}`
      capi.sqlite3_result_error(context, message, -1)
    }
  }
  const pointer = wasm.installFunction('v(pip)', run)
  const flags = capi.SQLITE_UTF8 | capi.SQLITE_DETERMINISTIC
  for (const count of arity) {
    capi.sqlite3_create_function(db, name, count, flags, 0, pointer, 0, 0)
  }
}

/** Makes a collation known in a database. */
export function addCollation(sqlite: Sqlite, db: Pointer, { name, compare }: SqlCollation): void {
  const { capi, wasm } = sqlite
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const text = (start: number, length: number) => decoder.decode(wasm.heap8u().subarray(start, start + length))
  const compareBytes = (_: number, n1: number, p1: number, n2: number, p2: number) =>
    compare(text(p1, n1), text(p2, n2))
  const pointer = wasm.installFunction('i(pipip)', compareBytes)
  capi.sqlite3_create_collation_v2(db, name, capi.SQLITE_UTF8, 0, pointer, 0)
}
