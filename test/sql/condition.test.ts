import { describe, expect, it } from 'vitest'
import type { Comparison } from '../../src/core/check.ts'
import { describeComparisons, resolveComparisons } from '../../src/sql/condition.ts'
import { judgeOver } from '../../src/sql/run-test.ts'
import { compile, engines, toFixture } from './build-check.ts'

const NOW = 1_700_000_000
const DAY = 86_400

/** The verdict over one row of users, whose uid is an INTEGER and whose shell is a TEXT. */
function judgeCell(column: 'uid' | 'shell', cell: string | number | null, comparison: Comparison) {
  const compiled = compile({ table: 'users', expect: { [column]: comparison } })
  return judgeOver(compiled, engines.linux, toFixture({ users: [{ [column]: cell }] }), NOW).verdict
}

describe('a comparison of a text column', () => {
  it.each<[string | null, Comparison, string]>([
    ['10', { gt: 9 }, 'pass'],
    ['9', { gt: 10 }, 'fail'],
    ['10', { gt: '9' }, 'fail'],
    [' 10 ', { ge: 10 }, 'pass'],
    ['1e3', { lt: 1001 }, 'pass'],
    ['-2', { lt: -1.5 }, 'pass'],
    ['ten', { gt: 9 }, 'error'],
    ['010', { gt: 9 }, 'error'],
    ['', { gt: 9 }, 'error'],
    [null, { gt: 9 }, 'error'],
    ['5', { eq: 5 }, 'pass'],
    ['05', { eq: 5 }, 'fail'],
    ['5', { ne: 5 }, 'fail'],
    [null, { eq: 'a' }, 'error'],
    [null, { ne: 'a' }, 'error'],
    [null, { eq: null }, 'pass'],
    ['', { eq: null }, 'fail'],
    ['', { ne: null }, 'pass'],
    [null, { ne: null }, 'fail'],
    ['b', { in: ['a', 'b'] }, 'pass'],
    ['7', { in: [7] }, 'pass'],
    ['B', { in: ['a', 'b'] }, 'fail'],
    [null, { in: ['a'] }, 'error'],
    ['a', { not_in: ['a'] }, 'fail'],
    [null, { not_in: ['a'] }, 'error'],
    ['/BIN/sh', { like: '/bin/%' }, 'pass'],
    ['/BIN/sh', { glob: '/bin/*' }, 'fail'],
    ['/bin/sh', { glob: '/bin/*' }, 'pass'],
    [null, { like: '%' }, 'error'],
    ['/bin/sh', { matches: '^/bin/(ba)?sh$' }, 'pass'],
    ['/bin/zsh', { matches: '^/bin/(ba)?sh$' }, 'fail'],
    [null, { matches: '.*' }, 'error'],
    ['', { empty: true }, 'pass'],
    [null, { empty: true }, 'pass'],
    [' ', { empty: true }, 'fail'],
    ['x', { empty: false }, 'pass'],
    [null, { empty: false }, 'fail'],
    ["it's", { eq: "it's" }, 'pass'],
    ['x', { ge: 'a', le: 'z', ne: 'y' }, 'pass'],
    ['y', { ge: 'a', le: 'z', ne: 'y' }, 'fail'],
  ])('%j with %j is %s', (cell, comparison, verdict) => {
    expect(judgeCell('shell', cell, comparison)).toBe(verdict)
  })
})

describe('a comparison of an integer column', () => {
  it.each<[number | string | null, Comparison, string]>([
    [10, { gt: 9 }, 'pass'],
    [10, { gt: '9' }, 'pass'],
    [10, { eq: '10' }, 'pass'],
    [10, { in: ['10'] }, 'pass'],
    [0, { empty: true }, 'fail'],
    [0, { eq: false }, 'pass'],
    [1, { eq: true }, 'pass'],
    [null, { lt: 5 }, 'error'],
    ['', { empty: true }, 'pass'],
    [1234, { like: '12%' }, 'pass'],
  ])('%j with %j is %s', (cell, comparison, verdict) => {
    expect(judgeCell('uid', cell, comparison)).toBe(verdict)
  })
})

describe('a version', () => {
  it.each<[string | null, Comparison, string]>([
    ['1.10', { version_ge: '1.9' }, 'pass'],
    ['1.9', { version_ge: '1.10' }, 'fail'],
    ['1.10', { version_eq: '1.10' }, 'pass'],
    ['1.10', { version_ne: '1.10' }, 'fail'],
    ['2', { version_lt: '10', version_gt: '1' }, 'pass'],
    ['3', { version_le: '2' }, 'fail'],
    ['', { version_ge: '0' }, 'error'],
    [null, { version_ge: '0' }, 'error'],
  ])('%j with %j is %s', (cell, comparison, verdict) => {
    expect(judgeCell('shell', cell, comparison)).toBe(verdict)
  })

  it('of a Debian package is compared as dpkg does, epoch first', () => {
    const compiled = compile({ table: 'deb_packages', expect: { version: { version_lt: '1:1.0' } } })
    const judged = (version: string) =>
      judgeOver(compiled, engines.linux, toFixture({ deb_packages: [{ version }] })).verdict
    expect([judged('9.9'), judged('1:0.9'), judged('2:0.1')]).toEqual(['pass', 'pass', 'fail'])
  })
})

