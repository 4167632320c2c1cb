import type {
  Outgoing,
  SendResult,
  Sink,
  SinkContext,
  SinkFailureReason,
  SinkKind,
  SinkOption,
  SinkOptions,
} from '../../core/sink.ts'
import {
  HTTP_OPTIONS,
  type HttpAnswer,
  HttpPlace,
  isAnswer,
  readHeaderValue,
  readUrl,
  reasonOf,
} from '../http-place.ts'
import { parseObject } from '../parse-object.ts'
import { readSettings, wrongOption } from '../read-settings.ts'
import { failAt } from '../send-failure.ts'
import { type PartResult, type Piece, sendParts } from '../send-parts.ts'

const OPTIONS = {
  url: { type: 'text', required: true, help: 'the address of Elasticsearch or OpenSearch, such as https://es:9200' },
  index: { type: 'text', required: true, help: 'the index or data stream that events are put into' },
  api_key: { type: 'secret', help: 'an API key, in the encoded form that Elasticsearch shows' },
  user: { type: 'text', help: 'a name to log in with, instead of an API key' },
  password: { type: 'secret', help: 'its password' },
  ...HTTP_OPTIONS,
} as const satisfies Record<string, SinkOption>

const MOST_BYTES = 5_000_000
// Only what is needed, so that the answer to many events stays small.
const ANSWER_PARTS = 'errors,items.*.status,items.*.error.type,items.*.error.reason'

/** Puts events into Elasticsearch or OpenSearch, each under its UUID, so that a repeated one is no second document. */
export const elasticSink: SinkKind = {
  type: 'elastic',
  help: 'puts events into Elasticsearch or OpenSearch, each under its UUID',
  options: OPTIONS,
  batch: 500,
  open: (options, context) => new ElasticSink(options, context),
}

class ElasticSink implements Sink {
  readonly #place: HttpPlace

  constructor(options: SinkOptions, context: SinkContext) {
    const settings = readSettings(OPTIONS, options, context)
    const url = readUrl(settings.url, context)
    const index = readIndex(settings.index, context)
    url.pathname = `${url.pathname.replace(/\/*$/, '')}/${encodeURIComponent(index)}/_bulk`
    url.search = `filter_path=${ANSWER_PARTS}`
    const login = readLogin(settings, context)
    const headers = { ...login, 'content-type': 'application/x-ndjson', 'user-agent': 'keelson' }
    const secrets = [settings.api_key ?? '', settings.password ?? '']
    this.#place = new HttpPlace({ url, settings, context, headers, secrets })
  }

  send(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    const sendPart = (part: readonly Piece[]) => this.#sendPart(part, signal)
    return sendParts(events, { bytes: MOST_BYTES, write: writeAction, sendPart }).catch((error) =>
      failAt(0, { reason: 'local', message: `events could not be sent: ${String(error)}` }),
    )
  }

  async close(): Promise<void> {
    this.#place.close()
  }

  async #sendPart(part: readonly Piece[], signal: AbortSignal): Promise<PartResult> {
    const answer = await this.#place.post(part.map(({ text }) => text).join(''), {}, signal)
    if (!isAnswer(answer)) return { settled: 0, failure: answer }
    const { status } = answer
    if (status >= 200 && status < 300) return this.#readItems(answer, part.length)
    // The body is too large, or not understood.
    if (status === 413 || status === 400) return { refusal: this.#place.describe(answer) }
    return { settled: 0, failure: this.#place.fail(answer) }
  }

  #readItems(answer: HttpAnswer, count: number): PartResult {
    // Many errors make an answer long: fewer events at a time then, of which those that are in are known again.
    if (answer.cut && count > 1) return { refusal: 'the answer is too long' }
    const { items } = parseObject(answer.body)
    if (!Array.isArray(items) || items.length !== count) {
      const advice = 'this is no answer of a bulk request; check url'
      return { settled: 0, failure: this.#place.fail(answer, 'server', advice) }
    }
    const refused: { index: number; message: string }[] = []
    for (const [index, item] of items.entries()) {
      const { status, said } = readItem(item)
      if (isTaken(status)) continue
      const message = `${describeIndex(status)}: ${this.#place.quote(said)}`
      if (isRefused(status)) refused.push({ index, message })
      else return { settled: index, refused, failure: { reason: reasonOfItem(status), message } }
    }
    return { settled: count, refused }
  }
}

/** An event as an action and its document. A data stream takes no document without `@timestamp`. */
function writeAction({ event, document }: Outgoing): string {
  if (typeof document !== 'object' || document === null) throw new TypeError('there is no document')
  const timed = Object.hasOwn(document, '@timestamp') ? document : { '@timestamp': event.timestamp, ...document }
  return `${JSON.stringify({ create: { _id: event.uuid } })}\n${JSON.stringify(timed)}\n`
}

function readItem(item: unknown): { readonly status: number; readonly said: string } {
  const [result] = Object.values(Object(item)) as ({
    status?: unknown
    error?: { type?: unknown; reason?: unknown }
  } | null)[]
  const { type, reason } = result?.error ?? {}
  const said = [type, reason].filter((part) => typeof part === 'string').join(': ')
  return { status: typeof result?.status === 'number' ? result.status : 0, said }
}

/** `create` answers 409, version_conflict_engine_exception, where a document of this id is there already. */
function isTaken(status: number): boolean {
  return (status >= 200 && status < 300) || status === 409
}

/** Such as 400, document_parsing_exception: this document will never fit the index. 404 says that there is no index. */
function isRefused(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 404, 408, 425, 429].includes(status)
}

// Whatever is not understood is the server's fault.
function reasonOfItem(status: number): SinkFailureReason {
  const reason = reasonOf(status)
  return reason === 'event' ? 'server' : reason
}

function describeIndex(status: number): string {
  return `the index answered ${status}`
}

/** A name that both accept, https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-create. */
function readIndex(name: string, context: SinkContext): string {
  const isValid =
    /^[^\s\\/*?"<>|,#:A-Z\p{Cc}]+$/u.test(name) && !/^[-_+]|^\.\.?$/.test(name) && Buffer.byteLength(name) <= 255
  if (isValid) return name
  throw wrongOption(context, 'index', 'is no name of an index', 'lower case, without spaces, such as keelson-events')
}

function readLogin(
  {
    api_key: key,
    user,
    password,
  }: { api_key: string | undefined; user: string | undefined; password: string | undefined },
  context: SinkContext,
): Record<string, string> {
  if (key !== undefined && (user !== undefined || password !== undefined)) {
    throw wrongOption(context, 'api_key', 'is given beside a user', 'give an API key, or user and password')
  }
  if (key !== undefined) return { authorization: `ApiKey ${readHeaderValue(key, context, 'api_key')}` }
  if ((user === undefined) !== (password === undefined)) {
    const [given, missing] = user === undefined ? ['password', 'user'] : ['user', 'password']
    throw wrongOption(context, given as string, `says nothing without ${missing}`, 'give both, or neither')
  }
  if (user === undefined) return {}
  if (user.includes(':')) throw wrongOption(context, 'user', 'must not hold a colon', 'HTTP could not tell it apart')
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}
