import type { Database, Statement } from 'better-sqlite3'
import { createLinker, digestPayload, GENESIS } from './chain.ts'
import { ColumnComparison } from './compare-columns.ts'
import { type StoredPayload, unpackPayload } from './payload.ts'
import { ProblemList } from './problem-list.ts'
import { ChunkVerification } from './verify-chunk.ts'

/** Entries to verify: all from one sequence through another. */
export interface Segment {
  readonly from: number
  readonly through: number
}

/** How far an asset's own numbering goes within a segment. */
export interface AssetRun {
  /** The entry that begins it. */
  readonly entry: number
  readonly first: number
  last: number
}

export interface SegmentFindings {
  readonly entries: number
  /** Entries without a payload. */
  readonly missing: number
  readonly runs: ReadonlyMap<number, AssetRun>
  readonly problems: Pick<ProblemList, 'kept' | 'total'>
}

export const MOST_PROBLEMS = 20
/** Entries that are read at a time: few enough for long payloads. */
const CHUNK = 256

type Row = readonly [
  sequence: number,
  tenant: number,
  asset: number,
  assetSequence: number,
  check: number,
  action: number,
  level: number,
  observed: number,
  recorded: number,
  valid: number | null,
  digest: string,
  hash: string,
]
const COLUMNS =
  'sequence, tenant, asset, asset_sequence, check_id, action, level, observed, recorded, valid, lower(hex(digest)), lower(hex(hash))'

/**
 * Verifies a segment of the ledger, within one read transaction of the caller. The chain begins with the hash stored
 * before the segment, which is proved by whoever verifies what comes before it.
 */
export function verifySegment(db: Database, segment: Segment): SegmentFindings {
  return new SegmentVerification(db, segment).run()
}

class SegmentVerification {
  readonly #segment: Segment
  readonly #entries: Statement<[number, number], Row>
  readonly #payloads: Statement<[number, number], [number, StoredPayload]>
  readonly #columns: ColumnComparison
  readonly #chunks: ChunkVerification
  readonly #link = createLinker()
  readonly #problems = new ProblemList(MOST_PROBLEMS)
  readonly #runs = new Map<number, AssetRun>()
  #expected: number
  /** Undefined when the entry before is missing: then nothing can be said of the link. */
  #previous: string | undefined
  #count = 0
  #missing = 0

  constructor(db: Database, segment: Segment) {
    this.#segment = segment
    this.#columns = new ColumnComparison(db)
    this.#chunks = new ChunkVerification(db, this.#columns)
    this.#entries = db
      .prepare<[number, number], Row>(
        `SELECT ${COLUMNS} FROM entry WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ${CHUNK}`,
      )
      .raw()
    this.#payloads = db
      .prepare<[number, number], [number, StoredPayload]>(
        'SELECT sequence, body FROM payload WHERE sequence > ? AND sequence <= ? ORDER BY sequence',
      )
      .raw()
    this.#expected = segment.from
    const before = db.prepare<[number], string>('SELECT lower(hex(hash)) FROM entry WHERE sequence = ?').pluck()
    this.#previous = segment.from === 1 ? GENESIS : before.get(segment.from - 1)
  }

