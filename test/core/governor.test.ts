import { describe, expect, it } from 'vitest'
import { type CheckRuns, type Statement, weighTransition } from '../../src/core/damping.ts'
import {
  count,
  describeRate,
  endOf,
  follow,
  horizonOf,
  isOver,
  isTooMuch,
  leaveOut,
  nextDigest,
  type Tally,
} from '../../src/core/governor.ts'
import { findQuietEnd, type QuietHours } from '../../src/core/quiet-hours.ts'
import { readGovernor } from '../../src/core/read-governor.ts'
import type { Verdict } from '../../src/core/verdict.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 2, 4, 12)

/** What the ledger says of a check that runs hourly: verdicts with the hour at which each began. */
function runsOf(
  verdicts: readonly (readonly [number, Verdict | null])[],
  seenAt: number,
  more: Partial<CheckRuns> = {},
) {
  const statements = verdicts.map(([hours, verdict], index): Statement => {
    const at = START + hours * HOUR
    return {
      sequence: index + 1,
      at,
      verdict,
      last: index === 0 ? 'pass' : null,
      lastSince: index === 0 ? START : null,
    }
  })
  return { statements, period: 3600, seenAt: START + seenAt * HOUR, gaps: [], ...more }
}

describe('whether a transition lasted', () => {
  const weigh = (runs: CheckRuns, sequence: number, [agree, of]: readonly [number, number], now: number) => {
    const weighed = weighTransition(runs, sequence, { agree, of }, START + now * HOUR)
    return weighed.outcome === 'open' ? (weighed.lookAt - START) / HOUR : weighed.outcome
  }

  it.each<[string, CheckRuns, number, readonly [number, number], number, string | number]>([
    ['is open after one observation, until the next', runsOf([[5, 'fail']], 5), 1, [2, 3], 5, 6],
    ['is known once the second agrees', runsOf([[5, 'fail']], 6), 1, [2, 3], 6, 'lasted'],
    ['counts observations that are about a period apart', runsOf([[5, 'fail']], 5.9), 1, [2, 3], 6, 'lasted'],
    ['does not count one that came much too early', runsOf([[5, 'fail']], 5.2), 1, [2, 3], 5.2, 6.2],
    ['looks again soon where an observation is late', runsOf([[5, 'fail']], 5), 1, [2, 3], 7, 7.125],
    [
      'has ended when it went back too early',
      runsOf(
        [
          [5, 'fail'],
          [6, 'pass'],
        ],
        6,
      ),
      1,
      [2, 3],
      6,
      'ended',
    ],
    [
      'lasted when it went back late enough',
      runsOf(
        [
          [5, 'fail'],
          [7, 'pass'],
        ],
        7,
      ),
      1,
      [2, 3],
      7,
      'lasted',
    ],
    [
      'has ended when its check was taken out of use',
      runsOf(
        [
          [5, 'fail'],
          [6, null],
        ],
        6,
      ),
      1,
      [2, 3],
      6,
      'ended',
    ],
    [
      'has not ended where the same was said again',
      runsOf(
        [
          [5, 'fail'],
          [6, 'fail'],
        ],
        6,
      ),
      1,
      [2, 3],
      6,
      'lasted',
    ],
    [
      'counts what agreed before within the window',
      runsOf(
        [
          [5, 'fail'],
          [6, 'pass'],
          [7, 'fail'],
        ],
        7,
      ),
      3,
      [2, 3],
      7,
      'lasted',
    ],
    [
      'does not count what lies before the window',
      runsOf(
        [
          [5, 'fail'],
          [6, 'pass'],
          [8, 'fail'],
        ],
        8,
      ),
      3,
      [2, 3],
      8,
      9,
    ],
    [
      'counts the verdict that held before the first entry',
      runsOf(
        [
          [5, 'fail'],
          [6, 'pass'],
        ],
        6,
      ),
      2,
      [3, 5],
      6,
      'lasted',
    ],
    [
      'is not waited for where the check is run by hand',
      runsOf([[5, 'fail']], 5, { period: null }),
      1,
      [2, 3],
      5,
      'lasted',
    ],
    ['is not waited for longer than two periods after the window', runsOf([[5, 'fail']], 5), 1, [2, 3], 10, 'lasted'],
    [
      'is not seen while nothing was heard',
      runsOf(
        [
          [5, 'fail'],
          [20, 'pass'],
        ],
        20,
        { gaps: [{ since: START + 7 * HOUR, until: START + 20 * HOUR }] },
      ),
      1,
      [2, 3],
      20,
      'ended',
    ],
    [
      'is seen again after nothing was heard',
      runsOf([[5, 'fail']], 20, { gaps: [{ since: START + 7 * HOUR, until: START + 20 * HOUR }] }),
      1,
      [2, 3],
      20,
      'lasted',
    ],
  ])('%s', (_, runs, sequence, damping, now, expected) => {
    expect(weigh(runs, sequence, damping, now)).toBe(expected)
  })
})

