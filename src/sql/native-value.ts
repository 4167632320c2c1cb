import type { Sqlite } from './sqlite.ts'
import type { ColumnType, SqlValue } from './table.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Reads a value that SQLite passes to a function or a scan. INTEGER becomes BigInt, REAL a number. */
export function readValue(sqlite: Sqlite, pointer: number): SqlValue {
  const { capi, wasm } = sqlite
  switch (capi.sqlite3_value_type(pointer)) {
    case capi.SQLITE_INTEGER:
      return capi.sqlite3_value_int64(pointer)
    case capi.SQLITE_FLOAT:
      return capi.sqlite3_value_double(pointer)
    case capi.SQLITE_NULL:
      return null
    case capi.SQLITE_TEXT:
      return readValueText(sqlite, pointer)
    default: {
      const start = capi.sqlite3_value_blob(pointer)
      return wasm.heap8u().slice(start, start + capi.sqlite3_value_bytes(pointer))
    }
  }
}

/** The value as SQLite's text; NULL is empty text. */
export function readValueText({ capi, wasm }: Sqlite, pointer: number): string {
  // The exported function gives the address; the wrapped one would stop at the first NUL.
  const start = wasm.exports.sqlite3_value_text(pointer)
  return start === 0 ? '' : decoder.decode(wasm.heap8u().subarray(start, start + capi.sqlite3_value_bytes(pointer)))
}

/** Hands a value to SQLite as the result of a function or a column. */
export function returnValue({ capi, wasm }: Sqlite, context: number, value: SqlValue): void {
  if (value === null) capi.sqlite3_result_null(context)
  else if (typeof value === 'number') capi.sqlite3_result_double(context, value)
  else if (typeof value === 'bigint') capi.sqlite3_result_int64(context, BigInt.asIntN(64, value))
  else if (typeof value === 'string') {
    const [text, bytes] = wasm.allocCString(value, true)
    capi.sqlite3_result_text(context, text, bytes, capi.SQLITE_WASM_DEALLOC)
  } else {
    const blob = wasm.allocFromTypedArray(value)
    capi.sqlite3_result_blob(context, blob, value.byteLength, capi.SQLITE_WASM_DEALLOC)
  }
}

/**
 * A table's cell as its column's type, by osquery's rules: text in a numeric column is parsed (0x and a leading 0
 * choose the base), and text that is no number is NULL.
 */
export function toColumnValue(type: ColumnType, value: SqlValue | undefined): SqlValue {
  if (value === undefined || value === null) return null
  if (type === 'TEXT' || type === 'BLOB')
    return typeof value === 'number' || typeof value === 'bigint' ? `${value}` : value
  if (type === 'DOUBLE') return toDouble(value)
  return toInteger(value)
}

function toDouble(value: SqlValue): SqlValue {
  if (typeof value === 'number') return value
  if (value instanceof Uint8Array || value === '') return null
  const number = Number(value)
  return Number.isNaN(number) ? null : number
}

function toInteger(value: SqlValue): SqlValue {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : null
  if (typeof value !== 'string') return null
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)/.exec(value)
  if (!match) return null
  const digits = match[2] as string
  const octal = /^0[0-7]+/.exec(digits)?.[0]
  const magnitude = BigInt(octal ? `0o${octal.slice(1)}` : /^0\d/.test(digits) ? '0' : digits)
  return match[1] === '-' ? -magnitude : magnitude
}
