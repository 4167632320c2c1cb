import { STATUS_CODES } from 'node:http'
import { describeUrl } from '../clients/describe-url.ts'
import { type HttpAnswer, HttpClient, isAnswer } from '../clients/http.ts'
import { parseRetryAfter } from '../clients/retry-after.ts'
import type { SinkContext, SinkFailure, SinkFailureReason, SinkOption } from '../core/sink.ts'
import { wrongOption } from './read-settings.ts'
import { readTls, TLS_OPTIONS } from './read-tls.ts'
import { quoteText } from './send-failure.ts'

/** The options of every sink that speaks HTTP. */
export const HTTP_OPTIONS = {
  timeout: { type: 'duration', default: 15, min: 1, max: 300, help: 'how long an answer may take' },
  ...TLS_OPTIONS,
} as const satisfies Record<string, SinkOption>

export interface HttpSettings {
  readonly timeout: number
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

export interface HttpPlaceOptions {
  readonly url: URL
  readonly settings: HttpSettings
  readonly context: SinkContext
  readonly headers: Readonly<Record<string, string>>
  /** What must never be shown, though the other side may say it. */
  readonly secrets: readonly string[]
  /** Whether the address itself may be a secret, as where a token stands in its path. */
  readonly secretPath?: boolean
  readonly connections?: number
}

/** Where a sink posts to, and how its answers are told. */
export class HttpPlace {
  readonly #client: HttpClient
  readonly #where: string
  readonly #clock: () => number
  readonly #secrets: readonly string[]

  /** @throws KeelsonError when the files of ca, cert and key cannot be used */
  constructor({ url, settings, context, headers, secrets, secretPath = false, connections = 1 }: HttpPlaceOptions) {
    const tls = readTls(settings, context)
    this.#client = new HttpClient({ url, headers, timeout: settings.timeout * 1000, connections, tls })
    this.#where = describeUrl(url)
    this.#clock = context.clock
    this.#secrets = sortSecrets([...secrets, ...secretsOf(headers), ...secretsOfUrl(url, secretPath)])
  }

  /** What was answered, or why nothing was; see HttpClient. */
  post(
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpAnswer | SinkFailure> {
    return this.#client.post(body, headers, signal)
  }

  close(): void {
    this.#client.close()
  }

  /** Such as `https://example.org/… answered 503 Service Unavailable: try later`, without any secret. */
  describe({ status, headers, body }: HttpAnswer): string {
    const answered = `${this.#where} answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()
    if (status >= 300 && status < 400) return `${answered}, which points to ${describeTarget(headers.location)}`
    const said = this.quote(body)
    return said === '' ? answered : `${answered}: ${said}`
  }

  /** The failure that an answer stands for, with the patience that it asks for. */
  fail(answer: HttpAnswer, reason: SinkFailureReason = reasonOf(answer.status), advice = ''): SinkFailure {
    const hint = advice || adviceFor(answer.status)
    const message = `${this.describe(answer)}${hint && `; ${hint}`}`
    const retryAfter = parseRetryAfter(answer.headers['retry-after'], this.#clock())
    return { reason, message, ...(retryAfter === undefined ? {} : { retryAfter }) }
  }

  /** What the other side says, fit for a message: on one line, not too long, without any secret. */
  quote(text: string): string {
    const shown = this.#secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text)
    return quoteText(shown.replace(/\s+/g, ' '))
  }
}

/** What a status says, read as RFC 9110 has it: 408, 409, 425 and 429 pass by themselves, as does what begins with 5. */
export function reasonOf(status: number): SinkFailureReason {
  if (status === 401 || status === 403 || status === 407) return 'unauthorized'
  if (status === 408) return 'timeout'
  if (status === 409 || status === 425) return 'event'
  return status === 429 ? 'rate_limited' : 'server'
}

export { type HttpAnswer, isAnswer }

/** An address of http or https. @throws KeelsonError */
export function readUrl(text: string, context: SinkContext, option = 'url'): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol)) {
    url.hash = ''
    return url
  }
  throw wrongOption(context, option, 'is no address', 'it begins with https:// or http://')
}

/** A value that a header can hold. @throws KeelsonError */
export function readHeaderValue(text: string, context: SinkContext, option: string): string {
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text)) return text
  throw wrongOption(
    context,
    option,
    'must be printable ASCII without spaces around it',
    'is there a newline at its end?',
  )
}

function adviceFor(status: number): string {
  if (status >= 300 && status < 400) return 'redirects are not followed: write the address that it points to in url'
  if (status === 401 || status === 403) return 'check its credentials'
  return status === 404 || status === 405 ? 'check the address in url' : ''
}

function describeTarget(location: string | undefined): string {
  const url = location && URL.canParse(location) ? new URL(location) : undefined
  return url && /^https?:$/.test(url.protocol) ? describeUrl(url) : 'another place'
}

const SHORTEST_SECRET = 4

/** What is worth hiding, the longest first, so that no part of one is left. */
function sortSecrets(texts: readonly string[]): string[] {
  const long = texts.filter((text) => text.length >= SHORTEST_SECRET && !COMMON.test(text))
  return [...new Set(long)].sort((one, other) => other.length - one.length)
}

// Words that stand in many addresses and headers, and would make answers unreadable if they were hidden.
const COMMON = /^(?:services|collector|events?|hooks?|webhooks?|alerts?|notify|basic|bearer|splunk|apikey)$/i

function secretsOf(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => (isPlain(name) ? [] : [value, ...value.split(' ')]))
}

function secretsOfUrl(url: URL, secretPath: boolean): string[] {
  const inPath = [url.search.slice(1), ...url.searchParams.values(), ...url.pathname.split('/')]
  const found = [url.username, url.password, ...(secretPath ? inPath : [])]
  return [...found, ...found.map(decode)]
}

function isPlain(name: string): boolean {
  return /^(?:content-type|user-agent|accept)$/i.test(name)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
