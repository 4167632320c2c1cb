/** SQLite refused or failed a statement. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  /** The table that could not be read, if it was that. */
  readonly table: string | undefined

  constructor(message: string, table?: string) {
    super(message)
    this.table = table
  }
}

/** A statement ran longer than it was allowed to. */
export class SqlTimeout extends Error {
  override readonly name = 'SqlTimeout'
}

export const TOO_LONG = 'the query took too long'
