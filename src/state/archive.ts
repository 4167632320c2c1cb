import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Database } from 'better-sqlite3'
import { KeelsonError } from '../core/errors.ts'
import { createLinker, digestPayload, GENESIS } from './chain.ts'
import { type StoredPayload, unpackPayload } from './payload.ts'
import { writeWhole } from './replace-file.ts'
import { toStateError } from './sqlite-error.ts'
import { readHead } from './verify-ledger.ts'
import { openForReading } from './verify-part.ts'

/** The first line of an archive; a line for each entry follows. */
export interface ArchiveHeader {
  readonly archive: 'keelson/1'
  readonly ledger: string
  readonly from: number
  readonly through: number
  /** The hashes, in hex, of the entry before the first one and of the last one. */
  readonly previous: string
  readonly hash: string
  /** ISO 8601, UTC: when it was written. */
  readonly time: string
}

export interface ArchiveOptions {
  readonly now: number
  /** Everything observed until then, and what stands between; by default everything. */
  readonly before?: number | undefined
  /** Only entries after this sequence, such as the last one of an earlier archive. */
  readonly after?: number | undefined
}

/** Entries that are read at a time. */
const CHUNK = 256

/**
 * Writes entries of the ledger, each with its payload as it was recorded, into a gzipped file of JSON lines that can be
 * verified by itself: `{"sequence", "digest", "hash", "event"}`, where the digest is the SHA-256 of the event's text in
 * that very line, or the event is null where it was pruned or erased.
 * @throws KeelsonError when the file exists or cannot be written, when there is nothing to write, or the ledger does not
 * hold together
 */
export async function archiveLedger(path: string, file: string, options: ArchiveOptions): Promise<ArchiveHeader> {
  const db = openForReading(path)
  try {
    db.exec('BEGIN')
    const header = describeArchive(db, options)
    await writeWhole(file, async (unfinished) => {
      const lines = Readable.from(writeLines(db, header))
      await pipeline(lines, createGzip({ level: 6 }), createWriteStream(unfinished, { mode: 0o600, flags: 'wx' }))
    })
    return header
  } catch (error) {
    throw toStateError(error, path)
  } finally {
    db.close()
  }
}

function describeArchive(db: Database, { now, before, after = 0 }: ArchiveOptions): ArchiveHeader {
  const { ledger, sequence } = readHead(db)
  const last = db
    .prepare<[number], number>('SELECT sequence FROM entry WHERE observed <= ? ORDER BY sequence DESC LIMIT 1')
    .pluck()
  const through = before === undefined ? sequence : (last.get(before) ?? 0)
  if (through <= after) {
    throw new KeelsonError('nothing-selected', 'the ledger has no such entries, so nothing was archived', {
      hint: `it ends at entry ${sequence}; give a later --before, or none`,
    })
  }
  const hashOf = db.prepare<[number], string>('SELECT lower(hex(hash)) FROM entry WHERE sequence = ?').pluck()
  return {
    archive: 'keelson/1',
    ledger,
    from: after + 1,
    through,
    previous: after === 0 ? GENESIS : (hashOf.get(after) ?? ''),
    hash: hashOf.get(through) ?? '',
    time: new Date(now).toISOString(),
  }
}

function* writeLines(db: Database, header: ArchiveHeader): Generator<string> {
  yield `${JSON.stringify(header)}\n`
  const link = createLinker()
  const read = db
    .prepare<[number, number], [number, string, string, StoredPayload | null]>(
      `SELECT e.sequence, lower(hex(e.digest)), lower(hex(e.hash)), p.body FROM entry e
 LEFT JOIN payload p ON p.sequence = e.sequence WHERE e.sequence > ? AND e.sequence <= ? ORDER BY e.sequence LIMIT ${CHUNK}`,
    )
    .raw()
  let [previous, last] = [header.previous, header.from - 1]
  while (last < header.through) {
    let lines = ''
    for (const [sequence, digest, hash, body] of read.all(last, header.through)) {
      const text = body === null ? null : unpackPayload(body)
      const holds = sequence === last + 1 && (text === null || digestPayload(text) === digest)
      if (!holds || link(previous, sequence, digest) !== hash) throw unsound(last + 1)
      lines += `{"sequence":${sequence},"digest":"${digest}","hash":"${hash}","event":${text}}\n`
      last = sequence
      previous = hash
    }
    if (lines === '') throw unsound(last + 1)
    yield lines
  }
}

function unsound(sequence: number): KeelsonError {
  return new KeelsonError('ledger', `the ledger does not hold together at entry ${sequence}: nothing was archived`, {
    hint: 'checks ledger verify tells more',
  })
}
