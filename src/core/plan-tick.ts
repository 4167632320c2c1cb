import { LONGEST_RETRY } from './plan-retry.ts'

/** Milliseconds after which an upgrade of the system or of the source is looked for, though nothing is due. */
const LOOK_AGAIN = 3_600_000
/** Clocks are set back by less than this all the time. */
const CLOCK_TOLERANCE = 2_000

/** Where the watch stands. Times are milliseconds since 1970. */
export interface Standing {
  /** When the next check is due; undefined when none is. */
  readonly nextAt: number | undefined
  /** When the last evaluation ended; undefined before the first. */
  readonly lastAt: number | undefined
  /** When to try again after a failure; undefined when the last evaluation went well. */
  readonly retryAt: number | undefined
  /** Whether checks were left over by the last evaluation. */
  readonly leftOver: boolean
}

/**
 * Why to evaluate.
 * - `start`: nothing was evaluated yet
 * - `clock`: the clock went back
 * - `retry`: the last evaluation failed, and enough time has passed
 * - `left`: the last evaluation had no time for all
 * - `due`: a check is due
 * - `upgrade`: to see whether the system or the source was upgraded
 */
export type TickReason = 'start' | 'clock' | 'retry' | 'left' | 'due' | 'upgrade'

/** Why to evaluate now; undefined: there is no reason to. After a failure only the time to try again counts. */
export function whyEvaluate({ nextAt, lastAt, retryAt, leftOver }: Standing, now: number): TickReason | undefined {
  if (retryAt !== undefined) return now >= retryAt || retryAt - now > LONGEST_RETRY ? 'retry' : undefined
  if (lastAt === undefined) return 'start'
  if (now < lastAt - CLOCK_TOLERANCE) return 'clock'
  if (leftOver) return 'left'
  if (nextAt !== undefined && nextAt <= now) return 'due'
  return now - lastAt >= LOOK_AGAIN ? 'upgrade' : undefined
}
