import { retryDelay, type SinkState } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'
import type { GovernorStore } from '../core/governor-store.ts'
import { BatchSender } from './batch-sender.ts'
import type { SinkRunnerOptions } from './sink-runner.ts'

/** Gives a sink the events that sum up what it was not given. They stand in no ledger, and wait in the state. */
export class SummarySender {
  readonly #options: SinkRunnerOptions & { readonly memory: GovernorStore }
  readonly #sender: BatchSender

  constructor(options: SinkRunnerOptions & { readonly memory: GovernorStore }) {
    this.#options = options
    this.#sender = new BatchSender(options)
  }

  /** Answers how many milliseconds the sink waits; 0: it took them. */
  async send(summaries: readonly Event[], state: SinkState, signal: AbortSignal): Promise<number> {
    const { store, memory, name, clock, random, format, onFailure, onChange } = this.#options
    const outgoing = summaries.map((event) => ({ sequence: 0, event, document: format(event) }))
    const { settled, refused = [], failure } = await this.#sender.send(outgoing, signal)
    for (const { uuid } of summaries.slice(0, settled)) await memory.forget(name, uuid)
    const now = clock()
    const delivered = settled - refused.length
    if (!failure || signal.aborted) {
      await store.settle(name, { delivered, ...(settled > 0 ? { failure: null } : {}), now })
      if (settled > 0 && state.failure) onChange?.(null)
      return 0
    }
    onFailure?.(failure)
    if (failure.message !== state.failure?.message) onChange?.(failure)
    const attempts = settled > 0 ? 1 : state.attempts + 1
    const delay = retryDelay(attempts - 1, random(), failure.retryAfter)
    await store.settle(name, { delivered, failure: { failure, attempts, nextTry: now + delay }, now })
    return delay
  }
}
