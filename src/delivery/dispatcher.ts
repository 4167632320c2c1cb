import { setImmediate as nextTurn } from 'node:timers/promises'
import { messageOf } from '../core/errors.ts'
import type { Governor } from '../core/governor.ts'
import type { GovernorStore } from '../core/governor-store.ts'
import type { Sink } from '../core/sink.ts'
import { GovernedRunner } from './governed-runner.ts'
import { SinkRunner, type SinkRunnerOptions } from './sink-runner.ts'

export interface DispatchedSink extends Omit<SinkRunnerOptions, 'clock' | 'random' | 'store'> {
  /** What it is spared. */
  readonly governor?: Governor
  /** Where it begins when it is new. */
  readonly begin: 'start' | 'now'
}

export interface DispatcherOptions extends Pick<SinkRunnerOptions, 'clock' | 'random' | 'store'> {
  readonly sinks: readonly DispatchedSink[]
  /** Where governors remember. */
  readonly memory?: GovernorStore
  /** Told when the state could not be read or written on a sink's behalf; it is tried again. */
  readonly onTrouble: (name: string, message: string) => void
}

/** Milliseconds until the state is tried again after an error of its own. */
const PAUSE = 5_000
/** Milliseconds that a sink has to end what it was told to stop. */
const PATIENCE = 3_000
/** setTimeout takes no more. */
const LONGEST = 2 ** 31 - 1

/** Delivers to several sinks, each at its own pace: one that is slow or dead delays no other, and holds one batch. */
export class Dispatcher {
  readonly #lanes: readonly Lane[]

  constructor(options: DispatcherOptions) {
    this.#lanes = options.sinks.map((sink) => new Lane(sink, options))
  }

  start(): void {
    for (const lane of this.#lanes) lane.start()
  }

  /** There may be something new: entries, filters, or what an operator did to a sink. */
  wake(): void {
    for (const lane of this.#lanes) lane.wake()
  }

  /** Resolves when no sink has anything to do for now: it is done, it waits after a failure, or it is paused. */
  async settled(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.settled()))
  }

  /** Stops what is under way; what was not settled is delivered by whoever comes next. */
  async stop(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.stop()))
  }
}

/** One sink's way. */
class Lane {
  readonly #name: string
  readonly #sink: Sink
  readonly #begin: 'start' | 'now'
  readonly #options: DispatcherOptions
  readonly #runner: Pick<SinkRunner, 'step'>
  readonly #stop = new AbortController()
  #ended: Promise<void> = Promise.resolve()
  #awake = true
  #rouse: (() => void) | undefined
  #idle: (() => void)[] = []

  constructor({ begin, governor = {}, ...sink }: DispatchedSink, options: DispatcherOptions) {
    const { clock, random, store, memory } = options
    const { uuidOf } = sink
    this.#name = sink.name
    this.#sink = sink.sink
    this.#begin = begin
    this.#options = options
    const common = { ...sink, clock, random, store }
    const isGoverned = Object.keys(governor).length > 0
    this.#runner =
      isGoverned && memory && uuidOf
        ? new GovernedRunner({ ...common, governor, memory, uuidOf })
        : new SinkRunner(common)
  }

  start(): void {
    this.#ended = this.#run()
  }

  wake(): void {
    this.#awake = true
    this.#rouse?.()
  }

  /** Resolves when it next has nothing to do. */
  settled(): Promise<void> {
    if (this.#rouse && !this.#awake) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#rouse?.()
    await within(this.#ended)
    await within(this.#sink.close().catch(() => {}))
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    const { store, onTrouble } = this.#options
    let isBegun = false
    while (!signal.aborted) {
      this.#awake = false
      let pause: number
      try {
        if (!isBegun) await store.sink(this.#name, this.#begin === 'start' ? 0 : undefined)
        isBegun = true
        pause = await this.#runner.step(signal)
      } catch (error) {
        pause = PAUSE
        if (!signal.aborted) onTrouble(this.#name, messageOf(error))
      }
      // Others have their turn, however much waits here.
      if (pause <= 0) await nextTurn()
      else await this.#rest(pause)
    }
    for (const tell of this.#idle.splice(0)) tell()
  }

  async #rest(pause: number): Promise<void> {
    if (this.#awake || this.#stop.signal.aborted) return
    let timer: NodeJS.Timeout | undefined
    const roused = new Promise<void>((resolve) => {
      this.#rouse = resolve
      if (pause < LONGEST) timer = setTimeout(resolve, pause)
    })
    for (const tell of this.#idle.splice(0)) tell()
    await roused
    clearTimeout(timer)
    this.#rouse = undefined
  }
}

async function within(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE)
  })
  await Promise.race([work, limit])
  clearTimeout(timer)
}
