import type { CheckState, ReportedCheck } from './state.ts'

const UNEXPLAINED = 'it could not be judged'

/** The state of a check that is reported for the first time; `tag` tells its evidence from other evidence. */
export function beginState(check: ReportedCheck, now: number, tag: number): CheckState {
  const { id, verdict, version, definition, period, reason } = check
  return {
    check: id,
    verdict: verdict === 'error' ? null : verdict,
    since: now,
    version,
    definition: definition.digest,
    period,
    inability: verdict === 'error' ? { reason: reason ?? UNEXPLAINED, since: now } : null,
    seenAt: now,
    evidenceAt: now,
    evidenceTag: tag,
    removedAt: null,
  }
}

/** The state after another report. An `error` leaves the verdict as it was, and stands beside it. */
export function continueState(check: ReportedCheck, before: CheckState, now: number): CheckState {
  const { verdict, version, period } = check
  const definition = check.definition.digest
  const base = { ...before, version, definition, period, seenAt: now, removedAt: null }
  if (verdict === 'error') {
    const since = before.inability?.since ?? now
    return { ...base, inability: { reason: check.reason ?? UNEXPLAINED, since } }
  }
  return { ...base, verdict, since: before.verdict === verdict ? before.since : now, inability: null }
}

/** A state as a clock that was set back knows it: nothing holds since a time that is still to come. */
export function notLaterThan(now: number, state: CheckState): CheckState {
  const { seenAt, since, inability } = state
  if (seenAt <= now) return state
  return {
    ...state,
    since: Math.min(since, now),
    inability: inability && { ...inability, since: Math.min(inability.since, now) },
  }
}
