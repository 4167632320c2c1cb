import { messageOf } from '../core/errors.ts'
import type { SendResult, Sink, SinkContext } from '../core/sink.ts'
import { OptionError } from './read-settings.ts'

/** Shorter ones stand in too many words. */
const SHORTEST = 4

/** Takes secrets out of a text, in every form in which they are likely to stand there. */
export function createHider(secrets: readonly string[]): (text: string) => string {
  const lines = secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/)])
  const forms = lines.flatMap((secret) => [
    secret,
    secret.trim(),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
  ])
  // The longest first, so that no part of one is left.
  const all = [...new Set(forms)].filter((form) => form.length >= SHORTEST)
  all.sort((one, other) => other.length - one.length)
  return (text) => all.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text)
}

/**
 * Opens a sink of which nothing that is said holds a secret, whatever the sink itself takes care of.
 * @throws OptionError or KeelsonError for wrong options
 */
export function openHiding(
  open: (context: SinkContext) => Sink,
  context: SinkContext,
  hide: (text: string) => string,
): Sink {
  const sink = openSink(open, { ...context, log: (message) => context.log(hide(message)) }, hide)
  return {
    send: async (events, signal) => {
      try {
        return hideIn(await sink.send(events, signal), hide)
      } catch (error) {
        // Not as its cause: whoever shows that would show what is hidden here.
        throw new Error(hide(messageOf(error)))
      }
    },
    close: () => sink.close(),
  }
}

function openSink(open: (context: SinkContext) => Sink, context: SinkContext, hide: (text: string) => string): Sink {
  try {
    return open(context)
  } catch (error) {
    if (error instanceof OptionError) {
      throw new OptionError(error.option, hide(error.message), error.hint === undefined ? '' : hide(error.hint))
    }
    throw new OptionError('type', hide(`sink ${context.name} cannot be opened: ${messageOf(error)}`), '')
  }
}

function hideIn(result: SendResult, hide: (text: string) => string): SendResult {
  const { refused, failure } = result
  return {
    ...result,
    ...(refused ? { refused: refused.map(({ index, message }) => ({ index, message: hide(message) })) } : {}),
    ...(failure ? { failure: { ...failure, message: hide(failure.message) } } : {}),
  }
}
