import { weighTransition } from '../core/damping.ts'
import { endsFailure } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'
import {
  type Belief,
  CAUSES,
  type Cause,
  count,
  describeRate,
  type Governor,
  isCalm,
  isKnown,
  isOver,
  isTooMuch,
  leaveOut,
  type Rate,
  readTransition,
  type Tally,
  type Transition,
} from '../core/governor.ts'
import type { GovernorChanges, GovernorStore, LeftOut } from '../core/governor-store.ts'
import type { LedgerEntry } from '../core/store.ts'
import { assetOf, keyOf, owedOf } from './owed.ts'
import { type PrepareOptions, prepareEvents } from './prepare-events.ts'

export interface GovernOptions extends PrepareOptions {
  readonly governor: Governor
  readonly memory: GovernorStore
  readonly now: number
}

/** What is to be decided, in the order of the ledger. */
export interface GovernedPart {
  readonly entries: readonly LedgerEntry[]
  readonly tallies: readonly Tally[]
  /** Up to where nothing of an asset is held back. */
  readonly alarms: ReadonlyMap<string, number>
  /** At which time an entry counts. */
  readonly timeOf: (entry: LedgerEntry) => number
}

/** An asset whose events wait from a transition on, of which it is not yet known whether it lasts. */
export interface Hold {
  readonly sequence: number
  readonly lookAt: number
  readonly message: string
}

export interface Governed extends Pick<GovernorChanges, 'tallies' | 'beliefs' | 'leftOut'> {
  readonly suppressed: readonly { readonly sequence: number; readonly reason: string }[]
  readonly holds: ReadonlyMap<string, Hold>
  /** This tally is to be summed up before anything from this entry on is decided. */
  readonly full?: { readonly sequence: number; readonly tally: Tally }
}

/** Decides what of some entries a sink is given. Nothing is written: the answer says what to write. */
export async function governEntries(part: GovernedPart, options: GovernOptions): Promise<Governed> {
  return new Decision(part, options).decide()
}

class Decision {
  readonly #part: GovernedPart
  readonly #options: GovernOptions
  readonly #tallies: Map<string, Tally>
  readonly #counted = new Map<string, Tally>()
  readonly #beliefs = new Map<string, Belief>()
  readonly #believed = new Map<string, { of: { asset: string; check: string }; belief: Belief | null }>()
  readonly #leftOut: LeftOut[] = []
  readonly #suppressed: { sequence: number; reason: string }[] = []
  readonly #holds = new Map<string, Hold>()

  constructor(part: GovernedPart, options: GovernOptions) {
    this.#part = part
    this.#options = options
    this.#tallies = new Map(part.tallies.map((tally) => [tally.check, tally]))
  }

