import { describe, expect, it } from 'vitest'
import { LONGEST_RETRY, retryDelay } from '../../src/core/plan-retry.ts'
import { type Standing, whyEvaluate } from '../../src/core/plan-tick.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const NOW = Date.UTC(2026, 10, 20, 12)
const QUIET: Standing = { nextAt: NOW + 5 * MINUTE, lastAt: NOW - MINUTE, retryAt: undefined, leftOver: false }

describe('a tick', () => {
  it.each<[string, Partial<Standing>, number, string | undefined]>([
    ['does nothing when nothing is due', {}, NOW, undefined],
    ['begins with an evaluation', { lastAt: undefined, nextAt: undefined }, NOW, 'start'],
    ['evaluates what is due', {}, NOW + 5 * MINUTE, 'due'],
    ['evaluates once what was missed in a sleep of a day', {}, NOW + DAY, 'due'],
    ['looks at once when the clock went back a day', {}, NOW - DAY, 'clock'],
    ['does not mind a clock that is put right by a second', { lastAt: NOW + 1000 }, NOW, undefined],
    ['goes on with what was left over', { leftOver: true }, NOW, 'left'],
    ['looks for upgrades once an hour', { nextAt: NOW + DAY, lastAt: NOW - 60 * MINUTE }, NOW, 'upgrade'],
    ['waits after a failure, whatever is due', { nextAt: NOW, retryAt: NOW + MINUTE, leftOver: true }, NOW, undefined],
    ['tries again when it has waited', { retryAt: NOW }, NOW, 'retry'],
    ['tries again when the clock went back meanwhile', { retryAt: NOW + 10 * MINUTE }, NOW, 'retry'],
  ])('%s', (_, standing, now, reason) => {
    expect(whyEvaluate({ ...QUIET, ...standing }, now)).toBe(reason)
  })
})

describe('the wait before a retry', () => {
  it('is any time up to a limit that doubles, and never more than 5 minutes', () => {
    expect([1, 2, 3, 4].map((failures) => retryDelay(failures, () => 1))).toEqual([2000, 4000, 8000, 16_000])
    expect(retryDelay(4, () => 0)).toBe(0)
    expect(retryDelay(4, () => 0.25)).toBe(4000)
    for (const failures of [9, 50, 5000]) expect(retryDelay(failures, () => 1)).toBe(LONGEST_RETRY)
  })
})
