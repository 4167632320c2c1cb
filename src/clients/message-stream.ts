import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { waitWithin } from './wait-within.ts'

export interface TlsOptions {
  /** PEM; instead of the authorities that Node trusts. */
  readonly ca?: string
  /** PEM; who we are. */
  readonly cert?: string
  readonly key?: string
}

export interface MessageStreamOptions {
  readonly host: string
  readonly port: number
  /** For a connection through TLS. */
  readonly tls: TlsOptions | undefined
  /** Whether each send has a connection of its own, which the receiver must close after ours. */
  readonly untilClosed: boolean
  /** Milliseconds for a send. */
  readonly timeout: number
}

/** The receiver ended a connection in order, though before it should. */
export class ConnectionClosed extends Error {}

/** Bounds, in milliseconds, of the round trip that is waited for a refusal of what was written. */
const [SHORTEST_TRIP, LONGEST_TRIP] = [20, 1000]
const CHUNK = 1 << 20

/**
 * A connection to a receiver that never answers, as those of syslog are; it is made when it is needed, and kept. A send
 * ends well when the system took all of it and the connection still stood a round trip later, or, with `untilClosed`,
 * when the receiver closed the connection in order after it had read the end of ours.
 */
export class MessageStream {
  readonly #options: MessageStreamOptions
  #link: Link | undefined

  constructor(options: MessageStreamOptions) {
    this.#options = options
  }

  /** @throws WaitEnded, ConnectionClosed, or whatever the socket says; then nobody knows how much of it was read */
  async send(messages: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const { timeout } = this.#options
    try {
      await waitWithin(() => this.#deliver(messages), { timeout, signal })
    } catch (error) {
      this.close()
      throw error
    }
  }

  close(): void {
    this.#link?.socket.destroy()
    this.#link = undefined
  }

  async #deliver(messages: readonly Buffer[]): Promise<void> {
    if (this.#link?.isOver) this.close()
    this.#link ??= openLink(this.#options)
    const link = this.#link
    const trip = await link.connected
    for (const chunk of joinChunks(messages)) await Promise.race([write(link.socket, chunk), link.failed])
    // Whoever is no longer there answers what comes with a reset.
    await Promise.race([sleep(trip), link.failed])
    if (!this.#options.untilClosed) return
    link.expectEnd()
    await Promise.race([link.ended, link.failed])
    this.close()
  }
}

interface Link {
  readonly socket: Socket
  /** Milliseconds that a round trip takes at most. */
  readonly connected: Promise<number>
  /** Rejects when the connection breaks, or the receiver ends it before it should. */
  readonly failed: Promise<never>
  readonly ended: Promise<void>
  readonly isOver: boolean
  /** Ends our side; from now on the receiver may end its own. */
  expectEnd(): void
}

function openLink({ host, port, tls }: MessageStreamOptions): Link {
  const started = performance.now()
  const socket = tls
    ? // Said aloud, since an environment variable of Node's can turn verification off.
      connectTls({ host, port, ...tls, rejectUnauthorized: true })
    : connect({ host, port, noDelay: true })
  let [isOver, isExpected] = [false, false]
  // A receiver has nothing to say; but only what is read tells of the connection's end.
  socket.on('data', () => {})
  socket.setKeepAlive(true, 60_000)
  const failed = new Promise<never>((_, reject) => {
    const fail = (error: Error) => {
      isOver = true
      reject(error)
    }
    socket.once('error', fail)
    socket.once('end', () => isExpected || fail(new ConnectionClosed()))
    socket.once('close', () => isExpected || fail(new ConnectionClosed()))
  })
  failed.catch(() => {})
  const opened = new Promise<number>((resolve) => {
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      resolve(Math.min(LONGEST_TRIP, Math.max(SHORTEST_TRIP, performance.now() - started)))
    })
  })
  return {
    socket,
    failed,
    connected: Promise.race([opened, failed]),
    ended: new Promise((resolve) => void socket.once('end', resolve)),
    get isOver() {
      return isOver
    },
    expectEnd() {
      isExpected = true
      socket.end()
    },
  }
}

function* joinChunks(messages: readonly Buffer[]): Generator<Buffer> {
  let [chunk, size]: [Buffer[], number] = [[], 0]
  for (const message of messages) {
    chunk.push(message)
    size += message.length
    if (size < CHUNK) continue
    yield Buffer.concat(chunk)
    chunk = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(chunk)
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}
