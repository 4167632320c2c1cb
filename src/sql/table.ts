/** What SQLite knows as a value, seen from JavaScript. */
export type SqlValue = string | number | bigint | Uint8Array | null

export type ColumnType = 'TEXT' | 'INTEGER' | 'BIGINT' | 'UNSIGNED BIGINT' | 'DOUBLE' | 'BLOB'

export interface TableColumn {
  readonly name: string
  readonly type: ColumnType
  readonly index?: boolean
  readonly required?: boolean
  readonly additional?: boolean
  /** All values of an `IN (…)` come in one call. */
  readonly optimized?: boolean
  /** Not part of `*`. */
  readonly hidden?: boolean
  /** nocase, version, version_dpkg, version_rhel, version_arch. */
  readonly collate?: string
}

/** osquery's numbers for constraint operators, which are SQLite's. */
export const OPERATOR = { equals: 2, gt: 4, le: 8, lt: 16, ge: 32, match: 64, like: 65, glob: 66, regexp: 67 } as const

export interface Constraint {
  readonly op: number
  /** The right-hand side as text. */
  readonly value: string
}

/** What a statement asks of one scan. Only index, required and additional columns are constrained. */
export interface TableContext {
  /** Every constraint on the column, in the statement's order; those with an empty value are left out, as in osquery. */
  constraints(column: string): readonly Constraint[]
  /** The values of `=` and `IN` on the column. */
  equals(column: string): string[]
  /** The patterns of `LIKE` on the column. */
  likes(column: string): string[]
  /** Whether the statement reads the column. */
  uses(column: string): boolean
}

/** A missing column is NULL. Text in a numeric column is parsed as osquery would; text without a number is NULL. */
export type TableRow = Readonly<Record<string, SqlValue | undefined>>

export interface VirtualTable {
  readonly name: string
  readonly columns: readonly TableColumn[]
  /** Declared with a rowid although it has index columns, as osquery declares the tables of extensions. */
  readonly keepsRowid?: boolean
  /** Rows of one scan; SQLite filters them again. Throws TableError when something cannot be seen. */
  generate(context: TableContext): Iterable<TableRow>
}

/** Fails the whole statement with this message, as an SQL error. */
export class TableError extends Error {
  override readonly name = 'TableError'
}
