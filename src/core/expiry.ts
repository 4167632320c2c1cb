import { stateOf } from './acceptance.ts'
import type { Attestation } from './attestation.ts'
import type { Waiver } from './waiver.ts'

export type AnyAcceptance = Waiver | Attestation

/** That an acceptance ends soon, or has ended: told once each. */
export interface ExpiryNotice {
  readonly acceptance: AnyAcceptance
  readonly stage: 'expiring' | 'expired'
}

/** What is to be told at a time, earliest end first; whether it was told already is for the store to say. */
export function listNotices(acceptances: readonly AnyAcceptance[], now: number, notice: number): ExpiryNotice[] {
  return acceptances
    .flatMap((acceptance): ExpiryNotice[] => {
      const stage = stateOf(acceptance, now, notice)
      return stage === 'expiring' || stage === 'expired' ? [{ acceptance, stage }] : []
    })
    .sort((one, other) => one.acceptance.until - other.acceptance.until)
}

/** When the next notice will be due; undefined: never. */
export function findNextNotice(acceptances: readonly AnyAcceptance[], now: number, notice: number): number | undefined {
  const times = acceptances
    .filter(({ revoked }) => revoked === undefined)
    .flatMap(({ from, until }) => [Math.max(from, until - notice), until + 1])
    .filter((time) => time > now)
  return times.length === 0 ? undefined : Math.min(...times)
}
