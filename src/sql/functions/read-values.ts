import type { SqlValue } from '../table.ts'
import { renderRealAsText } from './render-double.ts'

/** Text with one character (U+0000 to U+00FF) per byte of UTF-8: osquery's functions work on bytes. */
export type ByteString = string

/** The bytes of a value as text: a BLOB's own, UTF-8 of anything else. NULL has none. */
export function readBytes(value: SqlValue): Buffer {
  if (value === null) return Buffer.alloc(0)
  if (typeof value === 'string') return Buffer.from(value)
  if (typeof value === 'bigint') return Buffer.from(value.toString())
  if (typeof value === 'number') return Buffer.from(renderRealAsText(value))
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

/** The bytes up to the first NUL, which is where a C string ends. */
export function readByteString(value: SqlValue): ByteString {
  const bytes = readBytes(value).toString('latin1')
  const end = bytes.indexOf('\0')
  return end < 0 ? bytes : bytes.slice(0, end)
}

/** Bytes that are not UTF-8 come out as U+FFFD, since TEXT is a string here. */
export function writeByteString(bytes: ByteString): string {
  return Buffer.from(bytes, 'latin1').toString()
}

/** What `sqlite3_value_int` gives: the low 32 bits, signed. Text counts as far as it is a whole number. */
export function readInt32(value: SqlValue): number {
  return Number(BigInt.asIntN(32, readInteger(value)))
}

function readInteger(value: SqlValue): bigint {
  if (value === null) return 0n
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return clampInt64(BigInt(Math.trunc(clampToFinite(value))))
  const digits = /^[\t-\r ]*([+-]?)(\d+)/.exec(readByteString(value))
  if (!digits) return 0n
  const magnitude = BigInt(digits[2] ?? '0')
  return clampInt64(digits[1] === '-' ? -magnitude : magnitude)
}

function clampToFinite(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))
}

function clampInt64(value: bigint): bigint {
  const limit = 2n ** 63n
  if (value >= limit) return limit - 1n
  return value < -limit ? -limit : value
}

/** What `sqlite3_value_double` gives: text counts as far as it is a number, otherwise 0. */
export function readDouble(value: SqlValue): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  const number = /^[\t-\r ]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.exec(readByteString(value))
  return number ? Number(number[1]) : 0
}
