import {
  endsFailure,
  isDue,
  type Owed,
  type Parked,
  retryDelay,
  type Settlement,
  type SinkState,
} from '../core/delivery.ts'
import type { Outgoing, Sink, SinkFailure } from '../core/sink.ts'
import type { LedgerEntry } from '../core/store.ts'
import { BatchSender } from './batch-sender.ts'
import { failuresIn } from './expand-baseline.ts'
import { assetOf, keyOf, owedOf } from './owed.ts'
import { type PrepareOptions, prepareEvents } from './prepare-events.ts'
import { readLanes } from './read-lanes.ts'

/** So many assets may be held back at a time; with more, what they have in common is the sink, which then waits. */
export const MOST_PARKED = 1000

export interface SinkRunnerOptions extends PrepareOptions {
  readonly sink: Sink
  /** The most events of one send. */
  readonly batch: number
  readonly clock: () => number
  readonly random: () => number
  /** Called when something went wrong, or is over. */
  readonly onChange?: (failure: SinkFailure | null) => void
  /** Called for each attempt that failed. */
  readonly onFailure?: (failure: SinkFailure) => void
}

interface Sent {
  readonly settled: number
  readonly refused: readonly { readonly index: number; readonly message: string }[]
  /** Means something only where not all was settled. */
  readonly failure: SinkFailure
  readonly now: number
  /** Whether we were told to stop, so that a failure says nothing of the sink. */
  readonly stopped: boolean
}

/**
 * Delivers sealed entries to one sink: at least once, in the order of the ledger for each asset. What was settled is
 * stored after each send, so that a crash repeats at most one batch. An event that the sink refuses for now holds back
 * its asset only; anything else that goes wrong lets the whole sink wait.
 */
export class SinkRunner {
  readonly #options: SinkRunnerOptions
  readonly #sender: BatchSender
  #state: SinkState | undefined

  constructor(options: SinkRunnerOptions) {
    this.#options = options
    this.#sender = new BatchSender(options)
  }

  /** One send at most. Answers how many milliseconds there is nothing to do unless new entries come; 0: more waits. */
  async step(signal: AbortSignal): Promise<number> {
    const { store, name, clock, batch } = this.#options
    const state = await store.sink(name)
    this.#state = state
    const now = clock()
    if (state.paused) return Number.POSITIVE_INFINITY
    if (!isDue(state.nextTry, now, state.failure)) return (state.nextTry as number) - now
    const ready = state.parked.filter(({ nextTry, failure }) => isDue(nextTry, now, failure))
    const due = ready.sort((one, other) => one.nextTry - other.nextTry)
    if (due.length > 0) return this.#catchUp(due, state, signal)
    if (state.redrive.length > 0) return this.#redrive(state.redrive.slice(0, batch), state, signal)
    const entries = await store.entries({ after: state.cursor, limit: batch })
    if (entries.length > 0) return this.#advance(entries, state, signal)
    return state.parked.reduce((wait, { nextTry }) => Math.min(wait, nextTry - now), Number.POSITIVE_INFINITY)
  }

  /** Delivers what comes after the cursor, except for assets that are held back. */
  async #advance(entries: readonly LedgerEntry[], state: SinkState, signal: AbortSignal): Promise<number> {
    const held = new Set(state.parked.map(({ asset }) => asset))
    const { outgoing, suppressed } = await prepareEvents(
      entries.filter(({ event }) => !held.has(assetOf(event))),
      this.#options,
    )
    const result = await this.#send(outgoing, signal)
    const { now, failure } = result
    const last = entries.at(-1) as LedgerEntry
    const unsettled = outgoing[result.settled]
    if (!unsettled) {
      await this.#settle(result, outgoing, { ...over(outgoing), cursor: last.sequence, suppressed, now })
      return 0
    }
    const until = (cursor: number) => suppressed.filter(({ sequence }) => sequence <= cursor)
    if (failure.reason === 'event' && countRefused(state) < MOST_PARKED) {
      const cursor = unsettled.sequence
      const park = [this.#park(unsettled.sequence, assetOf(unsettled.event), 0, failure, now)]
      await this.#settle(result, outgoing, { cursor, failure: null, suppressed: until(cursor), park, now })
      return 0
    }
    const cursor = unsettled.sequence - 1
    return this.#giveUp(result, outgoing, failure, { cursor, suppressed: until(cursor), now }, state)
  }

  /** Sends dead letters once more, out of their order. Those that are refused again, if only for now, stay dead. */
  async #redrive(sequences: readonly number[], state: SinkState, signal: AbortSignal): Promise<number> {
    const entries = await this.#options.store.entriesAt(sequences)
    const { outgoing, suppressed } = await prepareEvents(entries, this.#options)
    const result = await this.#send(outgoing, signal)
    const { now, failure } = result
    const unsettled = outgoing[result.settled]
    if (!unsettled) {
      await this.#settle(result, outgoing, { ...over(outgoing), redriven: sequences, suppressed, now })
      return 0
    }
    const isRefused = failure.reason === 'event'
    const done = sequences.filter(
      (sequence) => sequence < unsettled.sequence || (isRefused && sequence === unsettled.sequence),
    )
    const settlement = { redriven: done, suppressed: suppressed.filter(({ sequence }) => done.includes(sequence)), now }
    if (!isRefused) return this.#giveUp(result, outgoing, failure, settlement, state)
    const refused = [...result.refused, { index: result.settled, message: failure.message }]
    await this.#settle({ ...result, refused }, outgoing, { ...settlement, failure: null })
    return 0
  }