  run(): SegmentFindings {
    const { from, through } = this.#segment
    // What stands before the first entry belongs to nothing.
    let after = from === 1 ? Number.MIN_SAFE_INTEGER : from - 1
    while (after < through) {
      if (this.#verifyChunk(after, Math.min(after + CHUNK, through))) {
        after = this.#expected - 1
        continue
      }
      const rows = this.#entries.all(after, through)
      const last = rows.length < CHUNK ? through : (rows.at(-1) as Row)[0]
      this.#merge(rows, this.#payloads.all(after, last))
      after = last
    }
    if (this.#expected <= through) this.#noteHole(through)
    return { entries: this.#count, missing: this.#missing, runs: this.#runs, problems: this.#problems }
  }

  /** Whether the chunk is sound; if not, nothing was noted of it. */
  #verifyChunk(after: number, through: number): boolean {
    if (this.#previous === undefined || this.#expected !== after + 1) return false
    const sound = this.#chunks.verify(this.#expected, through, this.#previous)
    if (!sound) return false
    let sequence = this.#expected
    for (const [asset, assetSequence] of sound.numbers) this.#number(sequence++, asset, assetSequence)
    this.#count += sound.numbers.length
    this.#expected = sequence
    this.#previous = sound.hash
    return true
  }

  #merge(rows: readonly Row[], payloads: readonly (readonly [number, StoredPayload])[]): void {
    let next = 0
    const noteDangling = (before: number) => {
      for (; next < payloads.length && (payloads[next]?.[0] as number) < before; next++) {
        this.#problems.add(payloads[next]?.[0] as number, 'there is a payload, but no entry')
      }
    }
    for (const row of rows) {
      noteDangling(row[0])
      const own = payloads[next]?.[0] === row[0] ? payloads[next++] : undefined
      this.#verify(row, own?.[1])
    }
    noteDangling(Number.MAX_SAFE_INTEGER)
  }

  #verify(row: Row, body: StoredPayload | undefined): void {
    const [sequence, tenant, asset, assetSequence, , , , observed, , valid, digest, hash] = row
    this.#count++
    if (sequence > this.#expected) this.#noteHole(sequence - 1)
    else if (sequence < this.#expected) this.#problems.add(sequence, 'it stands before the first entry')
    this.#expected = sequence + 1
    if (!isHash(digest) || !isHash(hash)) this.#problems.add(sequence, 'its digest or its hash is none')
    else if (this.#previous && this.#link(this.#previous, sequence, digest) !== hash) {
      this.#problems.add(sequence, 'its hash does not follow from the entry before it and its digest')
    }
    this.#previous = isHash(hash) ? hash : undefined
    if (tenant !== 0) this.#problems.add(sequence, 'its column tenant was changed')
    if (valid === null || valid > observed) this.#problems.add(sequence, 'its column valid was changed')
    this.#number(sequence, asset, assetSequence)
    if (body === undefined) this.#missing++
    else this.#verifyPayload(row, body)
  }

  #verifyPayload(row: Row, body: StoredPayload): void {
    const [sequence, , asset, assetSequence, check, action, level, observed, recorded, , digest] = row
    let wrong: string[]
    try {
      const text = unpackPayload(body)
      if (digestPayload(text) !== digest) {
        this.#problems.add(sequence, 'its payload is not the one that was recorded')
        return
      }
      wrong = this.#columns.compare(text, { asset, assetSequence, check, action, level, observed, recorded })
    } catch {
      this.#problems.add(sequence, 'its payload or its columns cannot be read')
      return
    }
    for (const column of wrong) this.#problems.add(sequence, `its column ${column} does not say what its payload says`)
  }

  /** An asset's entries are numbered from 1 in the order of the ledger. */
  #number(sequence: number, asset: number, assetSequence: number): void {
    const run = this.#runs.get(asset)
    if (!run) {
      this.#runs.set(asset, { entry: sequence, first: assetSequence, last: assetSequence })
      return
    }
    if (assetSequence !== run.last + 1) this.#problems.add(sequence, describeNumber(assetSequence, run.last))
    run.last = assetSequence
  }

  #noteHole(through: number): void {
    const from = this.#expected
    const what = from === through ? 'the entry is missing' : `the entries from here to ${through} are missing`
    this.#problems.add(from, what, through - from + 1)
    this.#previous = undefined
  }
}

/** What is wrong with an entry's number among those of its asset. */
export function describeNumber(number: number, before: number): string {
  return `among its asset's entries it is number ${number}, and the one before it is number ${before}`
}

/** A hash in a column is 32 bytes. */
function isHash(hex: string): boolean {
  return hex.length === 64
}
