import type { TextRow } from '../core/source.ts'

export interface BackendColumn {
  readonly name: string
  /** osquery's name of the type: TEXT, INTEGER, BIGINT, UNSIGNED BIGINT, DOUBLE, BLOB. */
  readonly type: string
}

/** A column of a table; `op` is osquery's sum of column options (1 index, 2 required, 4 additional, 16 hidden, …). */
export interface BackendTableColumn extends BackendColumn {
  readonly op: number
}

export interface BackendOption {
  readonly value: string
  readonly defaultValue: string
  readonly type: string
}

/**
 * The SQL engine behind a manager's socket. A method that rejects with a SourceError is answered with status code 1
 * and its message; any other error with a Thrift exception.
 */
export interface ManagerBackend {
  query(sql: string): Promise<TextRow[]>
  /** The columns of the statement, in its order; a type that is not known is UNKNOWN. */
  columns(sql: string): Promise<BackendColumn[]>
  /** Undefined for a table that the engine does not have of itself. */
  tableColumns(name: string): readonly BackendTableColumn[] | undefined
  /** Scans one core table. `context` is osquery's JSON of constraints; it may be empty or not be JSON at all. */
  generateTable(name: string, context: string): Promise<TextRow[]>
  options(): Readonly<Record<string, BackendOption>>
  /** Makes an extension's table known; throws when it cannot. `generate` rejects with a SourceError. */
  attach(
    name: string,
    columns: readonly BackendTableColumn[],
    generate: (contextJson: string) => Promise<TextRow[]>,
  ): void
  detach(name: string): void
  hasCoreTable(name: string): boolean
}
