import type { Pointer, Sqlite } from './sqlite.ts'

/** How many at a time; each holds some ten kilobytes. */
const MOST = 200

/** Prepared statements that are to be run again, by their text. */
export class KeptStatements {
  readonly #capi: Sqlite['capi']
  readonly #known = new Map<string, Pointer>()

  constructor({ capi }: Sqlite) {
    this.#capi = capi
  }

  get isEmpty(): boolean {
    return this.#known.size === 0
  }

  get(sql: string): Pointer | undefined {
    return this.#known.get(sql)
  }

  add(sql: string, statement: Pointer): void {
    this.#known.set(sql, statement)
  }

  /** Uses a statement, and makes it ready to be used again. */
  use(statement: Pointer, use: (statement: Pointer) => void): void {
    try {
      use(statement)
    } finally {
      this.#capi.sqlite3_reset(statement)
    }
  }

  /** To be called between statements only. */
  makeRoom(): void {
    if (this.#known.size >= MOST) this.drop()
  }

  drop(): void {
    for (const statement of this.#known.values()) this.#capi.sqlite3_finalize(statement)
    this.#known.clear()
  }
}
