import { createHash } from 'node:crypto'
import type { SqlFunction } from '../function.ts'
import type { SqlValue } from '../table.ts'
import { readByteString } from './read-values.ts'

/** Lower-case hex of the value's text, which ends at the first NUL. */
function defineHash(name: string): SqlFunction {
  return {
    name,
    arity: [1],
    call: (value: SqlValue) =>
      value === null ? null : createHash(name).update(readByteString(value), 'latin1').digest('hex'),
  }
}

export const hashingFunctions: readonly SqlFunction[] = ['md5', 'sha1', 'sha256'].map(defineHash)
