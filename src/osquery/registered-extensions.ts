import { randomInt } from 'node:crypto'
import { messageOf, SourceError } from '../core/errors.ts'
import type { TextRow } from '../core/source.ts'
import { ExtensionClient } from './client.ts'
import type { AnnouncedPlugins } from './decode-request.ts'
import type { BackendTableColumn, ManagerBackend } from './manager-backend.ts'
import type { ExtensionInfo, ExtensionResponseValue, ExtensionStatusValue } from './protocol.ts'

/** The oldest SDK whose extensions osquery still takes. */
const OLDEST_SDK = [1, 7, 7]

/** The registries of osquery that an extension may announce plugins in. */
const REGISTRIES = new Set(
  'config config_parser database distributed enroll event_publisher event_subscriber killswitch logger numeric_monitoring sql table'.split(
    ' ',
  ),
)

export interface ExtensionLimits {
  /** Milliseconds that an extension has, after registering, to open its socket. */
  readonly startGrace: number
  /** Milliseconds for a ping. */
  readonly pingTimeout: number
  /** Milliseconds for a plugin call. */
  readonly callTimeout: number
}

interface Extension {
  readonly uuid: number
  readonly info: ExtensionInfo
  readonly plugins: AnnouncedPlugins
  readonly registeredAt: number
  /** Whether it has ever answered a ping. */
  seen: boolean
}

/** The extensions of one manager: who is registered with what, and how to reach them. */
export class RegisteredExtensions {
  readonly #socket: string
  readonly #backend: ManagerBackend
  readonly #limits: ExtensionLimits
  readonly #extensions = new Map<number, Extension>()

  constructor(socket: string, backend: ManagerBackend, limits: ExtensionLimits) {
    this.#socket = socket
    this.#backend = backend
    this.#limits = limits
  }

