import { describe, expect, it } from 'vitest'
import {
  explainQuarantine,
  isQuarantined,
  type Suspect,
  suspectAfter,
  suspicionOf,
} from '../../src/core/plan-quarantine.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 10, 20, 12)

function failTimes(count: number, version = 'v1', before?: Suspect): Suspect {
  let suspect = before
  for (let i = 0; i < count; i++) suspect = suspectAfter(suspect, { version, reason: 'no answer in 30 s', now: NOW })
  return suspect as Suspect
}

describe('quarantine', () => {
  it('begins with the third failure in a row, and doubles from an hour up to a day', () => {
    expect([1, 2].map((count) => failTimes(count).until)).toEqual([null, null])
    const hours = [3, 4, 5, 6, 7, 8, 20].map((count) => ((failTimes(count).until as number) - NOW) / HOUR)
    expect(hours).toEqual([1, 2, 4, 8, 16, 24, 24])
  })

  it('does not hold the failures of one version against another', () => {
    const old = failTimes(5)
    expect(failTimes(1, 'v2', old)).toMatchObject({ version: 'v2', failures: 1, until: null })
    expect(suspicionOf({ one: old }, 'one', 'v2')).toBeUndefined()
    expect(suspicionOf({ one: old }, 'one', 'v1')).toBe(old)
    expect(suspicionOf({ one: old }, 'toString', 'v1')).toBeUndefined()
  })

  it('ends at its time, and when a clock set back has moved that out of reach', () => {
    const suspect = failTimes(3)
    expect(isQuarantined(suspect, NOW)).toBe(true)
    expect(isQuarantined(suspect, NOW + HOUR)).toBe(false)
    expect(isQuarantined(suspect, NOW - 48 * HOUR)).toBe(false)
    expect(isQuarantined(failTimes(2), NOW)).toBe(false)
    expect(isQuarantined(undefined, NOW)).toBe(false)
  })

  it('is explained in a sentence that stays the same', () => {
    expect(explainQuarantine(failTimes(3))).toBe(
      'in quarantine until 2026-11-20 13:00 UTC, after 3 failures in a row: no answer in 30 s',
    )
  })
})
