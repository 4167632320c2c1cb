import type { Config } from '../config.ts'
import { KeelsonError, messageOf } from '../core/errors.ts'
import type { Source } from '../core/source.ts'
import { EmbeddedEngine } from '../host/embedded-engine.ts'
import { checkOwner } from '../osquery/check-owner.ts'
import { findOsquery } from '../osquery/find-osquery.ts'
import { findSocket } from '../osquery/find-socket.ts'
import { createComplianceTables } from './compliance/tables.ts'

// Thrift costs 50 ms and 20 MB, which a run without osquery need not pay.
const openSocketSource: typeof import('../osquery/socket-source.ts').openSocketSource = async (...args) =>
  (await import('../osquery/socket-source.ts')).openSocketSource(...args)
const startPrivateOsqueryi: typeof import('../osquery/private-osqueryi.ts').startPrivateOsqueryi = async (...args) =>
  (await import('../osquery/private-osqueryi.ts')).startPrivateOsqueryi(...args)

/** A batch of checks answers some hundred kilobytes; who answers more is not osquery, or not well. */
const MAX_BYTES = 64 * 1024 * 1024

const INSTALL = 'install osquery from https://osquery.io/downloads'

export interface Opened {
  readonly source: Source
  /** Why this one. */
  readonly why: string
  /** Things that a person should know of the choice, such as a socket that was refused. */
  readonly warnings: readonly string[]
}

/**
 * Opens the source that the configuration asks for; `auto` takes osquery's own socket, else an osqueryi that we start,
 * else the embedded engine. @throws KeelsonError
 */
export async function openSource(config: Config): Promise<Opened> {
  const asked = `source is set to ${config.source}`
  switch (config.source) {
    case 'socket':
      return {
        source: await openSocket(config),
        why: config.socket === undefined ? asked : 'its path is set',
        warnings: [],
      }
    case 'osqueryi':
      return { source: await openOsqueryi(config), why: asked, warnings: [] }
    case 'embedded':
      return { source: await openEmbedded({ config }), why: asked, warnings: [] }
    default:
      return openAny(config)
  }
}

async function openAny(config: Config): Promise<Opened> {
  const options = { timeout: config.timeout, maxBytes: MAX_BYTES }
  const found = await findSocket()
  if ('path' in found) {
    return { source: await openSocketSource(found.path, options), why: 'osquery answers on it', warnings: [] }
  }
  const warnings = found.refused.map(({ path, why }) => `${path} is not used: ${why}`)
  const program = await findOsquery()
  if (program) {
    try {
      const why = warnings.length > 0 ? 'no socket that was found can be used' : 'no osquery serves a socket'
      return { source: await startPrivateOsqueryi(program, options), why, warnings }
    } catch (error) {
      if (!isEmbeddable()) throw error
      warnings.push(`${program} could not be started: ${messageOf(error)}`)
    }
  }
  const why = warnings.length > 0 ? 'no osquery that was found can be used' : 'no osquery was found'
  if (!isEmbeddable()) throw new KeelsonError('no-source', why, { hint: INSTALL })
  return { source: await openEmbedded({ config }), why, warnings }
}

async function openSocket({ socket, timeout }: Config): Promise<Source> {
  if (socket === undefined) {
    const found = await findSocket()
    if ('path' in found) return openSocketSource(found.path, { timeout, maxBytes: MAX_BYTES })
    const [refused] = found.refused
    const message = refused ? `${refused.path} is not used: ${refused.why}` : 'no osquery serves a socket here'
    throw new KeelsonError('no-socket', message, {
      hint: 'start osqueryd, or give --socket PATH; checks doctor tells more',
    })
  }
  const owner = await checkOwner(socket)
  if ('why' in owner) {
    throw new KeelsonError('socket', owner.absent ? owner.why : `${socket} is not used: ${owner.why}`, {
      hint: owner.absent
        ? 'is osqueryd running? checks doctor lists where it was looked for'
        : 'whoever serves the socket decides every verdict',
    })
  }
  return openSocketSource(owner.path, { timeout, maxBytes: MAX_BYTES })
}

async function openOsqueryi({ timeout }: Config): Promise<Source> {
  const program = await findOsquery()
  if (!program) {
    throw new KeelsonError(
      'no-osqueryi',
      'neither osqueryi nor osqueryd was found on the PATH or in the usual places',
      {
        hint: INSTALL,
      },
    )
  }
  return startPrivateOsqueryi(program, { timeout, maxBytes: MAX_BYTES })
}

/** Whether the embedded engine knows this kind of system. */
export function isEmbeddable(): boolean {
  return process.platform === 'linux'
}

export interface EmbeddedOptions {
  /** Whose state the compliance tables read; without it they are not there. */
  readonly config?: Config | undefined
  /** Only osquery's own tables. */
  readonly plain?: boolean | undefined
}

/** Starts the embedded engine. @throws KeelsonError on a system that it does not know */
export async function openEmbedded({ config, plain = false }: EmbeddedOptions = {}): Promise<EmbeddedEngine> {
  if (!isEmbeddable()) {
    throw new KeelsonError('no-source', `the embedded engine only knows Linux, not ${process.platform}`, {
      hint: INSTALL,
    })
  }
  const engine = new EmbeddedEngine(undefined, undefined, { plain })
  await engine.start()
  for (const { name, columns, generate } of config && !plain ? createComplianceTables(config) : []) {
    await engine.attach(name, columns, generate)
  }
  return engine
}
