import { createContext, runInContext } from 'node:vm'

/** Milliseconds that a match may take. */
const LIMIT = 1000

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
    return { result: runInContext('match()', createContext({ match }), { timeout: LIMIT }) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  }
}
