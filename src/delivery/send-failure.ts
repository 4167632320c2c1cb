import { shortenText } from '../core/shorten-text.ts'
import type { SendResult, SinkFailureReason } from '../core/sink.ts'
import { forTerminal } from '../formats/escape.ts'

/** Why a send ended early, for whoever catches it; it becomes the failure of a SendResult. */
export class SendError extends Error {
  readonly reason: SinkFailureReason

  constructor(reason: SinkFailureReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SendError'
    this.reason = reason
  }
}

/** The answer to a batch of which only the first were settled. */
export function failAt(
  settled: number,
  error: { readonly reason: SinkFailureReason; readonly message: string },
  refused: NonNullable<SendResult['refused']> = [],
): SendResult {
  const { reason, message } = error
  return { ...settle(settled, refused), failure: { reason, message } }
}

/** The answer to a batch of which the first were settled, some of them refused for good. */
export function settle(settled: number, refused: NonNullable<SendResult['refused']> = []): SendResult {
  const kept = refused.filter(({ index }) => index < settled)
  return kept.length > 0 ? { settled, refused: kept } : { settled }
}

/** What somebody else said, fit for one of our messages: on one line, unseen characters shown, not too long. */
export function quoteText(text: string): string {
  return shortenText(forTerminal(text).trim(), LONGEST_QUOTE)
}

const LONGEST_QUOTE = 200
