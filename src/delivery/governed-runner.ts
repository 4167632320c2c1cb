import { isAlarm, isDue } from '../core/delivery.ts'
import { toDeliverySummary } from '../core/delivery-summary.ts'
import {
  endOf,
  follow,
  type Governor,
  horizonOf,
  isOver,
  nextDigest,
  readTransition,
  type Tally,
} from '../core/governor.ts'
import type { GovernorStore, Lane } from '../core/governor-store.ts'
import { findQuietEnd } from '../core/quiet-hours.ts'
import type { LedgerEntry } from '../core/store.ts'
import { type Governed, governEntries } from './govern-entries.ts'
import { GovernedStore } from './governed-store.ts'
import { assetOf } from './owed.ts'
import { readSituation, type Situation } from './read-situation.ts'
import { SinkRunner, type SinkRunnerOptions } from './sink-runner.ts'
import { SummarySender } from './summary-sender.ts'

export interface GovernedRunnerOptions extends SinkRunnerOptions {
  readonly governor: Governor
  readonly memory: GovernorStore
  readonly uuidOf: (name: string) => string
}

/** So many entries of one asset are decided at a time. */
const MOST_OF_ASSET = 1000
/** Milliseconds. A longer wait was begun by a clock that has been set back since. */
const LONGEST_LOOK = 3_600_000
const NEVER = Number.POSITIVE_INFINITY

/**
 * Delivers to a sink that is spared some of it. What it is given is decided first, in the order of the ledger, and
 * written down; then a runner sends what was decided. So each decision is made once, whatever comes between.
 */
export class GovernedRunner {
  readonly #options: GovernedRunnerOptions
  readonly #view: GovernedStore
  readonly #runner: SinkRunner
  readonly #summaries: SummarySender

  constructor(options: GovernedRunnerOptions) {
    const { name, memory } = options
    this.#options = options
    this.#view = new GovernedStore(options.store, memory)
    const leftOut = (sequences: readonly number[]) => memory.leftOut(name, sequences)
    this.#runner = new SinkRunner({ ...options, store: this.#view, leftOut })
    this.#summaries = new SummarySender(options)
  }

