import type { CompiledCheck, Leaf } from './compiled.ts'
import { messageOf, SourceError } from './errors.ts'
import { type Judgement, judge, type Observation } from './judge.ts'
import { settle } from './settle.ts'
import type { Source, TextRow } from './source.ts'

/** A leaf of one of the checks at hand. */
export interface BatchMember {
  /** The check's position. */
  readonly check: number
  readonly leaf: Leaf
}

/** Leaves that travel in one statement; its single row has one column per member, `c0`, `c1`, … */
export interface Batch {
  readonly members: readonly BatchMember[]
  readonly sql: string
}

export interface AssessOptions {
  /** Puts leaves together into statements (see sql/batch.ts). */
  readonly plan: (members: readonly BatchMember[]) => Batch[]
  /**
   * The tables that the source has: they settle which clause of a `first` is asked, and leaves that need others are
   * answered without asking. Undefined: not known.
   */
  readonly tables?: ReadonlySet<string> | undefined
  /** Why a table is missing there, in words. */
  readonly explainMissing?: (table: string) => string
  /** Milliseconds for one statement. */
  readonly timeout: number
  /** Called as checks become judged. */
  readonly onProgress?: (judged: number, of: number) => void
  /** Called before a statement is sent, with the positions of the checks in it. */
  readonly onAsk?: (checks: readonly number[]) => void
  /** Called for a check that got no answer when it was asked alone; without an error, it was not asked. */
  readonly onUnanswered?: (check: number, error: unknown) => void
}

/**
 * Asks a source for every leaf of the checks and judges them, in their order. A statement that is refused is split
 * until the culprit stands alone; after a timeout or a broken connection its members are asked one by one. Never
 * rejects because of the source: what could not be asked is an `error` verdict with the cause.
 */
export async function assess(
  source: Source,
  compiledChecks: readonly CompiledCheck[],
  options: AssessOptions,
): Promise<Judgement[]> {
  const checks = compiledChecks.map((compiled) => settle(compiled, options.tables))
  const observations: Observation[][] = checks.map(() => [])
  const judgements: Judgement[] = []
  let judged = 0
  const observe = ({ check, leaf }: BatchMember, observation: Observation) => {
    const compiled = checks[check] as CompiledCheck
    const seen = observations[check] as Observation[]
    seen[leaf.index] = observation
    if (seen.filter(Boolean).length < compiled.leaves.length) return
    judgements[check] = judge(compiled, seen)
    options.onProgress?.(++judged, checks.length)
  }

  const asked: BatchMember[] = []
  checks.forEach((compiled, check) => {
    for (const leaf of compiled.leaves) {
      const missing = leaf.tables.find(({ table }) => options.tables?.has(table) === false)
      if (!missing) asked.push({ check, leaf })
      else
        observe({ check, leaf }, { error: options.explainMissing?.(missing.table) ?? `needs table ${missing.table}` })
    }
  })
  const queue = options.plan(asked)
  const unreadable = new Set<string>()
  const ask = (groups: readonly (readonly BatchMember[])[]) =>
    queue.unshift(...groups.flatMap((members) => (members.length > 0 ? options.plan(members) : [])))
  let timeouts = 0
  for (let batch = queue.shift(); batch; batch = queue.shift()) {
    // A table that could not be read in one statement would only make the next ones fail as well.
    const readers = readersOf(unreadable, batch.members)
    if (readers.length > 0 && batch.members.length > 1) {
      ask(setAside(readers, batch.members))
      continue
    }
    if (timeouts >= MOST_TIMEOUTS) {
      for (const member of batch.members) {
        options.onUnanswered?.(member.check, undefined)
        observe(member, { error: STOPPED_ANSWERING })
      }
      continue
    }
    options.onAsk?.(batch.members.map(({ check }) => check))
    try {
      const [row] = await source.query(batch.sql, { timeout: options.timeout })
      timeouts = 0
      batch.members.forEach((member, index) => {
        observe(member, readColumn(row, index))
      })
    } catch (error) {
      if (error instanceof SourceError && error.table !== undefined) unreadable.add(error.table)
      const [only, ...others] = batch.members
      if (others.length === 0) timeouts = isTimeout(error) ? timeouts + 1 : 0
      if (only && others.length === 0) {
        options.onUnanswered?.(only.check, error)
        observe(only, { error: describeFailure(error) })
      } else ask(splitBatch(batch.members, error))
    }
  }
  return judgements
}

// Each leaf of a source that hangs would otherwise wait out its own time limit.
const MOST_TIMEOUTS = 3
const STOPPED_ANSWERING = `the source has stopped answering: ${MOST_TIMEOUTS} queries in a row took too long`

function isTimeout(error: unknown): boolean {
  return error instanceof SourceError && error.failure === 'timeout'
}

function readColumn(row: TextRow | undefined, index: number): Observation {
  const answer = row?.[`c${index}`]
  return answer === undefined ? { error: 'the source left the check out of its answer' } : { answer }
}

function splitBatch(members: readonly BatchMember[], error: unknown): BatchMember[][] {
  if (error instanceof SourceError && error.failure === 'sql') {
    // Where the source names the table, whoever does not read it need not be asked piece by piece.
    const readers = error.table === undefined ? [] : readersOf(new Set([error.table]), members)
    if (readers.length > 0) return setAside(readers, members)
    const half = Math.ceil(members.length / 2)
    return [members.slice(0, half), members.slice(half)]
  }
  return members.map((member) => [member])
}

function readersOf(tables: ReadonlySet<string>, members: readonly BatchMember[]): BatchMember[] {
  return members.filter(({ leaf }) => leaf.tables.some(({ table }) => tables.has(table)))
}

/** Those by themselves, each alone, and the others together. */
function setAside(some: readonly BatchMember[], members: readonly BatchMember[]): BatchMember[][] {
  return [members.filter((member) => !some.includes(member)), ...some.map((one) => [one])]
}

function describeFailure(error: unknown): string {
  return error instanceof SourceError && error.hint ? `${error.message} (${error.hint})` : messageOf(error)
}
