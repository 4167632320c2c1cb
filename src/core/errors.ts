/** Exit codes of `checks`: usage or configuration wins over failing, failing over not judged. */
export const EXIT = { ok: 0, failing: 1, unjudged: 2, usage: 3 } as const

/** Every error that a person may see: what happened, how to mend it, and what it came from. */
export class KeelsonError extends Error {
  readonly code: string
  readonly hint: string | undefined
  /** The process's exit code when nothing handles the error. */
  readonly exit: number

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown; exit?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'KeelsonError'
    this.code = code
    this.hint = options.hint
    this.exit = options.exit ?? EXIT.usage
  }
}

/**
 * Why a source gave no answer.
 * - `sql`: the statement was refused or failed; another one may well succeed
 * - `timeout`: no answer in time; the connection must not be used again
 * - `gone`: the connection ended before the answer (its process may have died)
 * - `protocol`: the answer was not understood or too large
 */
export type SourceFailure = 'sql' | 'timeout' | 'gone' | 'protocol'

export class SourceError extends KeelsonError {
  readonly failure: SourceFailure
  /** The table that could not be read, where the source tells. */
  readonly table: string | undefined

  constructor(
    failure: SourceFailure,
    message: string,
    options: { hint?: string; cause?: unknown; table?: string | undefined } = {},
  ) {
    super(`source/${failure}`, message, { ...options, exit: EXIT.unjudged })
    this.name = 'SourceError'
    this.failure = failure
    this.table = options.table
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The exit code of a run with this summary; `strict` lets a warning count as failing. */
export function exitCodeOf(
  summary: { readonly fail: number; readonly warn: number; readonly error: number },
  strict: boolean,
): number {
  if (summary.fail > 0 || (strict && summary.warn > 0)) return EXIT.failing
  return summary.error > 0 ? EXIT.unjudged : EXIT.ok
}
