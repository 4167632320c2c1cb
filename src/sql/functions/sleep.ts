import { type SqlFunction, SqlFunctionError } from '../function.ts'
import type { SqlValue } from '../table.ts'

/** osquery sleeps for so many seconds. That would stop everything here, so only `sleep(0)` is answered, with 0. */
function sleep(seconds: SqlValue): SqlValue {
  if (seconds === 0n) return 0n
  throw new SqlFunctionError('sleep() is not run here, because it would block every other query: leave it out')
}

export const sleepFunctions: readonly SqlFunction[] = [{ name: 'sleep', arity: [1], call: sleep }]
