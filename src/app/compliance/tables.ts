import type { Config } from '../../config.ts'
import { KeelsonError, SourceError } from '../../core/errors.ts'
import type { TextRow } from '../../core/source.ts'
import type { Store } from '../../core/store.ts'
import { readGenerateContext } from '../../host/generate-context.ts'
import { renderTableRow } from '../../host/render-rows.ts'
import { readSchema, tablesOf } from '../../sql/schema.ts'
import type { TableColumn, TableContext, TableRow } from '../../sql/table.ts'
import { openState } from '../state.ts'
import { complianceChecks } from './checks.ts'
import { complianceEvents } from './events.ts'
import { complianceStatus } from './status.ts'

/** A table that is made of what is remembered. A column that is null or missing is NULL. */
export interface StateTable {
  readonly name: string
  /** @throws KeelsonError when it would answer too much */
  read(store: Store, context: TableContext, now: number): Promise<readonly TableRow[]>
}

/** The same as a source's engine or an extension serves it. */
export interface ServedTable {
  readonly name: string
  readonly columns: readonly TableColumn[]
  /** The rows for a constraint context in osquery's JSON. Rejects with SourceError. */
  generate(context: string): Promise<TextRow[]>
}

const TABLES: readonly StateTable[] = [complianceChecks, complianceEvents, complianceStatus]

export function isComplianceTable(name: string): boolean {
  return TABLES.some((table) => table.name === name)
}

/** The tables of the configured state; none where there is to be no state. Each scan opens it anew. */
export function createComplianceTables(config: Config): ServedTable[] {
  if (config.state === false) return []
  const schema = tablesOf(readSchema(), 'linux')
  return TABLES.map(({ name, read }) => {
    const columns = schema.get(name)?.columns ?? []
    const generate = (context: string) => answer(config, (store, now) => read(store, readGenerateContext(context), now))
    return { name, columns, generate: async (context) => (await generate(context)).map((row) => toText(columns, row)) }
  })
}

async function answer(
  config: Config,
  read: (store: Store, now: number) => Promise<readonly TableRow[]>,
): Promise<readonly TableRow[]> {
  try {
    const { store, close } = await openState(config, { clock: Date.now, create: false })
    try {
      return await read(store, Date.now())
    } finally {
      await close()
    }
  } catch (error) {
    if (!(error instanceof KeelsonError)) throw error
    throw new SourceError('sql', error.hint ? `${error.message} (${error.hint})` : error.message, { cause: error })
  }
}

/** On the way to osquery, NULL is a column that is not there. */
function toText(columns: readonly TableColumn[], row: TableRow): TextRow {
  return renderTableRow(columns, Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)))
}
