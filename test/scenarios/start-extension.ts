import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { onTestFinished } from 'vitest'
import type { TextRow } from '../../src/core/source.ts'
import { ExtensionClient } from '../../src/osquery/client.ts'
import { until } from '../osquery/real-sockets.ts'
import { type RunOptions, startChecks } from './run-checks.ts'

export interface StartedExtension {
  readonly child: ChildProcess
  /** What it has said on standard error. */
  said(): string
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>
}

/** Starts `checks extension` as osqueryd does, looking after itself five times a second. */
export function startExtension(
  socket: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): StartedExtension {
  const flags = ['--verbose', '--socket', socket, '--timeout', '10', '--interval', '0.2']
  const child = startChecks(['extension', ...flags, ...args], options)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return { child, said: () => said, ended }
}

/** Starts an osquery stand-in without tables of ours: the embedded engine on a socket. */
export async function startManager(socket: string): Promise<ChildProcess> {
  const child = startChecks(['engine', '--plain', '--socket', socket])
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await until(() => said.includes('serving') || child.exitCode !== null)
  if (child.exitCode !== null) throw new Error(said)
  return child
}

/** Asks the manager as any osquery client does. */
export async function askManager(socket: string, sql: string): Promise<{ message: string; rows: TextRow[] }> {
  return withClient(socket, async (client) => {
    const { status, rows } = await client.query(sql)
    return { message: status.message, rows }
  })
}

export async function withClient<Value>(
  socket: string,
  use: (client: ExtensionClient) => Promise<Value>,
): Promise<Value> {
  const client = await ExtensionClient.connect(socket, { timeout: 15_000 })
  onTestFinished(() => client.close())
  try {
    return await use(client)
  } finally {
    client.close()
  }
}

/** The uuid that the extension is listed as, when it has a socket too. */
export async function listedUuid(socket: string): Promise<number | undefined> {
  const known = await withClient(socket, (client) => client.extensions()).catch(() => new Map())
  const [uuid] = [...known].find(([, { name }]) => name === 'keelson') ?? []
  return uuid !== undefined && existsSync(`${socket}.${uuid}`) ? uuid : undefined
}

/** Waits until the extension is listed, as another one than before. */
export async function untilListed(socket: string, before?: number): Promise<number> {
  let uuid: number | undefined
  await until(async () => {
    uuid = await listedUuid(socket)
    return uuid !== undefined && uuid !== before
  })
  return uuid as number
}

/** Sockets of extensions that lie beside the manager's. */
export function extensionSockets(socket: string): string[] {
  return readdirSync(dirname(socket)).filter((name) => name.startsWith(`${basename(socket)}.`))
}
