import type { Socket } from 'node:net'
import { messageOf, SourceError } from '../core/errors.ts'
import type { TextRow } from '../core/source.ts'
import { connectSocket } from './connect-socket.ts'
import {
  type AwaitedCall,
  CallRefusedError,
  decodeExtensions,
  decodeNothing,
  decodeOptions,
  decodeResponse,
  decodeStatus,
} from './decode-reply.ts'
import { encodeRequest } from './encode-request.ts'
import { MessageScanner, type ScannedMessage } from './message-scanner.ts'
import type {
  ExtensionInfo,
  ExtensionMethods,
  ExtensionOption,
  ExtensionRegistry,
  ExtensionResponseValue,
  ExtensionStatusValue,
} from './protocol.ts'

export interface ClientOptions {
  /** Milliseconds for connecting, and for each call that gives no limit of its own; 60,000 unless given. */
  readonly timeout?: number
  /** Cap for one answer, in bytes; 256 MiB unless given. */
  readonly maxBytes?: number
}

interface PendingCall {
  resolve(message: ScannedMessage): void
  reject(error: SourceError): void
}

/**
 * One connection to the socket of osquery or of an extension: a unix socket's path or a Windows pipe's name. It carries
 * one call at a time. Calls reject with SourceError; after `timeout`, `gone` and `protocol` the connection is closed,
 * since a late answer would be taken for the next one's.
 */
export class ExtensionClient {
  readonly #socket: Socket
  readonly #scanner: MessageScanner
  readonly #timeout: number
  readonly #path: string
  #pending: PendingCall | undefined
  #busy = false
  #seqid = 0
  #failure: SourceError | undefined

  private constructor(socket: Socket, path: string, options: ClientOptions) {
    this.#socket = socket
    this.#path = path
    this.#timeout = options.timeout ?? 60_000
    this.#scanner = new MessageScanner({
      expect: 'reply',
      ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
    })
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('error', (cause) => this.#fail(this.#gone(`the connection to ${path} broke: ${cause.message}`, cause)))
    socket.on('close', () => this.#fail(this.#gone(`${path} closed the connection before it had answered`)))
  }

  /** Rejects with SourceError: `gone` with the system's error as its cause, or `timeout`. */
  static async connect(path: string, options: ClientOptions = {}): Promise<ExtensionClient> {
    return new ExtensionClient(await connectSocket(path, options.timeout ?? 60_000), path, options)
  }

  /** Whether another call may be made. */
  get usable(): boolean {
    return !this.#failure && !this.#busy && this.#socket.writable
  }

  ping(timeout?: number): Promise<ExtensionStatusValue> {
    return this.#exchange('ping', [], decodeStatus, timeout)
  }

  query(sql: string, timeout?: number): Promise<ExtensionResponseValue> {
    return this.#exchange('query', [sql], decodeResponse, timeout)
  }

  /** One row per column of the statement, its only entry the column's name and type. */
  getQueryColumns(sql: string, timeout?: number): Promise<ExtensionResponseValue> {
    return this.#exchange('getQueryColumns', [sql], decodeResponse, timeout)
  }

  /** The registered extensions by uuid. */
  extensions(timeout?: number): Promise<Map<number, ExtensionInfo>> {
    return this.#exchange('extensions', [], decodeExtensions, timeout)
  }

  /** osquery's flags by name. */
  options(timeout?: number): Promise<Map<string, ExtensionOption>> {
    return this.#exchange('options', [], decodeOptions, timeout)
  }

  /** Calls a plugin, such as `call('table', 'users', { action: 'columns' })`. */
  call(registry: string, item: string, request: TextRow, timeout?: number): Promise<ExtensionResponseValue> {
    return this.#exchange('call', [registry, item, request], decodeResponse, timeout)
  }

  /** The status carries the new extension's uuid. */
  registerExtension(info: ExtensionInfo, registry: ExtensionRegistry, timeout?: number): Promise<ExtensionStatusValue> {
    return this.#exchange('registerExtension', [info, registry], decodeStatus, timeout)
  }

  deregisterExtension(uuid: number, timeout?: number): Promise<ExtensionStatusValue> {
    return this.#exchange('deregisterExtension', [uuid], decodeStatus, timeout)
  }

  /** Asks an extension to end; a manager answers and does nothing. */
  shutdown(timeout?: number): Promise<void> {
    return this.#exchange('shutdown', [], decodeNothing, timeout)
  }

  /** Ends the connection; a call under way fails with `gone`. */
  close(): void {
    this.#fail(this.#gone(`the connection to ${this.#path} was closed`))
  }

  async #exchange<Method extends keyof ExtensionMethods, Value>(
    method: Method,
    args: ExtensionMethods[Method],
    decode: (message: ScannedMessage, call: AwaitedCall) => Value | Promise<Value>,
    timeout = this.#timeout,
  ): Promise<Value> {
    if (this.#failure) throw this.#failure
    if (this.#busy) throw new Error(`${this.#path} is still busy with another call on this connection`)
    const call = { method, seqid: this.#seqid }
    const request = encodeRequest(method, args, call.seqid)
    this.#seqid = (this.#seqid + 1) & 0x7fffffff
    this.#busy = true
    try {
      return await decode(await this.#send(request, method, timeout), call)
    } catch (error) {
      throw this.#explain(error)
    } finally {
      this.#busy = false
    }
  }

  #send(request: Buffer, method: string, timeout: number): Promise<ScannedMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const hint = 'raise the time limit, or make the question cheaper'
        this.#fail(
          new SourceError('timeout', `no answer to ${method} from ${this.#path} in ${Math.round(timeout)} ms`, {
            hint,
          }),
        )
      }, timeout)
      const settle = (): void => {
        clearTimeout(timer)
        this.#pending = undefined
      }
      this.#pending = {
        resolve: (message) => {
          settle()
          resolve(message)
        },
        reject: (error) => {
          settle()
          reject(error)
        },
      }
      this.#socket.write(request)
    })
  }

  #receive(chunk: Buffer): void {
    try {
      for (const message of this.#scanner.push(chunk)) {
        if (this.#pending) this.#pending.resolve(message)
        else this.#fail(new SourceError('protocol', `${this.#path} sent an answer that nobody had asked for`))
      }
    } catch (error) {
      this.#fail(this.#misunderstood(error))
    }
  }

  #explain(error: unknown): SourceError {
    if (error instanceof SourceError) return error
    if (error instanceof CallRefusedError) {
      // A failure inside the method is the statement's fault; anything else is a disagreement about the protocol.
      const failure = error.type === 0 || error.type === 6 ? 'sql' : 'protocol'
      return new SourceError(failure, error.message, { cause: error })
    }
    const misunderstood = this.#misunderstood(error)
    this.#fail(misunderstood)
    return misunderstood
  }

  #misunderstood(cause: unknown): SourceError {
    const hint = 'is this the extension socket of osquery, and the answer within the size limit?'
    return new SourceError('protocol', `cannot read what ${this.#path} sent: ${messageOf(cause)}`, { cause, hint })
  }

  #gone(message: string, cause?: unknown): SourceError {
    const hint = "osquery's process may have ended or been killed by its watchdog; see its log"
    return new SourceError('gone', message, { hint, ...(cause === undefined ? {} : { cause }) })
  }

  #fail(error: SourceError): void {
    this.#failure ??= error
    this.#socket.destroy()
    this.#pending?.reject(this.#failure)
  }
}