  async decide(): Promise<Governed> {
    const { entries, alarms } = this.#part
    const { memory, name } = this.#options
    const { outgoing, suppressed } = await prepareEvents(entries, this.#options)
    const events = new Map<number, Event[]>()
    for (const { sequence, event } of outgoing) events.set(sequence, [...(events.get(sequence) ?? []), event])
    const reasons = new Map(suppressed.map(({ sequence, reason }) => [sequence, reason]))
    const passes = new Map(alarms)
    for (const { sequence, event } of outgoing) {
      const asset = assetOf(event)
      if (event.meta?.alarm === true) passes.set(asset, Math.max(sequence, passes.get(asset) ?? 0))
    }
    const pairs = new Map(outgoing.map(({ event }) => [keyOf(owedOf(event)), owedOf(event)]))
    for (const belief of await memory.beliefs(name, [...pairs.values()])) this.#beliefs.set(keyOf(belief), belief)
    for (const entry of entries) {
      const { sequence } = entry
      const asset = assetOf(entry.event)
      if (this.#holds.has(asset)) continue
      const reason = reasons.get(sequence)
      if (reason !== undefined) this.#suppressed.push({ sequence, reason })
      const told = events.get(sequence) ?? []
      if (sequence <= (passes.get(asset) ?? 0)) {
        for (const event of told) this.#tell(event)
        continue
      }
      const full = await this.#govern(entry, told)
      if (full) return { ...this.#answer(), full: { sequence, tally: full } }
    }
    return this.#answer()
  }

  /** Answers a tally that must be summed up first. */
  async #govern(entry: LedgerEntry, told: readonly Event[]): Promise<Tally | undefined> {
    const [event] = told
    if (!event) return undefined
    if (told.length > 1 || event.meta?.baseline !== undefined) return this.#governFirstReport(entry, told)
    const transition = readTransition(event)
    if (!transition) {
      this.#tell(event)
      return undefined
    }
    const { sequence } = entry
    const belief = this.#beliefs.get(keyOf(transition)) ?? null
    const { store, name } = this.#options
    const owed = endsFailure(event) && (await store.owed(name, [owedOf(event)])).length > 0
    if (belief && !owed && isKnown(transition.verdict, belief)) {
      this.#suppress(sequence, transition, belief.cause, 'back to what the sink was told last')
      return undefined
    }
    const outcome = await this.#damp(sequence, transition)
    if (outcome === 'open') return undefined
    if (outcome === 'ended') {
      this.#suppress(sequence, transition, 'damping', 'it did not last')
      return undefined
    }
    if (!isCalm(transition.verdict)) {
      const answer = this.#spend(entry, [transition])
      if (answer !== 'told') return answer
    }
    this.#tell(event)
    return undefined
  }

  /** A first report tells of many checks at once: it is given as a whole or not at all, and only a storm stops it. */
  #governFirstReport(entry: LedgerEntry, told: readonly Event[]): Tally | undefined {
    const transitions = told.flatMap((event) => readTransition(event) ?? []).filter(({ verdict }) => !isCalm(verdict))
    const { breaker } = this.#options.governor
    if (transitions.length === 0 || !breaker) return undefined
    const answer = this.#spend(entry, transitions, { breaker })
    return answer === 'told' ? undefined : answer
  }

  /** Counts transitions. `told`: they are let through; undefined: they are left out. */
  #spend(
    entry: LedgerEntry,
    transitions: readonly Transition[],
    { budget, breaker }: Pick<Governor, 'budget' | 'breaker'> = this.#options.governor,
  ): Tally | 'told' | undefined {
    const check = transitions[0]?.check ?? ''
    const at = this.#part.timeOf(entry)
    const limits: [Cause, string, Rate | undefined][] = [
      ['budget', check, budget],
      ['breaker', '', breaker],
    ]
    for (const [, key, rate] of limits) {
      const tally = this.#tallies.get(key)
      if (rate && tally?.first && isOver(tally, rate, at)) return tally
    }
    for (const [cause, key, rate] of limits) {
      if (!rate) continue
      const tally = count(this.#tallies.get(key), rate, { check: key, at, by: transitions.length })
      const isFull = isTooMuch(tally, rate)
      this.#count(isFull ? { ...tally, first: tally.first ?? entry.event?.uuid ?? '' } : tally)
      if (!isFull) continue
      const what = `more than ${describeRate(rate)}`
      for (const each of transitions) {
        this.#suppress(entry.sequence, each, cause, what)
        this.#leftOut.push({ tally: key, asset: each.asset, check: each.check })
      }
      return undefined
    }
    return 'told'
  }

  async #damp(sequence: number, transition: Transition): Promise<'lasted' | 'ended' | 'open'> {
    const { governor, memory, now } = this.#options
    const { damping } = governor
    if (!damping) return 'lasted'
    const runs = await memory.runs(transition, sequence, damping.of)
    const weighed = weighTransition(runs, sequence, damping, now)
    if (weighed.outcome !== 'open') return weighed.outcome
    const { lookAt, agreed } = weighed
    const message = `damping: ${transition.check}: ${agreed} of ${damping.agree} observations that must agree`
    this.#holds.set(transition.asset, { sequence, lookAt, message })
    return 'open'
  }

  #count(tally: Tally): void {
    this.#tallies.set(tally.check, tally)
    this.#counted.set(tally.check, tally)
  }

  #suppress(sequence: number, transition: Transition, cause: Cause, why: string): void {
    const { asset, check } = transition
    const key = keyOf(transition)
    const belief = leaveOut(transition, this.#beliefs.get(key) ?? null, cause)
    if (belief) this.#beliefs.set(key, belief)
    else this.#beliefs.delete(key)
    this.#believed.set(key, { of: { asset, check }, belief })
    if (this.#suppressed.at(-1)?.sequence === sequence) return
    this.#suppressed.push({ sequence, reason: `${CAUSES[cause]}: ${why}` })
  }

  /** The sink is given an event, so that what holds is what it believes. */
  #tell(event: Event): void {
    const of = owedOf(event)
    if (!this.#beliefs.delete(keyOf(of))) return
    this.#believed.set(keyOf(of), { of, belief: null })
  }

  #answer(): Governed {
    return {
      suppressed: this.#suppressed,
      holds: this.#holds,
      tallies: [...this.#counted.values()],
      beliefs: [...this.#believed.values()],
      leftOut: this.#leftOut,
    }
  }
}