  list(): Map<number, ExtensionInfo> {
    return new Map([...this.#extensions.values()].map(({ uuid, info }) => [uuid, info]))
  }

  register(info: ExtensionInfo, plugins: AnnouncedPlugins): ExtensionStatusValue {
    if ([...this.#extensions.values()].some((other) => other.info.name === info.name)) {
      return failure('Duplicate extension registered')
    }
    if (!isSupported(info.sdk_version)) return failure('Incompatible extension SDK version')
    const uuid = this.#chooseUuid()
    const attached: string[] = []
    try {
      this.#checkPlugins(plugins)
      for (const [table, description] of plugins.get('table') ?? []) {
        this.#backend.attach(table, tableColumns(description), (context) => this.#generate(uuid, table, context))
        attached.push(table)
      }
    } catch (error) {
      for (const table of attached) this.#backend.detach(table)
      return failure(`Failed adding registry: ${messageOf(error)}`)
    }
    this.#extensions.set(uuid, { uuid, info, plugins, registeredAt: performance.now(), seen: false })
    return { code: 0, message: 'OK', uuid }
  }

  deregister(uuid: number): ExtensionStatusValue {
    const extension = this.#extensions.get(uuid)
    if (!extension) return failure('No extension UUID found')
    this.#drop(extension)
    return { code: 0, message: 'OK', uuid: 0 }
  }

  hasRegistry(registry: string): boolean {
    return REGISTRIES.has(registry)
  }

  /** Calls the plugin where it is registered; undefined when no extension has it. */
  async call(registry: string, item: string, request: TextRow): Promise<ExtensionResponseValue | undefined> {
    const extension = this.#find(registry, item)
    return extension && this.#callExtension(extension.uuid, registry, item, request)
  }

  /** Pings every extension and drops those that do not answer, unless they may still be starting. */
  async check(): Promise<void> {
    await Promise.all(
      [...this.#extensions.values()].map(async (extension) => {
        if (await this.#answers(extension.uuid)) {
          extension.seen = true
        } else if (extension.seen || performance.now() - extension.registeredAt > this.#limits.startGrace) {
          if (this.#extensions.get(extension.uuid) === extension) this.#drop(extension)
        }
      }),
    )
  }

  /** Asks every extension to end, and forgets them. */
  async shutdown(): Promise<void> {
    const extensions = [...this.#extensions.values()]
    for (const extension of extensions) this.#drop(extension)
    await Promise.allSettled(extensions.map(({ uuid }) => this.#connected(uuid, 2000, (client) => client.shutdown())))
  }

  #chooseUuid(): number {
    let uuid = randomInt(1, 0x10000)
    while (this.#extensions.has(uuid)) uuid = randomInt(1, 0x10000)
    return uuid
  }

  #checkPlugins(plugins: AnnouncedPlugins): void {
    for (const [registry, items] of plugins) {
      for (const item of items.keys()) {
        if (this.#find(registry, item) || (registry === 'table' && this.#backend.hasCoreTable(item))) {
          throw new Error(`Duplicate registry item: ${item}`)
        }
      }
    }
    for (const registry of plugins.keys()) {
      if (!REGISTRIES.has(registry)) throw new Error(`Unknown registry: ${registry}`)
    }
  }

  #find(registry: string, item: string): Extension | undefined {
    return [...this.#extensions.values()].find(({ plugins }) => plugins.get(registry)?.has(item))
  }

  #drop(extension: Extension): void {
    this.#extensions.delete(extension.uuid)
    for (const table of extension.plugins.get('table')?.keys() ?? []) this.#backend.detach(table)
  }

  async #generate(uuid: number, table: string, context: string): Promise<TextRow[]> {
    const { status, rows } = await this.#callExtension(uuid, 'table', table, { action: 'generate', context })
    if (status.code !== 0) throw new SourceError('sql', status.message)
    return rows
  }

  /** As osquery does: a ping on a connection of its own first, so that a hung extension costs little. */
  async #callExtension(
    uuid: number,
    registry: string,
    item: string,
    request: TextRow,
  ): Promise<ExtensionResponseValue> {
    const path = this.#pathOf(uuid)
    if (!(await this.#answers(uuid))) {
      return { status: failure(`Extension socket not available: ${path}`), rows: [] }
    }
    try {
      return await this.#connected(uuid, this.#limits.callTimeout, (client) => client.call(registry, item, request))
    } catch (error) {
      return { status: failure(`Extension call failed: ${messageOf(error)}`), rows: [] }
    }
  }

  async #answers(uuid: number): Promise<boolean> {
    try {
      const status = await this.#connected(uuid, this.#limits.pingTimeout, (client) => client.ping())
      return status.code === 0
    } catch {
      return false
    }
  }

  async #connected<Value>(
    uuid: number,
    timeout: number,
    use: (client: ExtensionClient) => Promise<Value>,
  ): Promise<Value> {
    const client = await ExtensionClient.connect(this.#pathOf(uuid), { timeout })
    try {
      return await use(client)
    } finally {
      client.close()
    }
  }

  #pathOf(uuid: number): string {
    return `${this.#socket}.${uuid}`
  }
}

function failure(message: string): ExtensionStatusValue {
  return { code: 1, message, uuid: 0 }
}

function isSupported(sdk: string): boolean {
  if (sdk === '' || sdk === '0.0.0') return true
  const parts = sdk.split('.').map((part) => Number.parseInt(part, 10) || 0)
  for (const [i, least] of OLDEST_SDK.entries()) {
    const part = parts[i] ?? 0
    if (part !== least) return part > least
  }
  return true
}

/** A table is announced by one row per column, and further ones for aliases and attributes. */
function tableColumns(description: readonly TextRow[]): BackendTableColumn[] {
  if (description.length === 0) throw new Error('Invalid route info')
  return description
    .filter((row) => row.id === 'column')
    .map(({ name = '', type = 'TEXT', op = '0' }) => ({ name, type, op: Number.parseInt(op, 10) || 0 }))
}
