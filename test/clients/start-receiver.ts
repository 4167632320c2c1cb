import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import { type AddressInfo, createServer as createRawServer, type Socket } from 'node:net'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The port that it came from: one for each connection. */
  readonly port: number
}

export type Answer = (request: Received, response: ServerResponse, raw: IncomingMessage) => void

export interface Receiver {
  readonly url: string
  readonly port: number
  readonly received: Received[]
  /** What is answered from now on. */
  answer: Answer
  readonly server: Server
  close(): Promise<void>
}

const answerOk: Answer = (_, response) => response.end('ok')

/** A real server on loopback that notes what it is sent. */
export async function startReceiver(answer: Answer = answerOk, tls?: ServerOptions, port = 0): Promise<Receiver> {
  const received: Received[] = []
  const listener = (raw: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    raw.on('data', (chunk: Buffer) => chunks.push(chunk))
    raw.on('error', () => {})
    raw.on('end', () => {
      const { method = '', url = '', headers, socket } = raw
      const body = Buffer.concat(chunks).toString()
      const request = { method, path: url, headers, body, port: socket.remotePort ?? 0 }
      received.push(request)
      receiver.answer(request, response, raw)
    })
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const at = (server.address() as AddressInfo).port
  const receiver: Receiver = {
    url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${at}`,
    port: at,
    received,
    answer,
    server,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return receiver
}

/** A server on loopback that does with each connection as it likes. */
export async function startRaw(
  serve: (socket: Socket) => void,
): Promise<{ url: string; port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createRawServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A port that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const { port, close } = await startRaw(() => {})
  await close()
  return port
}
