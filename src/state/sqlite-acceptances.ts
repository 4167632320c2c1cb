import type { Database } from 'better-sqlite3'
import { toAcceptanceEntry } from '../core/acceptance-event.ts'
import type { AcceptanceStore, Actor, NewAcceptance, Revocation } from '../core/acceptance-store.ts'
import type { AnyAcceptance, ExpiryNotice } from '../core/expiry.ts'
import type { LedgerEntry } from '../core/store.ts'
import { toStateError } from './sqlite-error.ts'
import type { SqliteStore } from './sqlite-store.ts'

export interface AcceptanceRow {
  readonly id: number
  readonly name: string
  readonly body: string
  readonly given_at: number
  readonly given_by: string
  readonly revoked_at: number | null
  readonly revoked_by: string | null
  readonly revocation: string | null
}

const COLUMNS = 'id, name, body, given_at, given_by, revoked_at, revoked_by, revocation'

/** Waivers and attestations in a SQLite database: each change in one transaction with the entry that tells of it. */
export class SqliteAcceptances implements AcceptanceStore {
  readonly #store: SqliteStore

  constructor(store: SqliteStore) {
    this.#store = store
  }

  async list(): Promise<readonly AnyAcceptance[]> {
    const { db } = this.#store
    try {
      const rows = db.prepare(`SELECT ${COLUMNS} FROM acceptance WHERE tenant = 0 ORDER BY id`).all()
      return (rows as AcceptanceRow[]).map(toAcceptance)
    } catch (error) {
      throw toStateError(error, db.name)
    }
  }

  async give(given: NewAcceptance, { user, now }: Actor): Promise<AnyAcceptance> {
    const { db } = this.#store
    return this.#store.maintain((append) => {
      // The place of its entry in the ledger is given to no other, whatever is erased later.
      const place = db.prepare('SELECT ifnull(max(sequence), 0) + 1 FROM entry').pluck().get() as number
      const { changes, lastInsertRowid } = db
        .prepare('INSERT INTO acceptance (kind, name, body, given_at, given_by) VALUES (?, ?, ?, ?, ?)')
        .run(given.kind, `${given.kind}-${place}`, JSON.stringify(given), now, user)
      const acceptance = changes > 0 ? this.#find(Number(lastInsertRowid)) : undefined
      if (!acceptance) throw new Error('what was just written must be there')
      append(toAcceptanceEntry({ acceptance, act: 'given', now, user }))
      return acceptance
    })
  }

  async revoke(
    kind: AnyAcceptance['kind'],
    id: string,
    { user, now, reason }: Actor & { readonly reason: string },
  ): Promise<Revocation> {
    const { db } = this.#store
    return this.#store.maintain((append) => {
      const find = db.prepare(`SELECT ${COLUMNS} FROM acceptance WHERE tenant = 0 AND kind = ? AND name = ?`)
      const row = find.get(kind, id) as AcceptanceRow | undefined
      if (!row) return 'unknown'
      if (row.revoked_at !== null) return 'already'
      const set = 'UPDATE acceptance SET revoked_at = ?, revoked_by = ?, revocation = ? WHERE id = ?'
      // A clock that went back must not make it end before it began.
      db.prepare(set).run(Math.max(now, row.given_at), user, reason, row.id)
      const acceptance = toAcceptance(row)
      append(toAcceptanceEntry({ acceptance, act: 'revoked', now, user, revocation: reason }))
      return 'revoked'
    })
  }

  async tell(notices: readonly ExpiryNotice[], now: number): Promise<readonly LedgerEntry[]> {
    const { db } = this.#store
    const isTold = ({ acceptance: { kind, id, until }, stage }: ExpiryNotice) =>
      db
        .prepare(
          'SELECT 1 FROM acceptance_notice WHERE tenant = 0 AND kind = ? AND name = ? AND ends = ? AND stage = ?',
        )
        .get(kind, id, until, stage) !== undefined
    try {
      // Most of the time there is nothing new, and then nothing is written.
      if (notices.every(isTold)) return []
    } catch (error) {
      throw toStateError(error, db.name)
    }
    return this.#store.maintain((append) =>
      notices.flatMap((notice) => (putNotice(db, notice) ? [append(toEntry(notice, now))] : [])),
    )
  }

  #find(id: number): AnyAcceptance | undefined {
    const row = this.#store.db.prepare(`SELECT ${COLUMNS} FROM acceptance WHERE id = ?`).get(id)
    return row === undefined ? undefined : toAcceptance(row as AcceptanceRow)
  }
}

function toEntry({ acceptance, stage }: ExpiryNotice, now: number) {
  return toAcceptanceEntry({ acceptance, act: stage, now })
}

/** False when it was told before, or when the end was: a clock that goes back must not tell that it ends soon. */
function putNotice(db: Database, { acceptance: { kind, id, until }, stage }: ExpiryNotice): boolean {
  const put = db.prepare('INSERT OR IGNORE INTO acceptance_notice (kind, name, ends, stage) VALUES (?, ?, ?, ?)')
  const isNew = put.run(kind, id, until, stage).changes > 0
  if (isNew && stage === 'expired') put.run(kind, id, until, 'expiring')
  return isNew
}

function toAcceptance(row: AcceptanceRow): AnyAcceptance {
  const { name, body, given_at: givenAt, given_by: givenBy, revoked_at: revokedAt } = row
  return {
    ...(JSON.parse(body) as NewAcceptance),
    id: name,
    origin: 'store',
    given: { at: givenAt, by: givenBy },
    ...(revokedAt !== null && {
      revoked: { at: revokedAt, by: row.revoked_by ?? '', reason: row.revocation ?? '' },
    }),
  }
}
