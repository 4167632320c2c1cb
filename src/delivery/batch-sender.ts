import { messageOf } from '../core/errors.ts'
import type { Outgoing, SendResult, Sink, SinkFailure } from '../core/sink.ts'

/**
 * Hands events to a sink, as many at a time as it takes. One entry may have become many events: of those the first are
 * not sent again when the rest was not taken.
 */
export class BatchSender {
  readonly #sink: Sink
  readonly #batch: number
  /** UUIDs of events that were taken, of the entry that was not taken as a whole. */
  readonly #taken = new Set<string>()

  constructor({ sink, batch }: { readonly sink: Sink; readonly batch: number }) {
    this.#sink = sink
    this.#batch = batch
  }

  /** Never rejects; a failure is given whenever not all were settled. */
  async send(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    const places = events.flatMap(({ event }, place) => (this.#taken.has(event.uuid) ? [] : [place]))
    const refused: { index: number; message: string }[] = []
    let done = 0
    let failure: SinkFailure | undefined
    while (done < places.length && !failure) {
      const part = places.slice(done, done + this.#batch)
      const answer = await this.#sendPart(
        part.map((place) => events[place] as Outgoing),
        signal,
      )
      for (const { index, message } of answer.refused ?? []) refused.push({ index: part[index] ?? 0, message })
      done += answer.settled
      if (answer.settled < part.length) failure = answer.failure ?? SILENT
    }
    const settled = places[done] ?? events.length
    this.#note(events, settled)
    return { settled, refused, ...(failure ? { failure } : {}) }
  }

  async #sendPart(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    try {
      return await this.#sink.send(events, signal)
    } catch (error) {
      // A sink must not, but a fault in one must not end delivery to the others either.
      return { settled: 0, failure: { reason: 'local', message: messageOf(error) } }
    }
  }

  #note(events: readonly Outgoing[], settled: number): void {
    this.#taken.clear()
    const next = events[settled]
    if (!next) return
    for (const { sequence, event } of events.slice(0, settled)) {
      if (sequence === next.sequence) this.#taken.add(event.uuid)
    }
  }
}

const SILENT: SinkFailure = { reason: 'local', message: 'it took only part of the events, and did not say why' }
