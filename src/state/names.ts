import type { Database, Statement } from 'better-sqlite3'

/** A table of names, each with the number that stands for it. What was read once is kept until `forget`. */
export class Names {
  readonly #find: Statement<[string], number>
  readonly #add: Statement<[string], number>
  readonly #show: Statement<[number], string>
  readonly #ids = new Map<string, number>()
  readonly #names = new Map<number, string>()

  constructor(db: Database, table: 'check_name' | 'action_name' | 'batch_name') {
    this.#find = db.prepare<[string], number>(`SELECT id FROM ${table} WHERE tenant = 0 AND name = ?`).pluck()
    this.#add = db.prepare<[string], number>(`INSERT INTO ${table} (name) VALUES (?) RETURNING id`).pluck()
    this.#show = db.prepare<[number], string>(`SELECT name FROM ${table} WHERE id = ?`).pluck()
  }

  find(name: string): number | undefined {
    const known = this.#ids.get(name) ?? this.#find.get(name)
    if (known !== undefined) this.#ids.set(name, known)
    return known
  }

  /** The number of a name, a new one if need be. Within a transaction that writes. */
  number(name: string): number {
    const id = this.find(name) ?? (this.#add.get(name) as number)
    this.#ids.set(name, id)
    return id
  }

  show(id: number): string {
    const known = this.#names.get(id) ?? this.#show.get(id) ?? ''
    this.#names.set(id, known)
    return known
  }

  /** After a rollback, or after another process wrote. */
  forget(): void {
    this.#ids.clear()
    this.#names.clear()
  }
}
