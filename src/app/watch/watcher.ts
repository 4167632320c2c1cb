import type { Flags } from '../../config.ts'
import { retryDelay } from '../../core/plan-retry.ts'
import { whyEvaluate } from '../../core/plan-tick.ts'
import { applyOutcome, type WatchState, type Wish } from './apply-outcome.ts'
import { EvaluationProcess } from './evaluation-process.ts'
import type { Evaluated, EvaluationOrder } from './protocol.ts'
import type { WatchLog } from './watch-log.ts'
import { NO_RECORD, readWatchRecord, type WatchRecord, writeWatchRecord } from './watch-record.ts'

/** Milliseconds of one evaluation in which questions are asked; what is left over then has its turn next. */
const BUDGET = 300_000
/** Milliseconds that a source may be lost before this is recorded: osquery restarts in less. */
const GRACE = 30_000

export interface WatcherOptions {
  readonly flags: Flags
  /** The state's file. */
  readonly state: string
  /** Milliseconds for one query. */
  readonly timeout: number
  readonly log: WatchLog
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** From 0 to 1. */
  readonly random: () => number
  /** Told after each evaluation. */
  readonly onEvaluated?: (evaluated: Evaluated, took: number) => void
  readonly onFailure?: (reason: 'source' | 'checks' | 'failed' | 'died') => void
  readonly onUnforeseen: (error: unknown) => void
  /** Milliseconds instead of 30 s until a lost source is recorded. */
  readonly grace?: number
}

const NO_WISH: Wish = { reload: false, all: false }

/** Decides when to evaluate, has it done by processes, one at a time, and keeps the record of it. */
export class Watcher {
  readonly #options: WatcherOptions
  #wish: Wish = NO_WISH
  /** What an evaluation could not do; the next one does. */
  #pending: Wish = NO_WISH
  #state: WatchState
  #running: EvaluationProcess | undefined
  #retry: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: WatcherOptions) {
    this.#options = options
    const { clock, state } = options
    const before = readWatchRecord(state) ?? NO_RECORD
    const { asset, source, plan, owed, suspects, lost } = before
    const record: WatchRecord = {
      ...NO_RECORD,
      ...{ asset, source, plan, owed, suspects, lost },
      pid: process.pid,
      startedAt: clock(),
    }
    this.#state = { record, content: undefined, failures: 0, warnings: [] }
    this.#write()
  }

  get record(): WatchRecord {
    return this.#state.record
  }

  /** Whether it has checks to work with: false until the first that could be used were read. */
  get isReady(): boolean {
    return this.#state.content !== undefined
  }

  /** Has the checks read anew, and evaluates what is due then; with `all`, everything. Resolves when that is done. */
  async reload({ all }: { readonly all: boolean }): Promise<void> {
    this.#wish = { reload: true, all: all || this.#wish.all }
    await this.look()
  }

  /** Evaluates if there is a reason to, unless an evaluation is under way. Resolves when nothing more is to be done now. */
  async look(): Promise<void> {
    if (this.#running || this.#stopped) return
    if (this.#isWished() || this.#isTime()) await this.#evaluate()
    // What was wished for meanwhile.
    while (this.#isWished() && !this.#stopped) await this.#evaluate()
  }

  /** Ends an evaluation that is under way: what it has not committed yet is left to the next watch. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#retry)
    const running = this.#running
    running?.kill()
    await running?.ended
    this.#state = { ...this.#state, record: { ...this.record, stoppedAt: this.#options.clock() } }
    this.#write()
  }

  #isWished(): boolean {
    return this.#wish.reload || this.#wish.all
  }

  #isTime(): boolean {
    const { plan, evaluatedAt, retryAt, owed, lost } = this.record
    const leftOver = (owed.length > 0 && !lost) || this.#pending.reload || this.#pending.all
    const nextAt = plan.length > 0 && this.isReady ? Math.min(...plan.map((check) => check.nextAt)) : undefined
    const lastAt = this.isReady ? (evaluatedAt ?? undefined) : undefined
    const standing = { nextAt, lastAt, retryAt: retryAt ?? undefined, leftOver }
    return whyEvaluate(standing, this.#options.clock()) !== undefined
  }

  async #evaluate(): Promise<void> {
    const { clock, random, log, timeout, onEvaluated, onFailure } = this.#options
    const wish = { reload: this.#wish.reload || this.#pending.reload, all: this.#wish.all || this.#pending.all }
    this.#wish = NO_WISH
    this.#pending = NO_WISH
    const startedAt = clock()
    const begun = performance.now()
    // Its reading and starting takes time besides, and one query may begin at the very end.
    const limit = BUDGET + 3 * timeout + 120_000
    const onWaiting = (holder: number | undefined) =>
      log('info', 'waiting', `a run${holder ? ` (process ${holder})` : ''} is using the state; waiting for it to end`)
    this.#running = new EvaluationProcess(this.#toOrder(wish, startedAt), { limit, onWaiting })
    const outcome = await this.#running.ended
    this.#running = undefined
    if (this.#stopped) return
    const took = performance.now() - begun
    const { state, pending = NO_WISH } = applyOutcome(this.#state, outcome, {
      now: clock(),
      took,
      wish,
      delayOf: (failures) => retryDelay(failures, random),
      log,
    })
    this.#state = state
    this.#pending = pending
    this.#armRetry()
    this.#write()
    if (outcome.kind === 'evaluated') onEvaluated?.(outcome, took)
    if (outcome.kind !== 'evaluated') onFailure?.(outcome.kind === 'unsound' ? 'checks' : outcome.kind)
    else if (outcome.lost) onFailure?.('source')
  }

  /** Ticks are too far apart for the first attempts after a failure. */
  #armRetry(): void {
    clearTimeout(this.#retry)
    const { retryAt } = this.record
    if (retryAt === null) return
    const wait = Math.max(0, retryAt - this.#options.clock())
    this.#retry = setTimeout(() => void this.look().catch(this.#options.onUnforeseen), wait).unref()
  }

  #toOrder({ reload, all }: Wish, now: number): EvaluationOrder {
    const { flags, state, grace = GRACE } = this.#options
    const { owed, suspects, asset, source, lost } = this.record
    const { content } = this.#state
    return {
      flags,
      state,
      content: reload ? undefined : content,
      all,
      owed,
      suspects,
      seen: asset ?? undefined,
      source: source ?? undefined,
      recordLoss: lost !== null && now - lost.since >= grace,
      budget: BUDGET,
    }
  }

  #write(): void {
    const { state, log } = this.#options
    try {
      writeWatchRecord(state, this.record)
    } catch (error) {
      log('warning', 'record', `what --status shows cannot be written: ${(error as Error).message}`)
    }
  }
}
