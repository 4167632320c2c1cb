import type { SqlFunction } from '../function.ts'
import { encodingFunctions } from './encoding.ts'
import { hashingFunctions } from './hashing.ts'
import { mathFunctions } from './math.ts'
import { networkFunctions } from './network.ts'
import { pathFunctions } from './paths.ts'
import { sleepFunctions } from './sleep.ts'
import { stringFunctions } from './strings.ts'
import { versionFunctions } from './version.ts'

export { osqueryCollations } from './version.ts'

/** What osquery adds to SQLite or redefines, but `carve`. They agree with osquery 5.23 on Linux, x86-64. */
export const osqueryFunctions: readonly SqlFunction[] = [
  ...stringFunctions,
  ...networkFunctions,
  ...versionFunctions,
  ...hashingFunctions,
  ...encodingFunctions,
  ...pathFunctions,
  ...mathFunctions,
  ...sleepFunctions,
]
