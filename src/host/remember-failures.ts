import { TableError, type VirtualTable } from '../sql/table.ts'

/** Milliseconds for which a table that could not be read is not tried again. */
const SPAN = 3_000
const MOST_KEPT = 100

/**
 * The table, whose failures are remembered for a moment. A run halves a statement that failed until the culprit stands
 * alone; what takes half a second to fail, such as augtool, would otherwise do so at every step.
 * @param clock milliseconds from any start
 */
export function rememberFailures(table: VirtualTable, clock: () => number): VirtualTable {
  const failures = new Map<string, { readonly error: TableError; readonly until: number }>()
  return {
    ...table,
    *generate(context) {
      const key = JSON.stringify(table.columns.map(({ name }) => context.constraints(name)))
      const known = failures.get(key)
      if (known && clock() < known.until) throw known.error
      try {
        yield* table.generate(context)
      } catch (error) {
        if (failures.size >= MOST_KEPT) failures.clear()
        if (error instanceof TableError) failures.set(key, { error, until: clock() + SPAN })
        throw error
      }
    },
  }
}
