import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'

/** Messages of a stream with octet counting. @throws where a length is wrong */
export function readFrames(bytes: Buffer): string[] {
  const frames: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const length = Number(bytes.toString('latin1', at, space))
    if (!(length > 0) || space + 1 + length > bytes.length) throw new Error(`no frame at ${at}`)
    frames.push(bytes.toString('utf8', space + 1, space + 1 + length))
    at = space + 1 + length
  }
  return frames
}

/** The sequence in the JSON text of a message. */
export function sequenceOf(message: string): number {
  return JSON.parse(message.slice(message.indexOf('{'))).meta.sequence
}

export interface Receiver {
  readonly port: number
  /** What each connection has sent so far. */
  readonly streams: readonly Buffer[]
  readonly sockets: readonly Socket[]
  /** The sequences of all that was received. */
  sequences(): number[]
  close(): Promise<void>
}

export interface ReceiverOptions {
  readonly port?: number
  /** A receiver of TLS. */
  readonly tls?: TlsOptions
  /** Instead of reading all that comes and closing after it. */
  readonly onConnection?: (socket: Socket) => void
}

/** A receiver on 127.0.0.1 that reads all, and closes a connection when its sender does. */
export async function startReceiver({ port = 0, tls, onConnection }: ReceiverOptions = {}): Promise<Receiver> {
  const streams: Buffer[] = []
  const sockets: Socket[] = []
  const accept = (socket: Socket) => {
    const at = streams.push(Buffer.alloc(0)) - 1
    sockets.push(socket)
    socket.on('error', () => {})
    if (onConnection) return onConnection(socket)
    socket.on('data', (chunk: Buffer) => {
      streams[at] = Buffer.concat([streams[at] as Buffer, chunk])
    })
  }
  const server: Server = tls ? createTlsServer(tls, accept) : createServer(accept)
  server.on('tlsClientError', () => {})
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    streams,
    sockets,
    sequences: () => streams.flatMap((stream) => readFrames(stream).map(sequenceOf)),
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
