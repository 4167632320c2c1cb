import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder for one test. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelson-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface RawServer {
  readonly path: string
  /** Everything that came in, per connection. */
  readonly received: Buffer[][]
  /** How many connections have ended. */
  readonly ended: () => number
  close(): Promise<void>
}

/** A socket server that does with each chunk what the test says. */
export async function serveRaw(
  path: string,
  onChunk: (socket: Socket, chunk: Buffer, connection: number) => void,
): Promise<RawServer> {
  const received: Buffer[][] = []
  const sockets = new Set<Socket>()
  let ended = 0
  const server = createServer((socket) => {
    const connection = received.push([]) - 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      ended++
      sockets.delete(socket)
    })
    socket.on('data', (chunk) => {
      received[connection]!.push(chunk)
      onChunk(socket, chunk, connection)
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(close)
  return { path, received, ended: () => ended, close }
}

/** Sends bytes and gives what comes back: until so many bytes have come, or the connection ends. */
export function exchangeRaw(path: string, bytes: Buffer, until = Number.POSITIVE_INFINITY): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => socket.write(bytes))
    const chunks: Buffer[] = []
    let length = 0
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      length += chunk.length
      if (length >= until) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks)))
  })
}

/** Waits until the condition holds; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}
