import type { Outgoing, SendResult, Sink, SinkContext, SinkKind, SinkOption, SinkOptions } from '../../core/sink.ts'
import { HTTP_OPTIONS, type HttpAnswer, HttpPlace, isAnswer, readHeaderValue, readUrl } from '../http-place.ts'
import { parseObject } from '../parse-object.ts'
import { readSettings } from '../read-settings.ts'
import { failAt } from '../send-failure.ts'
import { type PartResult, type Piece, sendParts } from '../send-parts.ts'

const OPTIONS = {
  url: { type: 'text', required: true, help: 'the address of the HTTP Event Collector, such as https://splunk:8088' },
  token: { type: 'secret', required: true, help: 'a token of the HTTP Event Collector' },
  index: { type: 'text', help: 'the index to write to, instead of the one of the token' },
  source: { type: 'text', default: 'keelson', help: 'the source that events carry' },
  sourcetype: { type: 'text', default: '_json', help: 'the source type that events carry' },
  host: { type: 'text', help: "the host that events carry, instead of their asset's name" },
  ...HTTP_OPTIONS,
} as const satisfies Record<string, SinkOption>

const PATH = '/services/collector/event'
/** Splunk's own clients send about so much at a time. */
const MOST_BYTES = 1_000_000

/** Sends events to Splunk's HTTP Event Collector, several in one request. */
export const splunkSink: SinkKind = {
  type: 'splunk',
  help: 'sends events to the HTTP Event Collector of Splunk',
  options: OPTIONS,
  batch: 500,
  open: (options, context) => new SplunkSink(options, context),
}

class SplunkSink implements Sink {
  readonly #place: HttpPlace
  readonly #fields: Readonly<Record<string, string>>
  readonly #host: string | undefined

  constructor(options: SinkOptions, context: SinkContext) {
    const settings = readSettings(OPTIONS, options, context)
    const token = readHeaderValue(settings.token, context, 'token')
    const url = readUrl(settings.url, context)
    if (!url.pathname.includes('/services/collector')) url.pathname = url.pathname.replace(/\/*$/, PATH)
    const headers = { authorization: `Splunk ${token}`, 'content-type': 'application/json', 'user-agent': 'keelson' }
    const { index, source, sourcetype } = settings
    this.#fields = { source, sourcetype, ...(index === undefined ? {} : { index }) }
    this.#host = settings.host
    this.#place = new HttpPlace({ url, settings, context, headers, secrets: [token] })
  }

  send(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    const write = (outgoing: Outgoing) => this.#write(outgoing)
    const sendPart = (part: readonly Piece[]) => this.#sendPart(part, signal)
    return sendParts(events, { bytes: MOST_BYTES, write, sendPart }).catch((error) => failAt(0, asLocal(error)))
  }

  async close(): Promise<void> {
    this.#place.close()
  }

  #write({ event, document }: Outgoing): string {
    if (document === undefined) throw new TypeError('there is no document')
    const time = Date.parse(event.timestamp) / 1000
    const host = this.#host ?? event.asset?.name
    return JSON.stringify({
      ...(Number.isNaN(time) ? {} : { time }),
      ...(host ? { host } : {}),
      ...this.#fields,
      event: document,
    })
  }

  async #sendPart(part: readonly Piece[], signal: AbortSignal): Promise<PartResult> {
    const answer = await this.#place.post(part.map(({ text }) => text).join('\n'), {}, signal)
    if (!isAnswer(answer)) return { settled: 0, failure: answer }
    return readAnswer(answer, part.length, this.#place)
  }
}

/**
 * Reads an answer by Splunk's table of codes (Troubleshoot HTTP Event Collector, Possible error codes). 6, 12, 13 and
 * 15 blame an event, which `invalid-event-number` counts from 0. Whether those before it were indexed is not promised,
 * so they are sent again. The other codes of 400 are about the token's settings, which the operator mends.
 */
function readAnswer(answer: HttpAnswer, count: number, place: HttpPlace): PartResult {
  const { status } = answer
  const { code, 'invalid-event-number': at } = parseObject(answer.body)
  if (status >= 200 && status < 300) {
    if (code === 0) return { settled: count }
    return { settled: 0, failure: place.fail(answer, 'server', 'this is no HTTP Event Collector; check url') }
  }
  if (status === 413) return { refusal: place.describe(answer) }
  if (status !== 400 || typeof code !== 'number') return { settled: 0, failure: place.fail(answer) }
  if ([6, 12, 13, 15].includes(code)) {
    return { refusal: place.describe(answer), at: Number.isSafeInteger(at) && Number(at) >= 0 ? Number(at) : undefined }
  }
  return { settled: 0, failure: place.fail(answer, 'unauthorized', ADVICE[code] ?? "check the token's settings") }
}

const ADVICE: Readonly<Record<number, string>> = {
  7: 'let the token write to this index, or choose another in index',
  10: 'turn off indexer acknowledgement for the token',
  11: 'turn off indexer acknowledgement for the token',
}

function asLocal(error: unknown): { reason: 'local'; message: string } {
  return { reason: 'local', message: `events could not be sent to Splunk: ${String(error)}` }
}
