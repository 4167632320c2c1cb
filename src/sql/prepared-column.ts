import type { Sqlite } from './sqlite.ts'

export interface PreparedColumn {
  readonly name: string
  /** The declared type of the table's column that this one is, unchanged. */
  readonly type: string | undefined
  readonly origin: { readonly table: string; readonly column: string } | undefined
}

export function readColumnNames({ capi }: Sqlite, statement: number): string[] {
  const width = capi.sqlite3_column_count(statement)
  return Array.from({ length: width }, (_, index) => capi.sqlite3_column_name(statement, index))
}

export function readColumns(sqlite: Sqlite, statement: number): PreparedColumn[] {
  const { capi } = sqlite
  return readColumnNames(sqlite, statement).map((name, index) => {
    const table = capi.sqlite3_column_table_name(statement, index)
    const column = capi.sqlite3_column_origin_name(statement, index)
    const type = capi.sqlite3_column_decltype(statement, index)
    return { name, type: type ?? undefined, origin: table && column ? { table, column } : undefined }
  })
}
