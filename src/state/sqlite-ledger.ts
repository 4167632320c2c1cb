import type { Database, Statement } from 'better-sqlite3'
import { type AssetRecord, createTimestamps, type EntryDraft, type Event, LEVELS, toEvent } from '../core/event.ts'
import type { LedgerEntry } from '../core/store.ts'
import { createLinker, digestPayload, GENESIS } from './chain.ts'
import type { Names } from './names.ts'
import { packPayload, type StoredPayload, unpackPayload } from './payload.ts'

export interface LedgerTools {
  readonly clock: () => number
  readonly newUuid: () => string
  /** The UUIDv5 of a name. */
  readonly uuidOf: (name: string) => string
}

/** What an entry is about, in numbers. */
export interface EntryPlace {
  readonly asset: number
  readonly assetSequence: number
  /** 0 for an entry about no single check. */
  readonly check: number
}

/** An entry's columns with its payload, as the statements below read them. */
export type EntryRow = readonly [
  sequence: number,
  hash: string,
  observed: number,
  recorded: number,
  body: StoredPayload | null,
]
export const ENTRY_COLUMNS = 'e.sequence, lower(hex(e.hash)), e.observed, e.recorded, p.body'

/** Appends entries, sealed at once: SQLite has one writer, so that who appends may as well give the sequence. */
export class SqliteLedger {
  readonly #tools: LedgerTools
  readonly #actions: Names
  readonly #link = createLinker()
  readonly #timestampOf = createTimestamps()
  readonly #selectHead: Statement<[], { sequence: number; hash: string }>
  readonly #insertEntry: Statement<(number | string)[]>
  readonly #insertPayload: Statement<[number, StoredPayload]>
  #head = { sequence: 0, hash: GENESIS }

  constructor(db: Database, actions: Names, tools: LedgerTools) {
    this.#tools = tools
    this.#actions = actions
    this.#selectHead = db.prepare('SELECT sequence, lower(hex(hash)) AS hash FROM entry ORDER BY sequence DESC LIMIT 1')
    this.#insertEntry = db.prepare(
      'INSERT INTO entry (sequence, tenant, asset, asset_sequence, check_id, action, level, observed, recorded, valid, digest, hash) VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?, ?, unhex(?), unhex(?))',
    )
    this.#insertPayload = db.prepare('INSERT INTO payload (sequence, body) VALUES (?, ?)')
  }

  /** The last entry, as far as it is known here. */
  get head(): { readonly sequence: number; readonly hash: string } {
    return this.#head
  }

  /** The last entry. */
  readHead(): { sequence: number; hash: string } {
    this.#head = this.#selectHead.get() ?? { sequence: 0, hash: GENESIS }
    return this.#head
  }

  /** Appends after the head, which must have been read within this transaction. */
  append(draft: EntryDraft, place: EntryPlace, asset: AssetRecord | null): LedgerEntry {
    const { clock, newUuid, uuidOf } = this.#tools
    const timestampOf = this.#timestampOf
    const { assetSequence } = place
    const recordedAt = clock()
    const event = toEvent(draft, { uuid: newUuid(), recordedAt, assetSequence, asset, uuidOf, timestampOf })
    const text = JSON.stringify(event)
    const digest = digestPayload(text)
    const sequence = this.#head.sequence + 1
    const hash = this.#link(this.#head.hash, sequence, digest)
    const { observedAt } = draft
    const action = this.#actions.number(draft.action)
    const level = LEVELS.indexOf(draft.level)
    const about = [place.asset, assetSequence, place.check, action, level]
    this.#insertEntry.run(sequence, ...about, observedAt, recordedAt, observedAt, digest, hash)
    this.#insertPayload.run(sequence, packPayload(text))
    this.#head = { sequence, hash }
    return { sequence, hash, observedAt, recordedAt, event }
  }
}

export function toLedgerEntry([sequence, hash, observedAt, recordedAt, body]: EntryRow): LedgerEntry {
  return { sequence, hash, observedAt, recordedAt, event: body === null ? null : readEvent(body) }
}

export function readEvent(body: StoredPayload): Event {
  return JSON.parse(unpackPayload(body)) as Event
}
