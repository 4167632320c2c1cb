import type { Database, Statement } from 'better-sqlite3'
import { ChainWalk, digestPayloadBytes, HASH_BYTES } from './chain.ts'
import type { ColumnComparison } from './compare-columns.ts'
import { type StoredPayload, unpackPayload } from './payload.ts'

/** An entry's columns that its payload says too, without its sequence. */
type Row = readonly [
  asset: number,
  assetSequence: number,
  check: number,
  action: number,
  level: number,
  observed: number,
  recorded: number,
]

/** What is known of a chunk in which nothing is wrong. */
export interface SoundChunk {
  /** Of its last entry, in hex. */
  readonly hash: string
  /** Its entries in order: the asset, and the number among the asset's entries. */
  readonly numbers: readonly (readonly [asset: number, assetSequence: number, ...unknown[]])[]
}

/** Digest and hash. */
const PAIR = 2 * HASH_BYTES
const WITHIN = 'WHERE sequence >= ? AND sequence <= ?'

/**
 * Verifies whole chunks of entries in which nothing is wrong, for little more than it costs to hash them. Of any other
 * it only says that it is not one: those are looked at entry by entry.
 */
export class ChunkVerification {
  readonly #columns: ColumnComparison
  readonly #odd: Statement<[number, number], number>
  readonly #pairs: Statement<[number, number], Buffer>
  readonly #rows: Statement<[number, number], Row>
  readonly #payloads: Statement<[number, number], StoredPayload>

  constructor(db: Database, columns: ColumnComparison) {
    this.#columns = columns
    this.#odd = db
      .prepare<[number, number], number>(
        `SELECT count(*) FILTER (WHERE tenant <> 0 OR valid IS NULL OR valid > observed
 OR length(digest) <> ${HASH_BYTES} OR length(hash) <> ${HASH_BYTES}) FROM entry ${WITHIN}`,
      )
      .pluck()
    // As one blob: a Buffer or a string for each costs more than to hash it.
    this.#pairs = db
      .prepare<[number, number], Buffer>(
        `SELECT CAST(group_concat(digest || hash, '') AS BLOB) FROM (SELECT digest, hash FROM entry ${WITHIN} ORDER BY sequence)`,
      )
      .pluck()
    this.#rows = db
      .prepare<[number, number], Row>(
        `SELECT asset, asset_sequence, check_id, action, level, observed, recorded FROM entry ${WITHIN} ORDER BY sequence`,
      )
      .raw()
    this.#payloads = db
      .prepare<[number, number], StoredPayload>(`SELECT body FROM payload ${WITHIN} ORDER BY sequence`)
      .pluck()
  }

  /**
   * The chunk, if every entry from one sequence through another is there with its payload, follows from the hash before
   * it, and says in its columns what its payload says. Undefined if anything is to be looked at.
   */
  verify(from: number, through: number, previous: string): SoundChunk | undefined {
    const count = through - from + 1
    if (this.#odd.get(from, through) !== 0) return undefined
    const rows = this.#rows.all(from, through)
    const payloads = this.#payloads.all(from, through)
    const pairs = this.#pairs.get(from, through)
    // Sequences are unique: as many as there can be are all of them, in both tables.
    if (rows.length !== count || payloads.length !== count || pairs?.length !== count * PAIR) return undefined
    const walk = new ChainWalk(previous)
    for (let index = 0; index < count; index++) {
      const at = index * PAIR
      if (!walk.follows(from + index, pairs, at)) return undefined
      if (!this.#isWhole(rows[index] as Row, payloads[index] as StoredPayload, pairs, at)) return undefined
    }
    return { hash: pairs.toString('hex', pairs.length - HASH_BYTES), numbers: rows }
  }

  #isWhole(row: Row, payload: StoredPayload, pairs: Buffer, at: number): boolean {
    const [asset, assetSequence, check, action, level, observed, recorded] = row
    let text: string
    try {
      text = unpackPayload(payload)
    } catch {
      return false
    }
    if (digestPayloadBytes(text) !== pairs.toString('latin1', at, at + HASH_BYTES)) return false
    return this.#columns.isAsWritten(text, { asset, assetSequence, check, action, level, observed, recorded })
  }
}
