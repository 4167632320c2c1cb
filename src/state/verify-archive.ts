import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import type { Database } from 'better-sqlite3'
import { KeelsonError, messageOf } from '../core/errors.ts'
import type { ArchiveHeader } from './archive.ts'
import { createLinker, digestPayload } from './chain.ts'
import { type LedgerProblem, ProblemList } from './problem-list.ts'
import { MOST_PROBLEMS } from './verify-segment.ts'

export interface ArchiveVerification {
  readonly header: ArchiveHeader
  readonly entries: number
  /** Entries whose payload was gone already. */
  readonly pruned: number
  readonly problems: readonly LedgerProblem[]
  readonly problemCount: number
}

const LINE = /^\{"sequence":(\d{1,16}),"digest":"([0-9a-f]{64})","hash":"([0-9a-f]{64})","event":(.*)\}$/s

/**
 * Verifies an archive by itself: its chain from the hash before it to its last one, and each payload against its digest.
 * @throws KeelsonError when the file is no archive, or cannot be read
 */
export async function verifyArchive(file: string): Promise<ArchiveVerification> {
  const problems = new ProblemList(MOST_PROBLEMS)
  const link = createLinker()
  let header: ArchiveHeader | undefined
  // Undefined after a line that cannot be read: then nothing can be said of the link.
  let previous: string | undefined
  let [last, entries, pruned] = [0, 0, 0]
  try {
    for await (const line of readLines(file)) {
      if (!header) {
        header = parseHeader(line, file)
        previous = header.previous
        last = header.from - 1
        continue
      }
      const match = LINE.exec(line)
      const [sequence, digest, hash, text] = [Number(match?.[1]), match?.[2] ?? '', match?.[3], match?.[4] ?? '']
      entries++
      if (!match || sequence !== last + 1) problems.add(last + 1, 'the entry is missing, or its line was changed')
      else if (previous !== undefined && link(previous, sequence, digest) !== hash) {
        problems.add(sequence, 'its hash does not follow from the entry before it and its digest')
      } else if (text === 'null') pruned++
      else if (digestPayload(text) !== digest) problems.add(sequence, 'its payload is not the one that was recorded')
      last = match ? sequence : last + 1
      previous = hash
    }
  } catch (error) {
    if (!header || error instanceof KeelsonError) throw unreadable(file, error)
    problems.add(last + 1, `the archive cannot be read any further: ${messageOf(error)}`)
  }
  if (!header) throw unreadable(file, 'it is empty')
  if (last !== header.through || previous !== header.hash) {
    problems.add(null, `the archive ends at entry ${last}, not with entry ${header.through} as its head says`)
  }
  return { header, entries, pruned, problems: problems.kept, problemCount: problems.total }
}

/** What an archive says against the ledger it was taken from; nothing when both agree. */
export function compareArchive(db: Database, { from, through, previous, hash }: ArchiveHeader): string | undefined {
  const hashOf = db.prepare<[number], string>('SELECT lower(hex(hash)) FROM entry WHERE sequence = ?').pluck()
  const last = hashOf.get(through)
  if (last === undefined) return `the ledger has no entry ${through}, which the archive ends with`
  const before = from === 1 ? previous : hashOf.get(from - 1)
  if (last === hash && before === previous) return undefined
  return `the ledger's history up to entry ${through} is not the one in the archive`
}

/** The lines of a gzipped file. Only line feeds end them: JSON may hold other separators as they are. */
async function* readLines(file: string): AsyncGenerator<string> {
  const input = createReadStream(file)
  const text = createGunzip()
  input.on('error', (error) => text.destroy(error))
  let parts: Buffer[] = []
  for await (const chunk of input.pipe(text) as AsyncIterable<Buffer>) {
    let begin = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, begin)) {
      yield Buffer.concat([...parts, chunk.subarray(begin, end)]).toString('utf8')
      parts = []
      begin = end + 1
    }
    parts.push(chunk.subarray(begin))
  }
  const rest = Buffer.concat(parts)
  if (rest.length > 0) yield rest.toString('utf8')
}

function parseHeader(line: string, file: string): ArchiveHeader {
  const header = JSON.parse(line) as Partial<ArchiveHeader>
  const texts = [header.ledger, header.previous, header.hash]
  const sound = Number.isSafeInteger(header.from) && Number.isSafeInteger(header.through)
  if (header.archive !== 'keelson/1' || !sound || texts.some((text) => typeof text !== 'string')) {
    throw unreadable(file, 'its first line is none of ours')
  }
  return header as ArchiveHeader
}

function unreadable(file: string, why: unknown): KeelsonError {
  if (why instanceof KeelsonError) return why
  return new KeelsonError('archive', `${file} is no archive of a ledger: ${messageOf(why)}`, {
    hint: 'checks ledger archive FILE writes one',
  })
}
