import { describe, expect, it } from 'vitest'
import { readRecurrence } from '../../src/app/recurrence.ts'

const HOUR = 3_600_000
const at = (text: string) => new Date(text).getTime()

describe('a recurrence', () => {
  it('of a period comes again after it', () => {
    const { period, nextAfter } = readRecurrence('2h', 0)
    expect([period, nextAfter(at('2026-03-04T05:06:07'))]).toEqual([7200, at('2026-03-04T05:06:07') + 2 * HOUR])
  })

  it('by hand never comes', () => {
    const { period, nextAfter } = readRecurrence('manual', 0)
    expect([period, nextAfter(0)]).toEqual([null, null])
  })

  it('of cron comes at its times of the local clock, and lasts as long as its longest pause', () => {
    const weekdays = readRecurrence('30 9 * * mon-fri', at('2026-11-20T00:00:00'))
    expect(weekdays.nextAfter(at('2026-11-20T09:29:59'))).toBe(at('2026-11-20T09:30:00'))
    // After Friday's comes Monday's.
    expect(weekdays.nextAfter(at('2026-11-20T09:30:00'))).toBe(at('2026-11-23T09:30:00'))
    expect(weekdays.period).toBe((3 * 24 * HOUR) / 1000)
  })

  it('of cron with a day of month and a day of week comes on both', () => {
    const { nextAfter } = readRecurrence('0 0 1 * mon', at('2026-11-20T00:00:00'))
    expect(nextAfter(at('2026-11-20T00:00:00'))).toBe(at('2026-11-23T00:00:00'))
    expect(nextAfter(at('2026-11-30T00:00:00'))).toBe(at('2026-12-01T00:00:00'))
  })
})