describe('the age of a time', () => {
  it.each<[number | string | null, Comparison, string]>([
    [NOW - DAY, { within: '7d' }, 'pass'],
    [NOW - 8 * DAY, { within: '7d' }, 'fail'],
    [NOW - 7 * DAY, { within: 7 * DAY }, 'pass'],
    [NOW - 8 * DAY, { older_than: '7d' }, 'pass'],
    [NOW - DAY, { older_than: '7d' }, 'fail'],
    [0, { older_than: '7d' }, 'error'],
    [-1, { older_than: '7d' }, 'error'],
    [0, { within: '7d' }, 'error'],
    [null, { older_than: '7d' }, 'error'],
  ])('%j with %j is %s: zero and -1 mean never or unknown', (cell, comparison, verdict) => {
    expect(judgeCell('uid', cell, comparison)).toBe(verdict)
    expect(judgeCell('shell', cell === null ? null : `${cell}`, comparison)).toBe(verdict)
  })

  it('is refused when it is no duration', () => {
    expect(() => resolveComparisons({ t: { within: 'soon' } }, {})).toThrow('within: soon is no duration')
  })
})

describe('a clause over a table', () => {
  const judged = (match: 'all' | 'any' | 'none', ...uids: number[]) => {
    const compiled = compile({
      table: 'users',
      where: { uid: { ge: 10 } },
      expect: { uid: { lt: 20 } },
      match,
      ifEmpty: 'warn',
    })
    return judgeOver(compiled, engines.linux, toFixture({ users: uids.map((uid) => ({ uid })) })).verdict
  }

  it('wants what is expected of all rows, of any or of none', () => {
    expect([judged('all', 11, 12), judged('all', 11, 99)]).toEqual(['pass', 'fail'])
    expect([judged('any', 99, 11), judged('any', 99, 98)]).toEqual(['pass', 'fail'])
    expect([judged('none', 99, 98), judged('none', 99, 11)]).toEqual(['pass', 'fail'])
  })

  it('looks only at the rows that where leaves, and without one at if_empty', () => {
    expect([judged('all', 1, 11), judged('any', 1), judged('none', 1)]).toEqual(['pass', 'warn', 'warn'])
  })

  it('without anything expected wants a row', () => {
    const compiled = compile({ table: 'users', where: { uid: { eq: 0 } } })
    const over = (uid: number) => judgeOver(compiled, engines.linux, toFixture({ users: [{ uid }] }))
    expect(over(0).verdict).toBe('pass')
    expect(over(1)).toMatchObject({ verdict: 'fail', reasons: ['no row: expected a row of users where uid = 0'] })
  })
})

describe('a comparison in words', () => {
  it('says what people want to read', () => {
    const comparisons = resolveComparisons(
      {
        a: { eq: '', ne: null },
        b: { in: ['x', 'y'], older_than: '90d', within: '90m' },
        c: { version_ge: '1.10', empty: false, le: { param: 'most' } },
      },
      { most: 5 },
    )
    expect(describeComparisons(comparisons)).toBe(
      "a = '' and a other than NULL and b one of x, y and b older than 90 days and b within the last 90 minutes" +
        ' and c at least 1.10 and c not empty and c at most 5',
    )
  })
})

describe('a row of which is not known whether it is meant', () => {
  const verdict = (where: Comparison, row: Record<string, string | number | null>, match: 'all' | 'none') => {
    const compiled = compile({ table: 'programs', where: { version: where }, match }, { platform: 'windows' })
    return judgeOver(compiled, engines.windows, toFixture({ programs: [{ name: 'x', ...row }] }), NOW).verdict
  }

  it.each<Comparison>([{ version_lt: '99' }, { matches: '^1' }, { lt: 5 }, { ne: '1' }, { not_in: ['1'] }])(
    'is an error, and not left out: %j',
    (where) => {
      for (const match of ['all', 'none'] as const) expect(verdict(where, { version: null }, match)).toBe('error')
    },
  )

  it('is left out where it is known not to be meant', () => {
    expect(verdict({ version_lt: '5' }, { version: '6.0' }, 'none')).toBe('pass')
    expect(verdict({ version_lt: '5' }, { version: '4.0' }, 'none')).toBe('fail')
  })

  it('is left out where it is chosen by what it is', () => {
    expect(verdict({ eq: '1' }, { version: null }, 'none')).toBe('pass')
    expect(verdict({ like: '1%' }, { version: null }, 'none')).toBe('pass')
  })
})

it('a condition that cannot be told says so in its own words', () => {
  const compiled = compile({ table: 'users', expect: { shell: { gt: 5 } } })
  const { reasons } = judgeOver(compiled, engines.linux, toFixture({ users: [{ uid: 1, shell: '/bin/sh' }] }), NOW)
  expect(reasons).toEqual([
    'it cannot be told whether it is as expected (shell > 5): a value is missing, or of another kind',
  ])
})
