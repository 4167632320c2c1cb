import { createContext, isContext, Script } from 'node:vm'

/** Milliseconds that a match may take. */
const LIMIT = 1000

// A context takes a millisecond to make, and rows are matched by the hundred: what is matched is handed to one context.
const MATCH = new Script('match()')
const handed: { match?: () => unknown } = {}

/** Whether a regular expression may take time that doubles with each letter: it repeats a group. */
function mayRunAway(pattern: string): boolean {
  return /\)[*+{]/.test(pattern)
}

/**
 * Matches with a pattern from an author, and gives up on one that backtracks for ever: nothing else can stop JavaScript's
 * own engine. @returns undefined when it took too long
 */
export function matchWithin<T>(pattern: string, match: () => T): { readonly result: T } | undefined {
  if (!mayRunAway(pattern)) return { result: match() }
  try {
    handed.match = match
    return { result: MATCH.runInContext(isContext(handed) ? handed : createContext(handed), { timeout: LIMIT }) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  } finally {
    delete handed.match
  }
}
