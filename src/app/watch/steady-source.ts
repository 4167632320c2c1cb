import { setTimeout as sleep } from 'node:timers/promises'
import { KeelsonError, messageOf, SourceError } from '../../core/errors.ts'
import type { QueryOptions, Source, SourceInfo, TextRow } from '../../core/source.ts'

/** The question was not put: the source is lost, or there is no time left. Nothing can be held against who asked. */
export class PostponedError extends SourceError {
  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super('gone', message, options)
    this.name = 'PostponedError'
  }
}

export interface SteadyOptions {
  /** Opens the source, and opens it again when it has ended. */
  readonly open: () => Promise<Source>
  /** Milliseconds from now after which nothing is asked any more. */
  readonly budget: number
  /** Milliseconds that it may be gone before it is given up. */
  readonly patience: number
}

/** Milliseconds for an answer that costs nothing. */
const PROBE = 5_000
const PAUSE = 200

/**
 * A source that is waited for when a question has ended it (osquery's watchdog kills its worker, and another one takes
 * over), so that what one check has done does not befall the ones behind it.
 */
export class SteadySource implements Source {
  readonly #options: SteadyOptions
  readonly #deadline: number
  #source: Source | undefined
  #doubtful = false
  #lost: PostponedError | undefined

  private constructor(options: SteadyOptions, source: Source) {
    this.#options = options
    this.#deadline = performance.now() + options.budget
    this.#source = source
    this.info = source.info
  }

  readonly info: SourceInfo

  static async open(options: SteadyOptions): Promise<SteadySource> {
    return new SteadySource(options, await options.open())
  }

  /** Why it is lost; undefined while it answers. */
  get lost(): PostponedError | undefined {
    return this.#lost
  }

  async query(sql: string, options: QueryOptions = {}): Promise<TextRow[]> {
    await this.settle()
    if (this.#lost) throw this.#lost
    if (performance.now() > this.#deadline) throw new PostponedError('there was no time left to ask')
    try {
      return await (this.#source as Source).query(sql, options)
    } catch (error) {
      if (!(error instanceof SourceError) || error.failure !== 'sql') this.#doubtful = true
      throw error
    }
  }

  /** Finds out whether it still answers, where that is in doubt: afterwards it does, or it is lost. */
  async settle(): Promise<void> {
    const giveUp = performance.now() + this.#options.patience
    while (this.#doubtful && !this.#lost) {
      try {
        await this.#probe()
        this.#doubtful = false
      } catch (error) {
        if (performance.now() >= giveUp) this.#lost = toPostponed(error)
        else await sleep(PAUSE)
      }
    }
  }

  async close(): Promise<void> {
    await this.#source?.close()
  }

  async #probe(): Promise<void> {
    this.#source ??= await this.#options.open()
    try {
      await this.#source.query('SELECT 1 AS one', { timeout: PROBE })
    } catch (error) {
      // A program that we had started ourselves comes back only when we start it again.
      const ended = this.#source
      this.#source = undefined
      await ended.close()
      throw error
    }
  }
}

/** The loss of a source, in its own words. */
export function toPostponed(error: unknown): PostponedError {
  const hint = error instanceof KeelsonError && error.hint ? { hint: error.hint } : {}
  return new PostponedError(messageOf(error), { ...hint, cause: error })
}
