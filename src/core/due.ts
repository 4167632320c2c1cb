import type { CheckState } from './state.ts'

/**
 * Why a check is to be run now.
 * - `new`: it has no result yet, or was out of use
 * - `changed`: what it asks is not what was asked
 * - `upgraded`: the system or osquery is not what it was
 * - `time`: its schedule says so
 */
export type DueReason = 'new' | 'changed' | 'upgraded' | 'time'

export interface DueQuestion {
  /** What is known of the check; undefined: nothing. */
  readonly state: CheckState | undefined
  readonly version: string
  /** When the schedule wants it again after its last result; null for a check that is run by hand. */
  readonly nextAt: number | null
  /** Whether the system or osquery changed since. */
  readonly upgraded: boolean
  readonly now: number
}

/** Why a check is due; undefined when it is not. A last result that lies in the future (a clock set back) is no result. */
export function whyDue({ state, version, nextAt, upgraded, now }: DueQuestion): DueReason | undefined {
  if (nextAt === null) return undefined
  if (!state || state.removedAt !== null) return 'new'
  if (state.version !== version) return 'changed'
  if (upgraded) return 'upgraded'
  return nextAt <= now || state.seenAt > now ? 'time' : undefined
}
