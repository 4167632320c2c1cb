import type { TableContext, TableRow } from '../sql/table.ts'
import type { Host } from './host.ts'

/** One of osquery's tables, read from this machine. Its columns come from osquery's schema, by its name. */
export interface HostTable {
  readonly name: string
  generate(context: TableContext, host: Host): Iterable<TableRow>
}
