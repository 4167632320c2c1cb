/** Checks whose flip is still to be written. */
export const STILL_MISSING: readonly string[] = []
