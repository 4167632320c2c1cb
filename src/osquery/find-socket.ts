import { homedir } from 'node:os'
import { posix } from 'node:path'
import { messageOf } from '../core/errors.ts'
import { checkOwner, type OwnerOptions } from './check-owner.ts'
import type { ExtensionClient } from './client.ts'

export interface FindOptions extends OwnerOptions {
  /** Instead of osquery's own default paths. */
  readonly paths?: readonly string[]
  readonly home?: string
  /** Milliseconds for each socket to answer a ping; 3,000 unless given. */
  readonly timeout?: number
}

export interface RefusedSocket {
  readonly path: string
  readonly why: string
}

/** osquery's default sockets, the daemon's before the shell's. */
export function defaultSockets(platform: NodeJS.Platform = process.platform, home: string = homedir()): string[] {
  if (platform === 'win32') return ['\\\\.\\pipe\\osquery.em', '\\\\.\\pipe\\shell.em']
  const daemon = platform === 'freebsd' ? '/var/run/osquery.em' : '/var/osquery/osquery.em'
  return [daemon, posix.join(home, '.osquery', 'shell.em')]
}

/**
 * The first default socket that answers and can be trusted; else those that exist, each with why it was not taken.
 */
export async function findSocket(
  options: FindOptions = {},
): Promise<{ readonly path: string } | { readonly refused: RefusedSocket[] }> {
  const refused: RefusedSocket[] = []
  for (const path of options.paths ?? defaultSockets(options.platform, options.home)) {
    const verdict = await checkOwner(path, options)
    if ('why' in verdict) {
      if (!verdict.absent) refused.push({ path, why: verdict.why })
      continue
    }
    const why = await pingSocket(verdict.path, options.timeout ?? 3_000)
    if (why === undefined) return { path: verdict.path }
    if (why !== '') refused.push({ path, why })
  }
  return { refused }
}

/** Why the socket does not answer; empty text when there is none (Windows' pipes are only seen by connecting). */
async function pingSocket(path: string, timeout: number): Promise<string | undefined> {
  let client: ExtensionClient | undefined
  try {
    // Loaded only when there is something to talk to: Thrift costs 50 ms and 20 MB.
    const { ExtensionClient } = await import('./client.ts')
    client = await ExtensionClient.connect(path, { timeout })
    await client.ping(timeout)
    return undefined
  } catch (error) {
    const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code
    if (code === 'ENOENT') return ''
    if (code === 'ECONNREFUSED') return 'nobody serves it: osquery has ended and left it behind'
    if (code === 'EACCES' || code === 'EPERM') return "no permission to connect: run as root, or as osquery's user"
    return messageOf(error)
  } finally {
    client?.close()
  }
}
