import { lstat, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { KeelsonError, SourceError } from '../core/errors.ts'
import { ExtensionClient } from './client.ts'
import type { Request } from './decode-request.ts'
import type { ManagerBackend } from './manager-backend.ts'
import { answerRequest } from './manager-methods.ts'
import { RegisteredExtensions } from './registered-extensions.ts'
import { cannotServe, isPipe, serveSocket } from './serve-socket.ts'

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
  const answer = (request: Request) => answerRequest(request, backend, extensions)
  const served = await serveSocket(path, answer, options)
  const watch = watchExtensions(extensions, options.interval ?? 3_000)
  return {
    path,
    check: () => extensions.check(),
    async close() {
      watch.stop()
      await extensions.shutdown()
      await served.close()
      if (!isPipe(path)) await removeExtensionSockets(path)
    },
  }
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
