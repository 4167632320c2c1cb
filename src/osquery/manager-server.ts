import { chmod, lstat, readdir, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isMainThread } from 'node:worker_threads'
import { KeelsonError, messageOf, SourceError } from '../core/errors.ts'
import { ExtensionClient } from './client.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeReply } from './encode-reply.ts'
import type { ManagerBackend } from './manager-backend.ts'
import { answerRequest } from './manager-methods.ts'
import { MessageScanner, type ScannedMessage } from './message-scanner.ts'
import { RegisteredExtensions } from './registered-extensions.ts'

export interface ManagerOptions {
  /** Milliseconds between the pings of registered extensions; 3,000 unless given. */
  readonly interval?: number
  /** Milliseconds that an extension has, after registering, to open its socket; 10,000 unless given. */
  readonly startGrace?: number
  /** Milliseconds for a ping of an extension; 10,000 unless given. */
  readonly pingTimeout?: number
  /** Milliseconds for a call of an extension's plugin; 300,000 unless given. */
  readonly callTimeout?: number
  /** Cap for one request, in bytes; 256 MiB unless given. */
  readonly maxBytes?: number
}

export interface Manager {
  readonly path: string
  /** Pings the extensions now, as happens each interval. */
  check(): Promise<void>
  /** Tells the extensions to end, closes every connection and removes the socket. */
  close(): Promise<void>
}

/**
 * Serves osquery's extension manager on a unix socket of mode 0600 (or a Windows pipe). Rejects with KeelsonError when
 * a live server holds the path, or a file that is no socket; a socket that nobody serves is replaced.
 */
export async function serveManager(
  path: string,
  backend: ManagerBackend,
  options: ManagerOptions = {},
): Promise<Manager> {
  await claimPath(path)
  const extensions = new RegisteredExtensions(path, backend, {
    startGrace: options.startGrace ?? 10_000,
    pingTimeout: options.pingTimeout ?? 10_000,
    callTimeout: options.callTimeout ?? 300_000,
  })
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    void serveConnection(socket, options.maxBytes, async function* (message) {
      const request = decodeRequest(message)
      const reply = await answerRequest(request, backend, extensions)
      yield* encodeReply(request.name, request.seqid, reply)
    })
  })
  await listen(server, path)
  const watch = watchExtensions(extensions, options.interval ?? 3_000)
  return {
    path,
    check: () => extensions.check(),
    async close() {
      watch.stop()
      await extensions.shutdown()
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
      if (!isPipe(path)) {
        await rm(path, { force: true })
        await removeExtensionSockets(path)
      }
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

function watchExtensions(extensions: RegisteredExtensions, interval: number): { stop(): void } {
  let timer = setTimeout(check, interval)
  let stopped = false
  async function check(): Promise<void> {
    await extensions.check()
    if (!stopped) timer = setTimeout(check, interval)
  }
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
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

const LONGEST_PATH = 97

async function claimPath(path: string): Promise<void> {
  if (isPipe(path)) return
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    const hint = 'extensions append up to six characters, and the system allows some 104'
    throw new KeelsonError('manager/listen', `${path} is too long for a socket (over ${LONGEST_PATH} bytes)`, { hint })
  }
  const found = await lstat(path).catch(() => undefined)
  if (!found) return removeExtensionSockets(path)
  if (!found.isSocket()) {
    const hint = 'choose a path where no file is'
    throw new KeelsonError('manager/listen', `cannot serve on ${path}: it is a file, not a socket`, { hint })
  }
  if (await isServed(path)) {
    const hint = 'stop the other server first, or choose another path'
    throw new KeelsonError('manager/in-use', `another server already answers on ${path}`, { hint })
  }
  await rm(path, { force: true })
  await removeExtensionSockets(path)
}

async function isServed(path: string): Promise<boolean> {
  try {
    const client = await ExtensionClient.connect(path, { timeout: 3_000 })
    client.close()
    return true
  } catch (error) {
    const refused = error instanceof SourceError && error.cause instanceof Error && 'code' in error.cause
    // Only a refusal proves that nobody serves it: a full queue or a lack of rights does not.
    if (refused && (error.cause as NodeJS.ErrnoException).code === 'ECONNREFUSED') return false
    if (refused && (error.cause as NodeJS.ErrnoException).code === 'ENOENT') return false
    return true
  }
}

/** Extensions listen on `<path>.<uuid>`; what an earlier run left there would only mislead. */
async function removeExtensionSockets(path: string): Promise<void> {
  const folder = dirname(path)
  const prefix = `${basename(path)}.`
  const names = await readdir(folder).catch((error) => {
    throw cannotServe(path, error)
  })
  for (const name of names) {
    if (!name.startsWith(prefix) || !/^\d+$/.test(name.slice(prefix.length))) continue
    const extension = join(folder, name)
    if ((await lstat(extension).catch(() => undefined))?.isSocket()) await rm(extension, { force: true })
  }
}

function cannotServe(path: string, cause: unknown): KeelsonError {
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

function isPipe(path: string): boolean {
  return process.platform === 'win32' && path.startsWith('\\\\')
}