describe('what a sink believes', () => {
  const of = { asset: 'm1', check: 'a' }
  it('is kept while something else holds, and forgotten once that is over', () => {
    const first = leaveOut({ ...of, verdict: 'fail', last: 'pass' }, null, 'budget')
    expect(first).toEqual({ ...of, told: 'pass', left: 'fail', cause: 'budget' })
    const second = leaveOut({ ...of, verdict: 'warn', last: 'fail' }, first, 'breaker')
    expect(second).toEqual({ ...of, told: 'pass', left: 'warn', cause: 'budget' })
    expect(leaveOut({ ...of, verdict: 'pass', last: 'warn' }, second, 'budget')).toBeNull()
  })

  it('is nothing where it was told nothing, which a pass does not change', () => {
    const first = leaveOut({ ...of, verdict: 'fail', last: null }, null, 'damping')
    expect(first).toMatchObject({ told: null, left: 'fail' })
    expect(leaveOut({ ...of, verdict: 'pass', last: 'fail' }, first, 'damping')).toBeNull()
  })
})

describe('a tally', () => {
  const rate = { transitions: 2, per: 600 }
  const at = (minutes: number) => START + minutes * 60_000
  const tally = (more: Partial<Tally>): Tally => ({
    check: '',
    start: START,
    count: 1,
    open: false,
    first: null,
    ...more,
  })

  it('counts from its first transition on, and anew after its time', () => {
    const one = count(undefined, rate, { check: 'a', at: START })
    expect(one).toEqual({ check: 'a', start: START, count: 1, open: false, first: null })
    const two = count(one, rate, { check: 'a', at: at(9) })
    expect([two.count, isTooMuch(two, rate)]).toEqual([2, false])
    expect(isTooMuch(count(two, rate, { check: 'a', at: at(9) }), rate)).toBe(true)
    expect(count(two, rate, { check: 'a', at: at(10) })).toMatchObject({ start: at(10), count: 1 })
    expect([endOf(two, rate), isOver(two, rate, at(9)), isOver(two, rate, at(10))]).toEqual([at(10), false, true])
  })

  it('takes what is older than itself, and is over where the limit is gone', () => {
    expect(count(tally({ start: at(60) }), rate, { at: START })).toMatchObject({ start: at(60), count: 2 })
    expect(isOver(tally({}), undefined, START)).toBe(true)
  })

  it('of a storm stays full until there were few enough for a whole time', () => {
    const storm = tally({ count: 9 })
    const next = count(storm, rate, { at: at(11) })
    expect([next.open, isTooMuch(next, rate)]).toEqual([true, true])
    expect(count(next, rate, { at: at(22) }).open).toBe(false)
    expect(count(storm, rate, { at: at(25) }).open).toBe(false)
    // A budget is no storm.
    expect(count({ ...storm, check: 'a' }, rate, { check: 'a', at: at(11) }).open).toBe(false)
  })

  it('goes on after its end with what could not be summed up yet', () => {
    const next = follow(tally({ count: 9, first: 'u' }), rate)
    expect(next).toEqual({ check: '', start: at(10), count: 0, open: true, first: 'u/1' })
    expect(follow(next, rate)).toMatchObject({ start: at(20), open: false, first: 'u/2' })
    expect(follow(next, undefined).first).toBeNull()
  })

  it('is told in words', () => {
    expect([60, 5400, 3600, 86_400].map((per) => describeRate({ transitions: 2, per }))).toEqual([
      '2 transitions within 1m',
      '2 transitions within 90m',
      '2 transitions within 1h',
      '2 transitions within 1d',
    ])
  })
})

describe('a digest', () => {
  it('is due at whole periods, counted from midnight UTC', () => {
    expect(horizonOf({ digest: 3600 }, START + 5 * 60_000)).toBe(START)
    expect(nextDigest({ digest: 3600 }, START + 1)).toBe(START + HOUR)
    expect(nextDigest({ digest: 3600 }, START)).toBe(START)
    expect(horizonOf({}, START)).toBe(Number.POSITIVE_INFINITY)
    expect(nextDigest({}, START)).toBe(START)
  })
})

