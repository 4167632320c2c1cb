import { TableError } from '../sql/table.ts'

/** What `look` gives, or undefined when it cannot be seen: only for columns that osquery leaves empty then. */
export function attempt<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (error instanceof TableError) return undefined
    throw error
  }
}
