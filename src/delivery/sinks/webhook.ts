import { validateHeaderName } from 'node:http'
import { messageOf } from '../../core/errors.ts'
import type {
  Outgoing,
  SendResult,
  Sink,
  SinkContext,
  SinkFailure,
  SinkKind,
  SinkOption,
  SinkOptions,
} from '../../core/sink.ts'
import { HTTP_OPTIONS, type HttpAnswer, HttpPlace, isAnswer, readHeaderValue, readUrl } from '../http-place.ts'
import { readSettings, wrongOption } from '../read-settings.ts'
import { type Outcome, sendByAsset } from '../send-by-asset.ts'
import { failAt } from '../send-failure.ts'
import { type PartResult, type Piece, sendParts, writeDocument } from '../send-parts.ts'
import { idOfWebhook, readWebhookSecrets, signWebhook } from '../sign-webhook.ts'

const OPTIONS = {
  url: { type: 'text', required: true, help: 'where events are posted to' },
  secret: {
    type: 'secret',
    help: 'whsec_…, to sign with (Standard Webhooks); two with a space between while keys change',
  },
  headers: { type: 'mapping', help: 'further headers, such as Authorization' },
  batch: { type: 'boolean', default: false, help: 'post several events at a time, as a JSON array' },
  concurrency: { type: 'integer', default: 4, min: 1, max: 64, help: 'how many assets are posted of at a time' },
  ...HTTP_OPTIONS,
} as const satisfies Record<string, SinkOption>

const MOST_BYTES = 1_000_000
/** Events that were taken out of turn and are remembered; more would only be sent twice. */
const MOST_AHEAD = 10_000

/** Posts events as JSON, signed as Standard Webhooks 1.0.0 has it. */
export const webhookSink: SinkKind = {
  type: 'webhook',
  help: 'posts events as JSON over HTTP, signed as Standard Webhooks has it',
  options: OPTIONS,
  batch: 256,
  open: (options, context) => new WebhookSink(options, context),
}

class WebhookSink implements Sink {
  readonly #place: HttpPlace
  readonly #context: SinkContext
  readonly #secrets: readonly Buffer[]
  readonly #batch: boolean
  /** Whether the operator chose the content type. */
  readonly #ownType: boolean
  readonly #concurrency: number
  /** UUIDs of events that were taken while one before them was not. */
  readonly #ahead = new Set<string>()
  #gone: string | undefined

  constructor(options: SinkOptions, context: SinkContext) {
    const settings = readSettings(OPTIONS, options, context)
    this.#context = context
    this.#batch = settings.batch
    this.#concurrency = settings.concurrency
    this.#secrets = settings.secret === undefined ? [] : readWebhookSecrets(settings.secret, context)
    const secrets = settings.secret?.split(/[\s,]+/).flatMap((secret) => [secret, secret.replace('whsec_', '')]) ?? []
    const headers = { 'user-agent': 'keelson', ...readHeaders(settings.headers ?? {}, context) }
    this.#ownType = Object.hasOwn(headers, 'content-type')
    const connections = settings.batch ? 1 : settings.concurrency
    this.#place = new HttpPlace({
      url: readUrl(settings.url, context),
      settings,
      context,
      headers,
      secrets,
      secretPath: true,
      connections,
    })
  }

  async send(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    try {
      if (!this.#batch) return await this.#sendEach(events, signal)
      return await sendParts(events, {
        bytes: MOST_BYTES,
        write: writeDocument,
        sendPart: (part) => this.#post(part, `[${part.map(({ text }) => text).join()}]`, signal),
      })
    } catch (error) {
      return failAt(0, { reason: 'local', message: `the webhook could not be sent: ${messageOf(error)}` })
    }
  }

  async close(): Promise<void> {
    this.#place.close()
  }

  async #sendEach(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    const { ahead, ...result } = await sendByAsset(events, this.#concurrency, (outgoing) =>
      this.#sendOne(outgoing, signal),
    )
    for (const { event } of events.slice(0, result.settled)) this.#ahead.delete(event.uuid)
    if (this.#ahead.size + ahead.length > MOST_AHEAD) this.#ahead.clear()
    for (const { event } of ahead) this.#ahead.add(event.uuid)
    return result
  }

  async #sendOne(outgoing: Outgoing, signal: AbortSignal): Promise<Outcome> {
    if (this.#ahead.has(outgoing.event.uuid)) return 'taken'
    const { settled, refused, failure } = await sendParts([outgoing], {
      bytes: MOST_BYTES,
      write: writeDocument,
      sendPart: (part) => this.#post(part, part[0]?.text ?? '', signal),
    })
    if (failure) return failure
    const refusal = refused?.[0]?.message
    return settled === 1 && refusal === undefined ? 'taken' : { refusal: refusal ?? '' }
  }

  async #post(part: readonly Piece[], body: string, signal: AbortSignal): Promise<PartResult> {
    if (this.#gone) return refuseAll(part, this.#gone)
    const events = part.map(({ outgoing }) => outgoing)
    const signed = signWebhook(idOfWebhook(events), Math.floor(this.#context.clock() / 1000), body, this.#secrets)
    const answer = await this.#place.post(body, { ...this.#typeOf(events[0]), ...signed }, signal)
    if (!isAnswer(answer)) return { settled: 0, failure: answer }
    const { status } = answer
    if (status >= 200 && status < 300) return { settled: part.length }
    if (status === 410) return refuseAll(part, this.#stop(answer))
    const failure = this.#place.fail(answer)
    if (!isRefusal(status)) return { settled: 0, failure: part.length > 1 ? blameAll(failure) : failure }
    return { refusal: failure.message }
  }

  // The receiver asks never to be called again, and is not until we start anew.
  #stop(answer: HttpAnswer): string {
    const message = `${this.#place.describe(answer)}: it wants no more events; pause or remove this sink`
    if (!this.#gone) this.#context.log(`sink ${this.#context.name}: ${message}`)
    this.#gone = message
    return message
  }

  #typeOf(outgoing: Outgoing | undefined): Record<string, string> {
    if (this.#ownType) return {}
    const isCloudEvent = Object.hasOwn(Object(outgoing?.document), 'specversion')
    if (!isCloudEvent) return { 'content-type': 'application/json' }
    return { 'content-type': `application/cloudevents${this.#batch ? '-batch' : ''}+json` }
  }
}

/** What Standard Webhooks calls a failure is one for good where the same request could never succeed. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 407, 408, 409, 425, 429].includes(status)
}

function refuseAll(part: readonly Piece[], message: string): SendResult {
  return { settled: part.length, refused: part.map((_, index) => ({ index, message })) }
}

/** Which of several events is meant by `409 Conflict` is not told. */
function blameAll(failure: SinkFailure): SinkFailure {
  return failure.reason === 'event' ? { ...failure, reason: 'server' } : failure
}

function readHeaders(headers: Readonly<Record<string, string>>, context: SinkContext): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => {
    const lower = name.toLowerCase()
    if (!isHeaderName(name)) throw wrongOption(context, 'headers', 'names a header that cannot be', 'such as X-Team')
    if (/^(?:host|content-length|connection|transfer-encoding|expect|upgrade|webhook-.*)$/.test(lower)) {
      throw wrongOption(context, 'headers', `must not set ${lower}`, 'we set it ourselves; leave it out')
    }
    return [lower, readHeaderValue(value, context, `headers.${lower}`)]
  })
  return Object.fromEntries(entries)
}

function isHeaderName(name: string): boolean {
  try {
    validateHeaderName(name)
    return true
  } catch {
    return false
  }
}
