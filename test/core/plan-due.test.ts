import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRecurrence } from '../../src/app/recurrence.ts'
import { nextDue } from '../../src/core/plan-due.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOON = Date.UTC(2026, 10, 20, 12)
const hourly = readRecurrence('1h', NOON)

describe('when a check is due', () => {
  it('is the next slot of its asset, the same for all checks with the schedule', () => {
    const tag = 17 * MINUTE
    expect(nextDue(hourly, NOON, tag)).toBe(NOON + HOUR + tag)
    expect(nextDue(hourly, NOON - 20 * MINUTE, tag)).toBe(NOON + tag)
  })

  it('leaves out a slot that comes within half a period of the last result', () => {
    const tag = 17 * MINUTE
    expect(nextDue(hourly, NOON + tag - 29 * MINUTE, tag)).toBe(NOON + HOUR + tag)
    expect(nextDue(hourly, NOON + tag - 30 * MINUTE, tag)).toBe(NOON + tag)
  })

  it('lies between half a period and one and a half after any result, so that it never counts as unconfirmed', () => {
    const seconds = fc.integer({ min: 1, max: 60 * 24 * 30 }).map((minutes) => minutes * 60)
    fc.assert(
      fc.property(seconds, fc.nat(NOON), fc.nat(Number.MAX_SAFE_INTEGER), (period, seenAt, tag) => {
        const every = { kind: 'every', period, nextAfter: (time: number) => time + period * 1000 } as const
        const wait = ((nextDue(every, seenAt, tag) as number) - seenAt) / (period * 1000)
        expect(wait).toBeGreaterThanOrEqual(0.5)
        expect(wait).toBeLessThan(1.5)
      }),
    )
  })

  it('comes round once a period when every slot is kept', () => {
    let seenAt = NOON
    const slots = Array.from({ length: 24 }, () => {
      const slot = nextDue(hourly, seenAt, 12_345) as number
      // It takes a while until the result is there.
      seenAt = slot + 40_000
      return slot
    })
    expect(slots.map((slot, index) => slot - (slots[0] as number) - index * HOUR)).toEqual(slots.map(() => 0))
  })

  it('puts a cron schedule off by at most a tenth of its period and a quarter of an hour', () => {
    const daily = readRecurrence('0 3 * * *', NOON)
    const first = daily.nextAfter(NOON) as number
    expect(nextDue(daily, NOON, 0)).toBe(first)
    expect(nextDue(daily, NOON, 14 * MINUTE)).toBe(first + 14 * MINUTE)
    expect(nextDue(daily, NOON, 15 * MINUTE)).toBe(first)
    expect(nextDue(readRecurrence('*/10 * * * *', NOON), NOON, 61_000)).toBe(NOON + 1000)
    // Heard of after the occurrence and before the shifted one: that one is still to come.
    expect(nextDue(daily, first + MINUTE, 14 * MINUTE)).toBe(first + 14 * MINUTE)
  })

  it('is never for a check that is run by hand', () => {
    expect(nextDue(readRecurrence('manual', NOON), NOON, 5)).toBeUndefined()
  })
})
