import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type RequestOptions,
  request as requestHttp,
} from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { urlToHttpOptions } from 'node:url'
import type { SinkFailure } from '../core/sink.ts'
import { describeUrl } from './describe-url.ts'
import { explainNetworkError } from './explain-network-error.ts'

export interface HttpClientOptions {
  readonly url: URL
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds for a whole exchange, from looking up the name to the answer's last byte. */
  readonly timeout: number
  /** The most connections that are open at a time. */
  readonly connections: number
  /** PEM texts; with `ca`, only certificates of these authorities are accepted. */
  readonly tls?: {
    readonly ca?: string | undefined
    readonly cert?: string | undefined
    readonly key?: string | undefined
  }
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Its first bytes, as text. */
  readonly body: string
  /** Whether there was more than is read. */
  readonly cut: boolean
}

/** The most of an answer that is read. */
export const MOST_BODY = 65_536
const IDLE = 30_000

/**
 * Posts to one URL over connections that are kept. Redirects are answers like any other, certificates are always
 * verified and proxies named in the environment are not used: nothing but the given address is ever called.
 */
export class HttpClient {
  readonly #options: HttpClientOptions
  readonly #agent: HttpAgent
  readonly #where: string
  readonly #target: RequestOptions

  constructor(options: HttpClientOptions) {
    this.#options = options
    this.#target = { ...urlToHttpOptions(options.url), method: 'POST' }
    this.#where = describeUrl(options.url)
    this.#agent = this.#openAgent(true)
  }

  /** What was answered, or why nothing was. Never rejects; ends with `signal`. */
  async post(
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpAnswer | SinkFailure> {
    const until = performance.now() + this.#options.timeout
    const bytes = Buffer.from(body)
    const first = await this.#exchange(this.#agent, bytes, headers, until, signal)
    if (first !== 'stale') return first
    // A kept connection that the other side closed just then says nothing of the request: it is made once more.
    const agent = this.#openAgent(false)
    const second = await this.#exchange(agent, bytes, headers, until, signal)
    return second === 'stale' ? this.#explain({ code: 'ECONNRESET' }) : second
  }

  close(): void {
    this.#agent.destroy()
  }

  #openAgent(keepAlive: boolean): HttpAgent {
    const { url, tls, connections } = this.#options
    const options = { keepAlive, maxSockets: connections, maxFreeSockets: connections, timeout: IDLE }
    // Said aloud, since an environment variable of Node's can turn verification off.
    return url.protocol === 'https:'
      ? new HttpsAgent({ ...options, ...tls, rejectUnauthorized: true })
      : new HttpAgent(options)
  }

  #open(agent: HttpAgent, bytes: Buffer, headers: Readonly<Record<string, string>>): ClientRequest {
    const { url } = this.#options
    const all = { ...this.#options.headers, ...headers, 'content-length': String(bytes.length) }
    const options = { ...this.#target, agent, headers: all }
    return url.protocol === 'https:' ? requestHttps(options) : requestHttp(options)
  }

  #exchange(
    agent: HttpAgent,
    bytes: Buffer,
    headers: Readonly<Record<string, string>>,
    until: number,
    signal: AbortSignal,
  ): Promise<HttpAnswer | SinkFailure | 'stale'> {
    const stopped: SinkFailure = { reason: 'local', message: `sending to ${this.#where} was stopped` }
    if (signal.aborted) return Promise.resolve(stopped)
    return new Promise((resolve) => {
      let request: ClientRequest
      try {
        request = this.#open(agent, bytes, headers)
      } catch (error) {
        resolve(this.#explain(error))
        return
      }
      let [begun, finished] = [false, false]
      const finish = (result: HttpAnswer | SinkFailure | 'stale') => {
        finished = true
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        resolve(result)
      }
      const fail = (result: SinkFailure | 'stale') => {
        if (finished) return
        finish(result)
        request.destroy()
      }
      const stop = () => fail(stopped)
      const late = () => fail({ reason: 'timeout', message: this.#describeDelay(begun) })
      const timer = setTimeout(late, Math.max(0, until - performance.now()))
      signal.addEventListener('abort', stop)
      request.on('error', (error) => {
        const isStale =
          request.reusedSocket && !begun && /^(?:ECONNRESET|EPIPE)$/.test(String(Reflect.get(error, 'code')))
        fail(isStale ? 'stale' : this.#explain(error))
      })
      request.on('close', () => fail(this.#explain({ code: 'ECONNRESET' })))
      request.on('response', (response) => {
        begun = true
        const chunks: Buffer[] = []
        let size = 0
        const finishWith = (cut: boolean) => {
          const body = Buffer.concat(chunks).subarray(0, MOST_BODY).toString()
          finish({ status: response.statusCode ?? 0, headers: response.headers, body, cut })
        }
        response.on('data', (chunk: Buffer) => {
          if (finished) return
          chunks.push(chunk)
          size += chunk.length
          if (size <= MOST_BODY) return
          finishWith(true)
          request.destroy()
        })
        response.on('end', () => finished || finishWith(false))
        response.on('error', (error) => fail(this.#explain(error)))
      })
      request.end(bytes)
    })
  }

  #explain(error: unknown): SinkFailure {
    return explainNetworkError(error, this.#where)
  }

  #describeDelay(begun: boolean): string {
    const seconds = this.#options.timeout / 1000
    return `${this.#where} ${begun ? 'began to answer but did not end' : 'did not answer'} within ${seconds} s`
  }
}

export function isAnswer(result: HttpAnswer | SinkFailure): result is HttpAnswer {
  return 'status' in result
}
