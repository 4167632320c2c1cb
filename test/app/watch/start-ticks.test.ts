import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startTicks } from '../../../src/app/watch/start-ticks.ts'

const NOON = Date.UTC(2026, 10, 20, 12)
const DAY = 86_400_000

/** Starts ticks, and counts those of a span of time. */
function countTicks() {
  const ticks: number[] = []
  const end = startTicks({ onTick: () => ticks.push(Date.now()), clock: Date.now, random: () => 0.5 })
  return {
    ticks,
    end,
    during: async (milliseconds: number) => {
      const before = ticks.length
      await vi.advanceTimersByTimeAsync(milliseconds)
      return ticks.length - before
    },
  }
}

describe('the ticks of the wall clock', () => {
  beforeEach(() => void vi.useFakeTimers({ now: NOON }))
  afterEach(() => void vi.useRealTimers())

  it('come four times a minute, at a second of their own', async () => {
    const { ticks, during, end } = countTicks()
    expect(await during(60_000)).toBe(4)
    expect(ticks.map((time) => new Date(time).getUTCSeconds() % 15)).toEqual([7, 7, 7, 7])
    end()
    expect(await during(60_000)).toBe(0)
  })

  it('go on when the clock is set back by a day', async () => {
    const { during, end } = countTicks()
    await during(60_000)
    vi.setSystemTime(NOON - DAY)
    expect(await during(120_000)).toBeGreaterThanOrEqual(5)
    end()
  })

  it('are not made up for when the clock leaps a day ahead, or the machine has slept', async () => {
    const { during, end } = countTicks()
    await during(60_000)
    vi.setSystemTime(NOON + DAY)
    const after = await during(120_000)
    expect(after).toBeGreaterThanOrEqual(5)
    expect(after).toBeLessThanOrEqual(12)
    end()
  })
})
