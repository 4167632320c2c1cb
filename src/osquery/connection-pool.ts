import { SourceError } from '../core/errors.ts'
import { type ClientOptions, ExtensionClient } from './client.ts'

export interface PoolOptions extends ClientOptions {
  /** Calls under way at a time; further ones wait their turn. */
  readonly concurrency: number
}

/** A few connections to one socket. Each call has one to itself; a connection that failed is never used again. */
export class ConnectionPool {
  readonly #path: string
  readonly #options: PoolOptions
  readonly #idle: ExtensionClient[] = []
  readonly #busy = new Set<ExtensionClient>()
  readonly #waiting: { resolve(): void; reject(error: SourceError): void }[] = []
  #running = 0
  #closed = false

  constructor(path: string, options: PoolOptions) {
    this.#path = path
    this.#options = options
  }

  /** Runs a call on a connection of its own, within `timeout` milliseconds from when its turn has come. */
  async use<Value>(
    timeout: number,
    call: (client: ExtensionClient, timeout: number) => Promise<Value>,
  ): Promise<Value> {
    await this.#takeTurn()
    try {
      const started = performance.now()
      const client = await this.#acquire(timeout)
      this.#busy.add(client)
      try {
        return await call(client, Math.max(1, timeout - (performance.now() - started)))
      } finally {
        this.#busy.delete(client)
        this.#release(client)
      }
    } finally {
      this.#passTurn()
    }
  }

  /** Ends every connection; calls under way and waiting fail with `gone`. */
  close(): void {
    this.#closed = true
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#closedError())
    for (const client of [...this.#idle.splice(0), ...this.#busy]) client.close()
  }

  async #takeTurn(): Promise<void> {
    if (this.#closed) throw this.#closedError()
    if (this.#running < this.#options.concurrency) this.#running++
    else await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  #passTurn(): void {
    const next = this.#waiting.shift()
    if (next) next.resolve()
    else this.#running--
  }

  async #acquire(timeout: number): Promise<ExtensionClient> {
    for (let client = this.#idle.pop(); client; client = this.#idle.pop()) {
      if (client.usable) return client
      client.close()
    }
    const client = await ExtensionClient.connect(this.#path, { ...this.#options, timeout })
    if (!this.#closed) return client
    client.close()
    throw this.#closedError()
  }

  #release(client: ExtensionClient): void {
    if (client.usable && !this.#closed) this.#idle.push(client)
    else client.close()
  }

  #closedError(): SourceError {
    return new SourceError('gone', `the source on ${this.#path} has been closed`)
  }
}
