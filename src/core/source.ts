/** One row as osquery sends it: every value as text, NULL as empty text. */
export type TextRow = Readonly<Record<string, string>>

export type SourceKind = 'socket' | 'osqueryi' | 'embedded'

export interface SourceInfo {
  readonly kind: SourceKind
  /** The socket or the program behind it; absent for the embedded engine. */
  readonly path?: string
  /** osquery's version; for the embedded engine, the version whose tables it follows. */
  readonly version: string
  /** True for the embedded engine: a preview of osquery, not osquery. */
  readonly preview: boolean
  /** Whether an unreadable table is an error (embedded engine) rather than an empty answer (osquery). */
  readonly reportsUnreadable: boolean
}

export interface QueryOptions {
  /** Milliseconds; afterwards the query fails with `timeout`. */
  readonly timeout?: number
}

/** Whatever executes SQL. */
export interface Source {
  readonly info: SourceInfo
  /** Rows in the order given. Rejects with a SourceError. */
  query(sql: string, options?: QueryOptions): Promise<TextRow[]>
  close(): Promise<void>
}