  /** One decision or one send at most. Answers as SinkRunner does. */
  async step(signal: AbortSignal): Promise<number> {
    const { clock, governor } = this.#options
    const now = clock()
    const situation = await readSituation(this.#options, now)
    const { state, memory } = situation
    const quietEnd = governor.quiet ? findQuietEnd(governor.quiet, now) : null
    const quiet = quietEnd !== null
    this.#view.show({ ...situation, quiet })
    if (state.paused || !isDue(state.nextTry, now, state.failure)) return this.#runner.step(signal)
    if (quiet) {
      if ((await this.#findAlarm(situation)) || (await this.#decideLanes(situation, true))) return 0
      // An alarm must not overtake what sums up what was before it.
      const isNear = situation.lanes.some(({ passes, alarm, sequence }) => Math.min(passes, alarm) >= sequence)
      if (isNear && memory.summaries.length > 0) return this.#summaries.send(memory.summaries, state, signal)
      return Math.min(await this.#runner.step(signal), quietEnd - now)
    }
    if (state.cursor < situation.governed) return this.#runner.step(signal)
    if (memory.summaries.length > 0) return this.#summaries.send(memory.summaries, state, signal)
    if (await this.#decideLanes(situation, false)) return 0
    if (situation.lanes.some(({ passes, sequence, nextTry }) => passes >= sequence && nextTry <= now)) {
      return this.#runner.step(signal)
    }
    const wait = await this.#advance(situation)
    return wait === 0 ? 0 : Math.min(await this.#runner.step(signal), wait)
  }

  /** Decides what comes next. Answers how long there is nothing to decide; 0 when something was. */
  async #advance({ memory, governed, lanes, state, now }: Situation): Promise<number> {
    const { store, batch, governor } = this.#options
    const horizon = horizonOf(governor, now)
    const entries = await store.entries({ after: governed, limit: batch })
    const waits = entries.findIndex(({ recordedAt }) => recordedAt >= horizon && recordedAt <= now)
    const due = waits < 0 ? entries : entries.slice(0, waits)
    const situation = { memory, governed, lanes, state, now }
    if (due.length > 0) {
      await this.#decide(due, situation)
      return 0
    }
    if (waits >= 0 && (await this.#findAlarm(situation))) return 0
    const full = memory.tallies.filter(({ first }) => first !== null)
    const over = full.find((tally) => isOver(tally, this.#rateOf(tally), Math.min(now, horizon)))
    if (over) {
      await this.#sumUp(over)
      return 0
    }
    const times = [
      ...full.map((tally) => nextDigest(governor, endOf(tally, this.#rateOf(tally)))),
      ...lanes.flatMap(({ passes, sequence, nextTry }) =>
        passes < sequence && sequence <= state.cursor + 1 ? nextTry : [],
      ),
      ...(waits < 0 ? [] : [nextDigest(governor, now + 1)]),
    ]
    return Math.max(1, Math.min(NEVER, ...times) - now)
  }

  async #decide(due: readonly LedgerEntry[], { memory, lanes, now }: Situation): Promise<void> {
    const { alarms: filters } = this.#options.policy()
    const known = new Map(lanes.map((lane) => [lane.asset, lane]))
    const entries = due.filter(({ event }) => !known.has(assetOf(event)))
    const timeOf = ({ recordedAt }: LedgerEntry) => recordedAt
    const decided = await this.#govern({ entries, tallies: memory.tallies, alarms: new Map(), timeOf }, now)
    const governed = decided.full ? decided.full.sequence - 1 : (due.at(-1) as LedgerEntry).sequence
    const held = due.filter(({ sequence, event }) => sequence <= governed && known.has(assetOf(event)))
    const alarms = held.flatMap(({ sequence, event }) =>
      event && isAlarm(event, filters) ? [{ asset: assetOf(event), alarm: sequence, nextTry: now }] : [],
    )
    // What comes after an undecided transition may decide it.
    const looks = held.flatMap(({ event }) => {
      const lane = known.get(assetOf(event))
      return event && lane && lane.passes < lane.sequence && readTransition(event)
        ? [{ asset: lane.asset, nextTry: now }]
        : []
    })
    const opened = [...decided.holds].map(([asset, { sequence, lookAt, message }]): Lane => {
      const first = entries.find(({ event }) => assetOf(event) === asset)?.sequence ?? sequence
      const before = first < sequence
      const nextTry = before ? now : this.#nextLook(lookAt, now)
      return { asset, sequence: first, passes: before ? sequence - 1 : 0, alarm: 0, nextTry, message }
    })
    await this.#options.memory.write(this.#options.name, { ...decided, governed, lanes: opened, alarms, looks })
    if (decided.full) await this.#sumUp(decided.full.tally)
  }

  /** Decides what waits of assets. False when there is none to be decided now. */
  async #decideLanes({ lanes, memory, state, now }: Situation, quiet: boolean): Promise<boolean> {
    const { store, governor, batch, memory: remembered, name } = this.#options
    const isRipe = (nextTry: number) => nextTry <= now || nextTry > nextDigest(governor, now + LONGEST_LOOK)
    const ripe = lanes.filter(
      ({ passes, sequence, alarm, nextTry }) =>
        passes < sequence && isRipe(nextTry) && (alarm >= sequence || (!quiet && sequence <= state.cursor + 1)),
    )
    const parts = await Promise.all(
      ripe.slice(0, batch).map(async (lane) => {
        const { asset, sequence, alarm } = lane
        const upTo = quiet ? alarm : Math.max(alarm, state.cursor)
        const entries = await store.entries({ after: sequence - 1, upTo, asset, limit: MOST_OF_ASSET })
        const last = entries.length < MOST_OF_ASSET ? upTo : (entries.at(-1) as LedgerEntry).sequence
        return { lane, entries, last }
      }),
    )
    if (parts.length === 0) return false
    const entries = parts.flatMap((part) => part.entries)
    const alarms = new Map(lanes.map(({ asset, alarm }) => [asset, alarm]))
    const decided = await this.#govern({ entries, tallies: memory.tallies, alarms, timeOf: () => now }, now)
    if (decided.full) {
      await this.#sumUp(decided.full.tally)
      return true
    }
    const isEmpty = ({ entries, last }: (typeof parts)[number]) => entries.length === 0 && last <= state.cursor
    const release = parts.filter(isEmpty).map(({ lane }) => lane.asset)
    const decidedLanes = parts
      .filter((part) => !isEmpty(part))
      .map(({ lane, last }): Lane => {
        const hold = decided.holds.get(lane.asset)
        const passes = hold ? hold.sequence - 1 : last
        if (!hold || passes >= lane.sequence) return { ...lane, passes, nextTry: now }
        return { ...lane, passes, nextTry: this.#nextLook(hold.lookAt, now), message: hold.message }
      })
    await remembered.write(name, { ...decided, lanes: decidedLanes, release })
    return true
  }

  /** While the rest waits, lets an alarm pass with what its asset waits with before it. True when there may be more. */
  async #findAlarm({ state, memory: { looked }, governed, lanes, now }: Situation): Promise<boolean> {
    const { store, memory, name, batch } = this.#options
    const { alarms } = this.#options.policy()
    const entries = await store.entries({ after: Math.max(looked, state.cursor), limit: batch })
    for (const { sequence: alarm, event } of entries) {
      if (!event || !isAlarm(event, alarms)) continue
      const asset = assetOf(event)
      const lane = lanes.find((each) => each.asset === asset)
      if (lane && lane.alarm >= alarm) continue
      if (lane) await memory.write(name, { alarms: [{ asset, alarm, nextTry: now }] })
      else {
        const [first] = await store.entries({ after: state.cursor, upTo: alarm, asset, limit: 1 })
        const sequence = first?.sequence ?? alarm
        const passes = sequence <= governed ? Math.min(governed, alarm) : 0
        const message = 'the rest waits for its time'
        await memory.write(name, { lanes: [{ asset, sequence, passes, alarm, nextTry: now, message }] })
      }
      return true
    }
    const last = entries.at(-1)
    if (last) await memory.write(name, { looked: last.sequence })
    return entries.length === batch
  }

  #govern(part: Parameters<typeof governEntries>[0], now: number): Promise<Governed> {
    return governEntries(part, { ...this.#options, now })
  }

  #nextLook(lookAt: number, now: number): number {
    return nextDigest(this.#options.governor, Math.min(lookAt, now + LONGEST_LOOK))
  }

  #rateOf({ check }: Tally) {
    const { budget, breaker } = this.#options.governor
    return check === '' ? breaker : budget
  }

  #sumUp(tally: Tally): Promise<void> {
    const { memory, name, uuidOf } = this.#options
    const cause = tally.check === '' ? 'breaker' : 'budget'
    const rate = this.#rateOf(tally)
    return memory.sumUp(name, tally, follow(tally, rate), (omission) =>
      toDeliverySummary({ sink: name, cause, rate, tally, omission, uuidOf }),
    )
  }
}
