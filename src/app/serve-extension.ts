import type { Config } from '../config.ts'
import { type ExtensionOptions, runExtension } from '../osquery/extension.ts'
import type { ExtensionTable } from '../osquery/extension-methods.ts'
import { readSchema, tablesOf } from '../sql/schema.ts'
import { createComplianceTables, isComplianceTable, type ServedTable } from './compliance/tables.ts'
import { isEmbeddable } from './open-source.ts'
import { createRestingEngine, type RestingEngine } from './resting-engine.ts'
import { toOptions } from './serve-engine.ts'

export interface ServeExtensionOptions extends Omit<ExtensionOptions, 'name' | 'tables'> {
  readonly config: Config
}

/** What osquery calls the extension. */
const NAME = 'keelson'
/** Milliseconds for one scan of a table; osquery itself waits for 300 s. */
const SCAN_TIMEOUT = 120_000
/** Milliseconds without a question after which the thread ends. */
const REST = 30_000

/**
 * Serves our tables into osquery, as runExtension does. Those of the machine are read in a thread, which starts with the
 * first question: pings are answered meanwhile.
 */
export async function serveExtension({ config, ...options }: ServeExtensionOptions): ReturnType<typeof runExtension> {
  const engine = createRestingEngine(REST)
  const tables = [...(isEmbeddable() ? hostTables(engine) : []), ...createComplianceTables(config)]
  try {
    return await runExtension({ ...options, name: NAME, tables: tables.map(toExtensionTable) })
  } finally {
    await engine.close()
  }
}

function hostTables(engine: RestingEngine): ServedTable[] {
  const ours = [...tablesOf(readSchema(), 'linux').values()].filter(({ extension }) => extension)
  return ours
    .filter(({ name }) => !isComplianceTable(name))
    .map(({ name, columns }) => ({
      name,
      columns,
      generate: (context) => engine.scan(name, context, SCAN_TIMEOUT),
    }))
}

function toExtensionTable({ name, columns, generate }: ServedTable): ExtensionTable {
  return { name, columns: columns.map((column) => ({ ...column, op: toOptions(column) })), generate }
}
