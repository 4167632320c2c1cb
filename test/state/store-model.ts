import type { Event } from '../../src/core/event.ts'
import type { AssetReport, CheckState, ReportedCheck } from '../../src/core/state.ts'
import type { CheckPosture } from '../../src/core/store.ts'

/** What must agree between a store and its model. */
export type Known = Pick<
  CheckState,
  'verdict' | 'since' | 'version' | 'definition' | 'period' | 'inability' | 'seenAt' | 'removedAt'
>
export type Shown = Pick<CheckPosture, 'check' | 'verdict' | 'judged'> & { readonly unknownSince: number | null }

/**
 * What a store must know of one asset, in the plainest way: the whole past of every check is kept, and whatever is asked
 * is looked up in it. It shares no code with the store.
 */
export class StoreModel {
  #checks = new Map<string, { at: number; known: Known }[]>()

  report({ observedAt, checks, expected }: AssetReport): void {
    const named = new Set(checks.map(({ id }) => id))
    for (const check of checks) this.#rename(check, named, expected)
    const gone = [...this.#checks.keys()].filter(
      (id) => expected && !expected.has(id) && !named.has(id) && this.#known(id)?.removedAt === null,
    )
    const isLater = (known: Known | undefined) => known && Math.max(known.seenAt, known.removedAt ?? 0) > observedAt
    if ([...named, ...gone].some((id) => isLater(this.#known(id)))) this.#setBack(observedAt)
    for (const check of checks) this.#add(check.id, observedAt, toKnown(check, observedAt, this.#known(check.id)))
    for (const id of gone) this.#add(id, observedAt, { ...(this.#known(id) as Known), removedAt: observedAt })
  }

  /** All that is known, by id. */
  read(): Map<string, Known> {
    return new Map([...this.#checks.keys()].sort().map((id) => [id, this.#known(id) as Known]))
  }

  posture({ at, now }: { readonly at: number; readonly now: number }): Shown[] {
    return [...this.#checks].flatMap(([check, past]) => {
      const known = (at >= now ? past.at(-1) : past.findLast((moment) => moment.at <= at))?.known
      if (!known || known.removedAt !== null) return []
      const { verdict, since, inability, period, seenAt } = known
      const lapsed = period === null ? Number.POSITIVE_INFINITY : seenAt + 2 * period * 1000
      const unknownSince = inability?.since ?? (at > lapsed ? lapsed : null)
      const judged = verdict === null ? null : { verdict, since }
      return [{ check, verdict: unknownSince === null && verdict !== null ? verdict : 'error', judged, unknownSince }]
    })
  }

  #known(id: string): Known | undefined {
    return this.#checks.get(id)?.at(-1)?.known
  }

  #add(id: string, at: number, known: Known): void {
    this.#checks.set(id, [...(this.#checks.get(id) ?? []), { at, known }])
  }

  #rename({ id, formerly }: ReportedCheck, named: ReadonlySet<string>, expected: AssetReport['expected']): void {
    if (this.#checks.has(id)) return
    const from = formerly.find((former) => this.#checks.has(former) && !named.has(former) && !expected?.has(former))
    if (from === undefined) return
    this.#checks.set(id, this.#checks.get(from) ?? [])
    this.#checks.delete(from)
  }

  #setBack(to: number): void {
    for (const [id, past] of this.#checks) {
      const last = past.at(-1)
      if (!last || last.at <= to) continue
      const { since, inability, seenAt, removedAt } = last.known
      const known: Known = {
        ...last.known,
        since: Math.min(since, to),
        inability: inability && { ...inability, since: Math.min(inability.since, to) },
        seenAt: Math.min(seenAt, to),
        removedAt: removedAt === null ? null : Math.min(removedAt, to),
      }
      this.#checks.set(id, [...past.filter(({ at }) => at <= to), { at: to, known }])
    }
  }
}

function toKnown(check: ReportedCheck, now: number, before: Known | undefined): Known {
  const { version, period, verdict, reason } = check
  const asked = { version, definition: check.definition.digest, period, seenAt: now, removedAt: null }
  if (verdict !== 'error') {
    return { ...asked, verdict, since: before?.verdict === verdict ? before.since : now, inability: null }
  }
  const inability = { reason: reason ?? '', since: before?.inability?.since ?? now }
  return { ...asked, verdict: before?.verdict ?? null, since: before?.since ?? now, inability }
}

/** What is known after all that the ledger says, as somebody would tell who has nothing but its events. */
export type Replayed = Pick<Known, 'verdict' | 'since' | 'version' | 'definition'> & {
  readonly unableSince: number | null
  readonly removed: boolean
}

interface Said {
  readonly check: string
  readonly verdict: CheckState['verdict'] | 'error'
  readonly version: string
  readonly definition: string
  readonly since: string
  readonly judged: { readonly verdict: CheckState['verdict']; readonly since: string } | null
}

export function replayEvents(events: readonly (Event | null)[]): Map<string, Replayed> {
  const checks = new Map<string, Replayed>()
  for (const event of events) {
    if (!event) continue
    const { action, timestamp, changes } = event
    const meta = event.meta as unknown as Said & { results: readonly Omit<Said, 'since' | 'judged'>[] }
    if (action === 'ASSET_BASELINE') {
      for (const result of meta.results) {
        const { verdict } = result
        const judged = verdict === 'error' ? null : { verdict, since: timestamp }
        checks.set(result.check, toReplayed({ ...result, since: timestamp, judged }))
      }
    }
    if (action === 'ASSET_CLOCK') setAllBack(checks, Date.parse(timestamp))
    if (action === 'ASSET_CHECK_RENAMED') checks.delete(String(changes?.id?.last))
    if (action === 'ASSET_CHECK_REMOVED') {
      const before = checks.get(meta.check)
      if (before) checks.set(meta.check, { ...before, removed: true })
    } else if (event.item) checks.set(meta.check, toReplayed(meta))
  }
  return checks
}

function toReplayed({ verdict, version, definition, since, judged }: Said): Replayed {
  return {
    verdict: judged?.verdict ?? null,
    since: Date.parse(judged?.since ?? since),
    version,
    definition,
    unableSince: verdict === 'error' ? Date.parse(since) : null,
    removed: false,
  }
}

function setAllBack(checks: Map<string, Replayed>, to: number): void {
  for (const [id, known] of checks) {
    const { since, unableSince } = known
    checks.set(id, {
      ...known,
      since: Math.min(since, to),
      unableSince: unableSince === null ? null : Math.min(unableSince, to),
    })
  }
}
