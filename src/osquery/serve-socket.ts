import { chmod, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isMainThread } from 'node:worker_threads'
import { KeelsonError, messageOf } from '../core/errors.ts'
import { decodeRequest, type Request } from './decode-request.ts'
import { encodeReply, type Reply } from './encode-reply.ts'
import { MessageScanner, type ScannedMessage } from './message-scanner.ts'

export interface ServedSocket {
  readonly path: string
  /** Ends every connection and removes the socket. */
  close(): Promise<void>
}

/**
 * Answers requests on a unix socket of mode 0600 (or a Windows pipe), several connections at a time, each in turn.
 * `maxBytes` caps one request. Rejects with KeelsonError where no socket can be made.
 */
export async function serveSocket(
  path: string,
  answer: (request: Request) => Promise<Reply>,
  { maxBytes }: { readonly maxBytes?: number } = {},
): Promise<ServedSocket> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    void serveConnection(socket, maxBytes, async function* (message) {
      const request = decodeRequest(message)
      yield* encodeReply(request.name, request.seqid, await answer(request))
    })
  })
  await listen(server, path)
  return {
    path,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
      if (!isPipe(path)) await rm(path, { force: true })
    },
  }
}

/** Answers the requests of one connection in turn. What is no request ends the connection without a byte. */
async function serveConnection(
  socket: Socket,
  maxBytes: number | undefined,
  answer: (message: ScannedMessage) => AsyncIterable<Buffer>,
): Promise<void> {
  socket.on('error', () => socket.destroy())
  const scanner = new MessageScanner({ expect: 'request', ...(maxBytes === undefined ? {} : { maxBytes }) })
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      for (const message of scanner.push(chunk)) {
        for await (const bytes of answer(message)) {
          if (socket.destroyed) return
          if (socket.write(bytes)) await nextTurn()
          else await drained(socket)
        }
      }
    }
    socket.end()
  } catch {
    // Answers to earlier requests still go out.
    socket.destroySoon()
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error): void => reject(cannotServe(path, cause))
    server.once('error', fail)
    // The socket is made inside listen(), so that it never exists with a wider mode. Worker threads have no umask.
    const before = isMainThread ? process.umask(0o177) : undefined
    try {
      server.listen({ path, exclusive: true }, () => {
        server.off('error', fail)
        resolve()
      })
    } finally {
      if (before !== undefined) process.umask(before)
    }
  })
  if (!isPipe(path)) await chmod(path, 0o600)
}

/** Why no socket can be made there. */
export function cannotServe(path: string, cause: unknown): KeelsonError {
  const folder = dirname(path)
  const failed = (reason: string, hint?: string): KeelsonError =>
    new KeelsonError('manager/listen', `cannot serve on ${path}: ${reason}`, { cause, ...(hint && { hint }) })
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return failed(`there is no folder ${folder}`, 'make the folder first, or choose another path')
    case 'ENOTDIR':
      return failed(`${folder} is not a folder`, 'choose a path inside a folder')
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return failed(`no permission to make a socket in ${folder}`, 'choose a folder that you may read and write')
    default:
      return failed(messageOf(cause))
  }
}

export function isPipe(path: string): boolean {
  return process.platform === 'win32' && path.startsWith('\\\\')
}
