import { KeelsonError, messageOf } from '../core/errors.ts'

/** Why the state could not be read or written. */
export type StateFailure = 'full' | 'read-only' | 'corrupt' | 'newer' | 'foreign' | 'busy' | 'io'

export class StateError extends KeelsonError {
  readonly failure: StateFailure
  readonly path: string

  constructor(failure: StateFailure, path: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(`state/${failure}`, message, options)
    this.name = 'StateError'
    this.failure = failure
    this.path = path
  }
}

/** Whether an error says that the database itself is damaged. */
export function isDamaged(error: unknown): error is StateError {
  return error instanceof StateError && error.failure === 'corrupt'
}

export const MEND = 'checks run puts the newest backup in its place, and checks restore the one you name'

const KNOWN: readonly (readonly [RegExp, StateFailure, string, string])[] = [
  [
    /^SQLITE_(?:FULL|IOERR_SHMSIZE)/,
    'full',
    'the disk is full',
    'make room and run again: nothing of this was recorded',
  ],
  [/^SQLITE_(?:CORRUPT|NOTADB|ERROR: unsupported file format)/, 'corrupt', 'the database is damaged', MEND],
  [/^SQLITE_READONLY/, 'read-only', 'it may not be written', 'choose another place with --state PATH, or --no-state'],
  [
    /^SQLITE_(?:CANTOPEN|PERM|AUTH)/,
    'read-only',
    'it cannot be opened',
    'choose another place with --state PATH, or --no-state',
  ],
  [/^SQLITE_(?:BUSY|LOCKED)/, 'busy', 'another process holds it', 'try again when that one is done'],
  [/^SQLITE_IOERR/, 'io', 'the disk does not do as it is told', 'look at the disk; nothing of this was recorded'],
]

/** What SQLite threw, in our words; anything else as it is. */
export function toStateError(error: unknown, path: string): unknown {
  if (error instanceof TypeError && error.message.includes('connection is not open')) {
    return new StateError('io', path, `the state at ${path} was closed`, { hint: 'open it again', cause: error })
  }
  if (error instanceof StateError || !(error instanceof Error) || !('code' in error)) return error
  const code = String(error.code)
  const known = KNOWN.find(([pattern]) => pattern.test(`${code}: ${error.message}`))
  if (!known)
    return code.startsWith('SQLITE_')
      ? new StateError('io', path, `the state at ${path}: ${messageOf(error)}`, { cause: error })
      : error
  const [, failure, what, hint] = known
  return new StateError(failure, path, `the state at ${path}: ${what} (${code}: ${error.message})`, {
    hint,
    cause: error,
  })
}
