import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Database } from 'better-sqlite3'
import type { Head } from '../core/store.ts'
import { GENESIS } from './chain.ts'
import { type LedgerProblem, ProblemList } from './problem-list.ts'
import { StateError, toStateError } from './sqlite-error.ts'
import { countRemoved, openForReading, type Part, type PartTask, verifyPart } from './verify-part.ts'
import { verifyReferences } from './verify-references.ts'
import { MOST_PROBLEMS } from './verify-segment.ts'

export interface Verification {
  readonly entries: number
  readonly head: Head
  /** Entries whose payload was pruned or erased. */
  readonly pruned: number
  /** The first problems, in the order of the ledger. */
  readonly problems: readonly LedgerProblem[]
  /** How many there are. */
  readonly problemCount: number
}

export interface VerifyOptions {
  /** Threads that share the work; by default one per processor, and none for a small ledger. */
  readonly threads?: number
}

/** Below this many entries, starting threads takes longer than they save. */
const SMALL = 50_000
const MOST_THREADS = 8
/** Payloads may be removed while they are counted; then all is read again. */
const ATTEMPTS = 3

const THREAD = new URL(import.meta.url.endsWith('.ts') ? './verify-worker.ts' : './verify-worker.js', import.meta.url)

/**
 * Verifies the ledger of the database at the path, as it is now: the chain of hashes, every payload against its digest
 * and its columns, every asset's numbering, what was removed, and what refers to entries. Writes nothing. What a
 * forged ledger that is consistent in itself would hide is told by a checkpoint only.
 * @throws StateError when the database cannot be read
 */
export async function verifyLedger(path: string, options: VerifyOptions = {}): Promise<Verification> {
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const verification = await verifyOnce(path, options)
      if (verification) return verification
    }
  } catch (error) {
    throw toStateError(error, path)
  }
  throw new StateError('busy', path, `the ledger at ${path} is being pruned while it is verified`, {
    hint: 'try again when that is done',
  })
}

async function verifyOnce(path: string, { threads }: VerifyOptions): Promise<Verification | undefined> {
  const db = openForReading(path)
  try {
    db.exec('BEGIN')
    const head = readHead(db)
    const count = threads ?? (head.sequence < SMALL ? 0 : Math.min(availableParallelism(), MOST_THREADS))
    const parts = await Promise.all(
      split(head.sequence, Math.max(1, count)).map((segment) => {
        const task = { path, ...segment }
        return count === 0 ? verifyPart(task) : runThread(task)
      }),
    )
    const removed = countRemoved(db)
    if (parts.some(({ accounted }) => accounted !== removed)) return undefined
    const problems = new ProblemList(MOST_PROBLEMS)
    for (const part of parts) problems.addAll(part.problems)
    problems.addAll(
      verifyReferences(
        db,
        head.sequence,
        parts.map(({ runs }) => runs),
      ),
    )
    const missing = parts.reduce((sum, part) => sum + part.missing, 0)
    if (missing !== removed) {
      problems.add(null, `${missing} payloads are missing, and the ledger tells of ${removed} that were removed`)
    }
    const entries = parts.reduce((sum, part) => sum + part.entries, 0)
    return { entries, head, pruned: missing, problems: problems.kept, problemCount: problems.total }
  } finally {
    db.close()
  }
}

/** The ledger's last entry. */
export function readHead(db: Database): Head {
  const ledger = db.prepare<[], string>("SELECT value FROM setting WHERE key = 'ledger'").pluck().get() ?? ''
  const last = db.prepare<[], { sequence: number; hash: string }>(
    'SELECT sequence, lower(hex(hash)) AS hash FROM entry ORDER BY sequence DESC LIMIT 1',
  )
  const { sequence, hash } = last.get() ?? { sequence: 0, hash: GENESIS }
  return { ledger, sequence, hash }
}

function split(through: number, parts: number): { from: number; through: number }[] {
  const size = Math.max(1, Math.ceil(through / parts))
  const segments: { from: number; through: number }[] = []
  for (let from = 1; from <= through; from += size) segments.push({ from, through: Math.min(from + size - 1, through) })
  return segments
}

function runThread(task: PartTask): Promise<Part> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(THREAD, { workerData: task, execArgv: [] })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`a thread of the verification ended with code ${code}`)))
  })
}
