import type { Event } from './event.ts'
import { readStatement } from './posture.ts'
import type { LedgerEntry } from './store.ts'
import type { Verdict } from './verdict.ts'

/** One thing that the ledger says of a check. Times are milliseconds since 1970. */
export interface HistoryStep {
  readonly sequence: number
  readonly at: number
  /** What was known of the check from then on; null: nothing. */
  readonly verdict: Verdict | null
  /** Whether that is another verdict than before. */
  readonly turns: boolean
  /** Whether nothing was heard of the check from then on; what was known before is known again afterwards. */
  readonly silent: boolean
  /** Until when it was so; null: it still is. */
  readonly until: number | null
  readonly reason: string | null
  /** Null when it was pruned or erased. */
  readonly event: Event | null
}

export interface History {
  readonly steps: readonly HistoryStep[]
  /** Entries that were pruned or erased, and may have spoken of the check among others. */
  readonly lost: number
}

/**
 * What the ledger says of a check on one asset, oldest first: verdicts with how long each was known to hold, inabilities
 * to judge, silences, changes of the check itself. `own` are the entries about the check, `general` those about no
 * single check, `ids` the check's id and those that it had before.
 */
export function traceHistory(
  ids: ReadonlySet<string>,
  { own, general }: { readonly own: readonly LedgerEntry[]; readonly general: readonly LedgerEntry[] },
): History {
  // What came before a check's first verdict spoke of another one that had its id.
  const first = own.find(({ event }) => event?.meta?.kind === 'first' && event.changes?.verdict?.last === null)
  const began = first?.sequence ?? 0
  const entries = [...own, ...general.filter((entry) => entry.sequence >= began && isAbout(entry, ids))]
  entries.sort((one, other) => one.sequence - other.sequence)
  let verdict: Verdict | null = null
  const steps = entries.map((entry): HistoryStep => {
    const { sequence, observedAt, event } = entry
    const silence = findSilence(event, ids)
    const said = readSaid(event, ids)
    const next = said === undefined ? verdict : said.verdict
    const turns = event === null || next !== verdict
    verdict = next
    const about = { sequence, verdict: next, turns, reason: said?.reason ?? null, event }
    if (silence) return { ...about, silent: true, at: silence.since, until: silence.until }
    return { ...about, silent: false, at: observedAt, until: null }
  })
  putSilencesFirst(steps)
  return {
    steps: steps.map((step, index) => (step.silent ? step : { ...step, until: findEnd(steps.slice(index + 1)) })),
    lost: general.filter(({ event }) => event === null).length,
  }
}

/** A silence is noted by the report that ended it, and came before everything else that this report says. */
function putSilencesFirst(steps: HistoryStep[]): void {
  for (const [index, step] of steps.entries()) {
    if (!step.silent) continue
    const first = steps.findIndex(({ at }, place) => place < index && at === step.until)
    if (first >= 0) steps.splice(first, 0, ...steps.splice(index, 1))
  }
}

/** When the first of later steps ends what was known before it. */
function findEnd(later: readonly HistoryStep[]): number | null {
  return later.find(({ turns, silent }) => turns || silent)?.at ?? null
}

function readSaid(event: Event | null, ids: ReadonlySet<string>): Pick<HistoryStep, 'verdict' | 'reason'> | undefined {
  // What was pruned may have said anything.
  if (event === null || event.action === 'ASSET_CHECK_REMOVED') return { verdict: null, reason: null }
  for (const id of ids) {
    const said = readStatement(event, id)
    if (said) return said
  }
  return undefined
}

interface Named {
  readonly check?: unknown
}

function isAbout({ event }: LedgerEntry, ids: ReadonlySet<string>): boolean {
  if (event === null) return false
  const names = (one: Named) => typeof one.check === 'string' && ids.has(one.check)
  const { results, gaps } = (event.meta ?? {}) as { results?: readonly Named[]; gaps?: readonly Named[] }
  if (event.action === 'ASSET_CLOCK') return true
  return (results ?? gaps ?? [event.meta ?? {}]).some(names)
}

function findSilence(event: Event | null, ids: ReadonlySet<string>): { since: number; until: number } | undefined {
  if (event?.action !== 'ASSET_GAP') return undefined
  const { gaps = [], until } = event.meta as { gaps?: readonly { check: string; since: string }[]; until?: string }
  const gap = gaps.find(({ check }) => ids.has(check))
  return gap && { since: Date.parse(gap.since), until: Date.parse(until ?? event.timestamp) }
}
