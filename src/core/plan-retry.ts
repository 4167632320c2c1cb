/** Milliseconds before the first retry, at most; twice as many with each further one. */
const FIRST = 2_000
/** Milliseconds before any retry, at most. */
export const LONGEST_RETRY = 300_000

/**
 * Milliseconds to wait before a retry, after so many failures in a row (1 and more): any time up to a limit that doubles
 * (full jitter), so that many who lost the same thing do not come back together. `random` gives numbers from 0 to 1.
 */
export function retryDelay(failures: number, random: () => number): number {
  return Math.round(random() * Math.min(LONGEST_RETRY, FIRST * 2 ** (failures - 1)))
}