  /** Delivers what assets were held back with, up to the cursor; then they are no longer held back. */
  async #catchUp(due: readonly Parked[], state: SinkState, signal: AbortSignal): Promise<number> {
    const lanes = await readLanes(due, state, this.#options)
    const entries = lanes.flatMap((lane) => lane.entries).sort((one, other) => one.sequence - other.sequence)
    const { outgoing, suppressed } = await prepareEvents(entries, this.#options)
    const result = await this.#send(outgoing, signal)
    const { now, failure } = result
    const unsettled = outgoing[result.settled]
    const isRefused = failure.reason === 'event'
    const left = new Map<string, number>()
    for (const { sequence, event } of outgoing.slice(result.settled).reverse()) left.set(assetOf(event), sequence)
    const park: Parked[] = []
    const unpark: string[] = []
    for (const { parked, entries, more } of lanes) {
      const { asset, attempts } = parked
      const sequence = left.get(asset)
      if (sequence === undefined) {
        const last = entries.at(-1)
        if (more && last) park.push({ ...parked, sequence: last.sequence + 1, attempts: 0, nextTry: now })
        else unpark.push(asset)
      } else if (isRefused && unsettled && asset === assetOf(unsettled.event)) {
        park.push(this.#park(sequence, asset, sequence > parked.sequence ? 0 : attempts + 1, failure, now))
      } else park.push({ ...parked, sequence })
    }
    const assets = new Map(entries.map(({ sequence, event }) => [sequence, assetOf(event)]))
    const done = suppressed.filter(({ sequence }) => sequence < (left.get(assets.get(sequence) ?? '') ?? sequence + 1))
    const settlement = { park, unpark, suppressed: done, now }
    if (unsettled && !isRefused) return this.#giveUp(result, outgoing, failure, settlement, state)
    await this.#settle(result, outgoing, { ...settlement, ...over(outgoing) })
    return 0
  }

  async #send(outgoing: readonly Outgoing[], signal: AbortSignal): Promise<Sent> {
    const { settled, refused = [], failure = NONE } = await this.#sender.send(outgoing, signal)
    return { settled, refused, failure, now: this.#options.clock(), stopped: signal.aborted }
  }

  async #settle(result: Sent, outgoing: readonly Outgoing[], settlement: Settlement): Promise<void> {
    const { store, name, onChange } = this.#options
    const refused = new Set(result.refused.map(({ index }) => index))
    const delivered = outgoing.slice(0, result.settled).filter((_, index) => !refused.has(index))
    const owe = new Map<string, Owed>()
    const paid = new Map<string, Owed>()
    for (const { event } of delivered) {
      for (const owed of failuresIn(event)) move(owed, paid, owe)
      if (endsFailure(event)) move(owedOf(event), owe, paid)
    }
    const dead = result.refused.map(({ index, message }) => ({
      sequence: outgoing[index]?.sequence ?? 0,
      message,
    }))
    await store.settle(name, {
      ...settlement,
      delivered: delivered.length,
      dead,
      owe: [...owe.values()],
      paid: [...paid.values()],
    })
    const before = this.#state?.failure ?? null
    if (settlement.failure === undefined) return
    const after = settlement.failure?.failure ?? null
    if (before?.message !== after?.message) onChange?.(after)
  }

  /** The whole sink waits. Whatever it took before counts, and lets it begin anew with short pauses. */
  async #giveUp(
    result: Sent,
    outgoing: readonly Outgoing[],
    failure: SinkFailure,
    settlement: Settlement,
    state: SinkState,
  ): Promise<number> {
    const attempts = result.settled > 0 ? 1 : state.attempts + 1
    if (result.stopped) {
      await this.#settle(result, outgoing, settlement)
      return 0
    }
    this.#options.onFailure?.(failure)
    const delay = retryDelay(attempts - 1, this.#options.random(), failure.retryAfter)
    const nextTry = settlement.now + delay
    await this.#settle(result, outgoing, { ...settlement, failure: { failure, attempts, nextTry } })
    return delay
  }

  #park(sequence: number, asset: string, attempts: number, failure: SinkFailure, now: number): Parked {
    this.#options.onFailure?.(failure)
    const nextTry = now + retryDelay(attempts + 3, this.#options.random(), failure.retryAfter)
    return { asset, sequence, attempts, nextTry, failure }
  }
}

const NONE: SinkFailure = { reason: 'local', message: '' }

function move(owed: Owed, from: Map<string, Owed>, to: Map<string, Owed>): void {
  from.delete(keyOf(owed))
  to.set(keyOf(owed), owed)
}

/** Assets may also wait for a decision of ours. */
function countRefused({ parked }: SinkState): number {
  return parked.filter(({ failure }) => failure.reason === 'event').length
}

/** What was wrong is over once the sink took something. */
function over(outgoing: readonly Outgoing[]): Pick<Settlement, 'failure'> {
  return outgoing.length > 0 ? { failure: null } : {}
}
