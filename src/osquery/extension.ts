import { lstat, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { KeelsonError, messageOf, SourceError } from '../core/errors.ts'
import { checkOwner } from './check-owner.ts'
import { ExtensionClient } from './client.ts'
import { answerManager, type ExtensionTable, toRegistry } from './extension-methods.ts'
import { isPipe, type ServedSocket, serveSocket } from './serve-socket.ts'

export interface ExtensionOptions {
  /** The manager's socket. */
  readonly socket: string
  /** Milliseconds to wait for it, at the start and when it is lost. */
  readonly timeout: number
  /** Milliseconds between two looks whether we are still listed. */
  readonly interval: number
  readonly name: string
  readonly version: string
  readonly tables: readonly ExtensionTable[]
  /** Ends it in good order. */
  readonly stop: AbortSignal
  /** Told of what happens, in a few words. */
  readonly log: (message: string) => void
}

/** Milliseconds between two tries to reach the manager. */
const RETRY = 100
/** Milliseconds for a call of the manager; registering may have to wait for a query that runs long. */
const CALL = 10_000
const REGISTER = 300_000
/** Milliseconds for an extension of our name to answer. */
const PING = 2_000

/**
 * Serves tables into osquery until it is told to end: `told` by the manager, `stopped` by the signal, or `orphaned` when
 * the manager has lost us and whoever started us has ended, so that another one will be started in our place. Rejects
 * when the manager cannot be reached for `timeout`, cannot be trusted, or refuses the tables.
 */
export async function runExtension(options: ExtensionOptions): Promise<'told' | 'stopped' | 'orphaned'> {
  const parent = process.ppid
  const told = new AbortController()
  const ended = AbortSignal.any([options.stop, told.signal])
  const tables = new Map(options.tables.map((table) => [table.name, table]))
  let listed: Listed | undefined
  let lostAt = performance.now()
  try {
    while (!ended.aborted) {
      try {
        if (!listed || !(await isListed(options, listed, ended))) {
          if (listed) {
            options.log('osquery no longer lists this extension')
            await listed.served.close()
            listed = undefined
            if (process.ppid !== parent) return 'orphaned'
          }
          const answer: Answer = (request, uuid) => {
            // The answer is sent before anything else happens.
            if (request.method === 'shutdown') setImmediate(() => told.abort())
            return answerManager(request, uuid, tables)
          }
          listed = await join(options, answer, ended)
          options.log(`registered with ${options.socket} as ${listed.uuid}, serving ${tables.size} tables`)
        }
        await pause(options.interval, ended)
        lostAt = performance.now()
      } catch (error) {
        if (!isLost(error)) throw error
        if (process.ppid !== parent) return 'orphaned'
        if (performance.now() - lostAt > options.timeout) throw error
        await pause(Math.min(RETRY, options.interval), ended)
      }
    }
    if (told.signal.aborted) return 'told'
    await leave(options, listed)
    return 'stopped'
  } finally {
    await listed?.served.close()
  }
}

interface Listed {
  readonly uuid: number
  readonly served: ServedSocket
}

type Answer = (request: Parameters<typeof answerManager>[0], uuid: number) => ReturnType<typeof answerManager>

/** Registers the tables, and serves them where the manager will look for them. */
async function join(options: ExtensionOptions, answer: Answer, ended: AbortSignal): Promise<Listed> {
  const register = async (client: ExtensionClient, path: string) => {
    const info = { name: options.name, version: options.version, sdk_version: '0.0.0', min_sdk_version: '0.0.0' }
    const ask = () => client.registerExtension(info, toRegistry(options.tables), REGISTER)
    let status = await ask()
    if (status.code !== 0 && /duplicate extension/i.test(status.message)) {
      await dropDead(options, client, path)
      status = await ask()
    }
    if (status.code !== 0) {
      throw new KeelsonError('extension/refused', `osquery refuses the extension: ${status.message}`, {
        hint: 'another extension may have a table of the same name; SELECT * FROM osquery_extensions lists them',
      })
    }
    const { uuid } = status
    const own = `${path}.${uuid}`
    await removeSocket(own)
    return { uuid, served: await serveSocket(own, (request) => answer(request, uuid)) }
  }
  return withManager(options, register, ended)
}

/** What was killed stays registered until osquery looks for it again. @throws KeelsonError when it is alive */
async function dropDead({ name }: ExtensionOptions, manager: ExtensionClient, path: string): Promise<void> {
  for (const [uuid, info] of await manager.extensions(CALL)) {
    if (info.name !== name) continue
    if (await answersPing(`${path}.${uuid}`)) {
      throw new KeelsonError('extension/duplicate', `the extension ${name} is already loaded, as ${uuid}`, {
        hint: 'one is enough: end the other one first',
      })
    }
    await manager.deregisterExtension(uuid, CALL)
    await removeSocket(`${path}.${uuid}`)
  }
}

/** One that nobody serves any more. */
async function removeSocket(path: string): Promise<void> {
  if ((await lstat(path).catch(() => undefined))?.isSocket()) await rm(path, { force: true })
}

async function answersPing(path: string): Promise<boolean> {
  try {
    const client = await ExtensionClient.connect(path, { timeout: PING })
    try {
      return (await client.ping()).code === 0
    } finally {
      client.close()
    }
  } catch {
    return false
  }
}

/** Whether the manager still knows us, and can find our socket. */
async function isListed(options: ExtensionOptions, { uuid, served }: Listed, ended: AbortSignal): Promise<boolean> {
  const known = await withManager(options, (client) => client.extensions(), ended)
  if (known.get(uuid)?.name !== options.name) return false
  return isPipe(served.path) || (await lstat(served.path).catch(() => undefined)) !== undefined
}

async function leave(options: ExtensionOptions, listed: Listed | undefined): Promise<void> {
  if (!listed) return
  try {
    await withManager(options, (client) => client.deregisterExtension(listed.uuid, 1_000))
  } catch (error) {
    // It notices at its next ping.
    options.log(`osquery was not told of the end: ${messageOf(error)}`)
  }
}

/** One visit to the manager; `ended` breaks it off, as if the manager had gone. */
async function withManager<Value>(
  { socket }: ExtensionOptions,
  use: (client: ExtensionClient, path: string) => Promise<Value>,
  ended?: AbortSignal,
): Promise<Value> {
  const owner = await checkOwner(socket)
  if ('why' in owner) {
    if (owner.absent) throw new SourceError('gone', `${owner.why}: osquery is not running, or ends`)
    throw new KeelsonError('socket', `${socket} is not used: ${owner.why}`, {
      hint: 'whoever serves the socket would be given what root may read',
    })
  }
  const client = await ExtensionClient.connect(owner.path, { timeout: CALL })
  const breakOff = () => client.close()
  ended?.addEventListener('abort', breakOff)
  try {
    return await use(client, owner.path)
  } finally {
    ended?.removeEventListener('abort', breakOff)
    client.close()
  }
}

/** Whether the manager may be there again soon. */
function isLost(error: unknown): boolean {
  return error instanceof SourceError && (error.failure === 'gone' || error.failure === 'timeout')
}

async function pause(milliseconds: number, ended: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: ended }).catch(() => {})
}
