import type { SqlValue } from './table.ts'

/** A scalar SQL function that osquery adds to SQLite, or defines otherwise than SQLite does. */
export interface SqlFunction {
  readonly name: string
  /** Permitted numbers of arguments; [-1] for any number. */
  readonly arity: readonly number[]
  /** INTEGER arguments come as BigInt, REAL as number. The same on the way back: a BigInt is an INTEGER, a number a REAL. */
  call(...values: SqlValue[]): SqlValue
}

export interface SqlCollation {
  readonly name: string
  /** Negative, zero or positive. */
  compare(left: string, right: string): number
}

/** Fails the statement with this message. */
export class SqlFunctionError extends Error {
  override readonly name = 'SqlFunctionError'
}
