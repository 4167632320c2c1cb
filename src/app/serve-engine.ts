import type { EmbeddedEngine } from '../host/embedded-engine.ts'
import type { ManagerBackend } from '../osquery/manager-backend.ts'
import { type Manager, type ManagerOptions, serveManager } from '../osquery/manager-server.ts'
import type { ColumnType, TableColumn } from '../sql/table.ts'
import { type EmbeddedOptions, openEmbedded } from './open-source.ts'

export interface ServeOptions extends ManagerOptions, EmbeddedOptions {
  /** Milliseconds for one request to the engine; 300,000 unless given, as osquery gives a call of a plugin. */
  readonly queryTimeout?: number
}

export interface ServedEngine {
  readonly manager: Manager
  close(): Promise<void>
}

/** Serves the embedded engine on an extension socket, so that any osquery client can talk to it. */
export async function serveEngine(path: string, options: ServeOptions = {}): Promise<ServedEngine> {
  const engine = await openEmbedded(options)
  try {
    const manager = await serveManager(path, await toBackend(engine, path, options.queryTimeout), options)
    const close = async () => {
      await manager.close()
      await engine.close()
    }
    return { manager, close }
  } catch (error) {
    await engine.close()
    throw error
  }
}

const QUERY_TIMEOUT = 300_000

/** The engine as the manager's socket wants it; `timeout` is in milliseconds, for each request. */
export async function toBackend(
  engine: EmbeddedEngine,
  path: string,
  timeout: number = QUERY_TIMEOUT,
): Promise<ManagerBackend> {
  const tables = new Map((await engine.tables()).map(({ name, columns }) => [name, columns]))
  return {
    query: (sql) => engine.query(sql, { timeout }),
    columns: (sql) => engine.columns(sql, { timeout }),
    hasCoreTable: (name) => tables.has(name),
    tableColumns: (name) =>
      tables.get(name)?.map((column) => ({ name: column.name, type: column.type, op: toOptions(column) })),
    generateTable: (name, context) => engine.scan(name, context, { timeout }),
    options: () => describeOptions(path),
    // Where the engine fails at this, the next query of the table says so.
    attach: (name, columns, generate) => {
      engine.attach(name, columns.map(fromOptions), generate).catch(() => {})
    },
    detach: (name) => {
      engine.detach(name).catch(() => {})
    },
  }
}

// osquery's column options (osquery/core/sql/column.h).
const OPTION = { index: 1, required: 2, additional: 4, optimized: 8, hidden: 16 } as const
const COLLATIONS: Readonly<Record<string, number>> = {
  nocase: 128,
  version: 256,
  version_arch: 512,
  version_dpkg: 1024,
  version_rhel: 2048,
}

/** osquery's sum of a column's options. */
export function toOptions(column: TableColumn): number {
  const names = Object.keys(OPTION) as (keyof typeof OPTION)[]
  const flags = names.reduce((sum, name) => (column[name] ? sum + OPTION[name] : sum), 0)
  return flags + (COLLATIONS[column.collate ?? ''] ?? 0)
}

function fromOptions({ name, type, op }: { name: string; type: string; op: number }): TableColumn {
  const has = (option: number) => (op & option) !== 0
  return {
    name,
    type: type as ColumnType,
    // An extension's plain columns count as indexed, as osquery's --extensions_default_index has it.
    index: op === 0 || has(OPTION.index),
    required: has(OPTION.required),
    additional: has(OPTION.additional),
    hidden: has(OPTION.hidden),
  }
}

function describeOptions(path: string): ReturnType<ManagerBackend['options']> {
  const text = (value: string, defaultValue = value) => ({ value, defaultValue, type: 'string' })
  return {
    extensions_socket: text(path, '/var/osquery/osquery.em'),
    extensions_timeout: { value: '3', defaultValue: '3', type: 'uint64' },
    extensions_interval: { value: '3', defaultValue: '3', type: 'uint64' },
    nullvalue: text(''),
  }
}
