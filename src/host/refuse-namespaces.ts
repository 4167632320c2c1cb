import { type TableContext, TableError } from '../sql/table.ts'

/** osquery would look into the namespace of that process; saying nothing would look like an empty answer. */
export function refuseNamespaces(context: TableContext, table: string): void {
  if (context.equals('pid_with_namespace').some((pid) => Number(pid) > 0)) {
    throw new TableError(`${table}: pid_with_namespace needs osquery; the embedded engine reads its own namespace only`)
  }
}