describe('quiet hours', () => {
  const quiet = (written: unknown): QuietHours => {
    const { governor, problems } = readGovernor({ quiet: written })
    expect(problems).toEqual([])
    return governor.quiet as QuietHours
  }
  const end = (hours: QuietHours, now: string) => {
    const found = findQuietEnd(hours, Date.parse(now))
    return found === null ? null : new Date(found).toISOString()
  }

  it.each([
    ['within the evening', '2026-03-04T22:00:00Z', '2026-03-05T07:00:00.000Z'],
    ['within the morning', '2026-03-05T06:59:30Z', '2026-03-05T07:00:00.000Z'],
    ['before', '2026-03-04T21:59:59Z', null],
    ['after', '2026-03-05T07:00:00Z', null],
  ])('over midnight: %s', (_, now, expected) => {
    expect(end(quiet({ between: '22:00-07:00', zone: 'UTC' }), now)).toBe(expected)
  })

  it('are told by the wall clock, whatever is done to it in spring and autumn', () => {
    const hours = quiet({ between: '22:00-07:00', zone: 'Europe/Berlin' })
    expect(end(hours, '2026-01-10T21:00:00Z')).toBe('2026-01-11T06:00:00.000Z')
    // The night to 29 March has an hour less, the one to 25 October an hour more.
    expect(end(hours, '2026-03-28T21:00:00Z')).toBe('2026-03-29T05:00:00.000Z')
    expect(end(hours, '2026-10-24T20:00:00Z')).toBe('2026-10-25T06:00:00.000Z')
    // Hours that do not exist on that day are over when they would begin.
    expect(end(quiet({ between: '02:15-02:45', zone: 'Europe/Berlin' }), '2026-03-29T01:15:00Z')).toBeNull()
  })

  it('begin on some days only, and go on where another span follows', () => {
    const hours = quiet([
      { between: '22:00-07:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'], zone: 'UTC' },
      { between: '00:00-24:00', days: ['sat', 'sun'], zone: 'UTC' },
    ])
    // Friday evening until Monday.
    expect(end(hours, '2026-03-06T23:00:00Z')).toBe('2026-03-09T00:00:00.000Z')
    expect(end(hours, '2026-03-09T06:00:00Z')).toBeNull()
    expect(end(hours, '2026-03-10T06:00:00Z')).toBe('2026-03-10T07:00:00.000Z')
  })
})

describe('a governor as it is written', () => {
  it('is read with all its parts', () => {
    const written = {
      damping: { agree: 2, of: 3 },
      budget: { transitions: 20, per: '1h' },
      breaker: { transitions: 500, per: '10m' },
      digest: 3600,
      quiet: '22:00-07:00',
    }
    const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
    expect(readGovernor(written)).toEqual({
      governor: {
        damping: { agree: 2, of: 3 },
        budget: { transitions: 20, per: 3600 },
        breaker: { transitions: 500, per: 600 },
        digest: 3600,
        quiet: { spans: [{ from: 1320, until: 420, days }] },
      },
      problems: [],
    })
    expect(readGovernor({})).toEqual({ governor: {}, problems: [] })
  })

  it.each<[unknown, string, RegExp, RegExp]>([
    ['x', '', /must be a mapping/, /damping/],
    [{ dampig: {} }, 'dampig', /not known/, /did you mean damping/],
    [{ damping: 2 }, 'damping', /how many of how many/, /agree: 2, of: 3/],
    [{ damping: { agree: 4, of: 3 } }, 'damping.agree', /can never agree/, /agree/],
    [{ damping: { agree: 2, of: 4 } }, 'damping.agree', /two verdicts may each have 2 of 4/, /agree: 3, or more/],
    [{ damping: { agree: 1.5, of: 2 } }, 'damping.agree', /whole number from 1 to 20/, /agree/],
    [
      { budget: { transitions: 0, per: '1h' } },
      'budget.transitions',
      /whole number/,
      /^budget: \{ transitions: 20, per: 1h \}$/,
    ],
    [{ breaker: { transitions: 5, per: '1w' } }, 'breaker.per', /from 1m to 1d/, /^breaker: /],
    [{ budget: { transitions: 5, per: '1h', check: 'a' } }, 'budget.check', /not known/, /known: transitions, per/],
    [{ digest: '5s' }, 'digest', /from 1m to 1d/, /once per period/],
    [{ quiet: 22 }, 'quiet', /time of day/, /22:00/],
    [{ quiet: '25:00-07:00' }, 'quiet.between', /24 hours/, /wall clock/],
    [{ quiet: '22-7' }, 'quiet.between', /no time of day/, /22:00-07:00/],
    [{ quiet: '07:00-07:00' }, 'quiet.between', /ends when it begins/, /00:00-24:00/],
    [{ quiet: '00:00-24:00' }, 'quiet', /no time that is not quiet/, /22:00/],
    [{ quiet: [] }, 'quiet', /empty/, /22:00/],
    [{ quiet: [{ between: '22:00-07:00', days: ['caturday'] }] }, 'quiet.0.days', /days may be/, /sat/],
    [{ quiet: { between: '22:00-07:00', zone: 'Mars/Olympus' } }, 'quiet.zone', /time zone/, /Europe\/Berlin/],
    [{ quiet: [{ between: '1:00-2:00' }] }, 'quiet.0.between', /no time of day/, /22:00/],
    [{ quiet: ['22:00-23:00', { between: '01:00-02:00', zone: 'UTC' }] }, 'quiet', /one zone/, /same zone/],
  ])('%j is refused with where and how to mend it', (written, path, message, hint) => {
    const { problems } = readGovernor(written)
    expect(problems).toHaveLength(1)
    expect(problems[0]?.path.join('.')).toBe(path)
    expect(problems[0]?.message).toMatch(message)
    expect(problems[0]?.hint).toMatch(hint)
  })
})
