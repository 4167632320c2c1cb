/** What is held against a check that harms whoever evaluates it. */
export interface Suspect {
  /** Of the check; another version is another check. */
  readonly version: string
  /** How often in a row it took too long, or ended the source or the process that evaluated it. */
  readonly failures: number
  /** What happened the last time. */
  readonly reason: string
  /** Milliseconds since 1970: not asked until then. Null while it is still asked, on its own and after the others. */
  readonly until: number | null
}

/** By the check's id. */
export type Suspects = Readonly<Record<string, Suspect>>

/** Failures in a row that lead into quarantine. */
export const MOST_FAILURES = 3
const SHORTEST = 3_600_000
const LONGEST = 86_400_000

/** The suspect after another failure. From the third on it is left alone: an hour, then twice as long, up to a day. */
export function suspectAfter(
  before: Suspect | undefined,
  { version, reason, now }: { readonly version: string; readonly reason: string; readonly now: number },
): Suspect {
  const failures = (before?.version === version ? before.failures : 0) + 1
  const beyond = failures - MOST_FAILURES
  const until = beyond < 0 ? null : now + Math.min(LONGEST, SHORTEST * 2 ** beyond)
  return { version, failures, reason, until }
}

/** What is held against this version of a check. */
export function suspicionOf(suspects: Suspects, check: string, version: string): Suspect | undefined {
  const suspect = Object.hasOwn(suspects, check) ? suspects[check] : undefined
  return suspect?.version === version ? suspect : undefined
}

/** Whether it is to be left alone now. A time that a clock set back has moved out of reach does not count. */
export function isQuarantined(suspect: Suspect | undefined, now: number): boolean {
  const until = suspect?.until ?? 0
  return until > now && until - now <= LONGEST
}

/** Why a check in quarantine could not be judged; the same sentence for the length of a quarantine. */
export function explainQuarantine({ failures, reason, until }: Suspect): string {
  const time = new Date(until ?? 0).toISOString().slice(0, 16).replace('T', ' ')
  return `in quarantine until ${time} UTC, after ${failures} failures in a row: ${reason}`
}
