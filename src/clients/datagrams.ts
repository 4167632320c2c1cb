import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitWithin } from './wait-within.ts'

/** Milliseconds in which a machine where nobody listens usually says so. */
const REFUSAL = 20
/** So much at a time, then a pause: a receiver's buffer is often some 200 kB, and what it does not hold is lost. */
const BURST = { messages: 32, bytes: 32 << 10, pause: 1 }

export interface DatagramOptions {
  readonly host: string
  readonly port: number
  /** Milliseconds for all of them. */
  readonly timeout: number
  readonly signal: AbortSignal
}

/**
 * Sends datagrams in order; answers which of them, by position, the system refused as too long. That it ends well says
 * only that they left this machine, and that nobody answered at once that there is no receiver. The name is looked up
 * each time. @throws WaitEnded, or whatever the system says
 */
export async function sendDatagrams(messages: readonly Buffer[], options: DatagramOptions): Promise<number[]> {
  let socket: Socket | undefined
  let isOver = false
  const send = async (): Promise<number[]> => {
    const { address, family } = await lookup(options.host)
    // While the name was looked up, the wait may have ended.
    if (isOver) return []
    socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    return Promise.race([sendAll(socket, messages, address, options.port), failureOf(socket)])
  }
  try {
    return await waitWithin(send, options)
  } finally {
    isOver = true
    socket?.close()
  }
}

async function sendAll(socket: Socket, messages: readonly Buffer[], address: string, port: number): Promise<number[]> {
  socket.connect(port, address)
  await once(socket, 'connect')
  const tooLong: number[] = []
  let [burst, bytes] = [0, 0]
  for (const [index, message] of messages.entries()) {
    if (burst === BURST.messages || (burst > 0 && bytes + message.length > BURST.bytes)) {
      await sleep(BURST.pause)
      burst = 0
      bytes = 0
    }
    burst++
    bytes += message.length
    const error = await sendOne(socket, message)
    if (error?.code === 'EMSGSIZE') tooLong.push(index)
    else if (error) throw error
  }
  await sleep(REFUSAL)
  return tooLong
}

function sendOne(socket: Socket, message: Buffer): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    socket.send(message, resolve)
  })
}

function failureOf(socket: Socket): Promise<never> {
  return new Promise((_, reject) => {
    socket.on('error', reject)
  })
}
