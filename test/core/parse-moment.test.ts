import { describe, expect, it } from 'vitest'
import { parseMoment } from '../../src/core/parse-moment.ts'

const NOW = Date.UTC(2026, 2, 4, 14, 18, 14)

describe('a moment', () => {
  it.each([
    ['2026-03-04T14:18:14Z', Date.UTC(2026, 2, 4, 14, 18, 14)],
    ['2026-03-04t14:18z', Date.UTC(2026, 2, 4, 14, 18)],
    ['2026-03-04 14:18:14.5Z', Date.UTC(2026, 2, 4, 14, 18, 14, 500)],
    ['2026-03-04T14:18:14.123456+00:00', Date.UTC(2026, 2, 4, 14, 18, 14, 123)],
    ['2026-03-04T14:18:14.000+05:30', Date.UTC(2026, 2, 4, 8, 48, 14)],
    ['2026-03-04T14:18:14-02:00', Date.UTC(2026, 2, 4, 16, 18, 14)],
    ['2024-02-29T00:00Z', Date.UTC(2024, 1, 29)],
  ])('%s is that time', (text, moment) => {
    expect(parseMoment(text, NOW)).toBe(moment)
  })

  it('without a zone is meant in local time, and a date is its midnight', () => {
    expect(parseMoment('2026-03-04', NOW)).toBe(new Date(2026, 2, 4).getTime())
    expect(parseMoment('2026-07-01T08:30', NOW)).toBe(new Date(2026, 6, 1, 8, 30).getTime())
    expect(parseMoment('2026-07-01 08:30:15.25', NOW)).toBe(new Date(2026, 6, 1, 8, 30, 15, 250).getTime())
  })

  it.each([
    ['90s', 90],
    ['30m', 1800],
    ['36h', 129_600],
    ['90d', 7_776_000],
    ['2w', 1_209_600],
  ])('%s is so long ago', (text, seconds) => {
    expect(parseMoment(text, NOW)).toBe(NOW - seconds * 1000)
  })

  it.each([
    '',
    'yesterday',
    '90',
    '-90d',
    '3y',
    '2026',
    '2026-3-4',
    '2026-02-30',
    '2026-13-01',
    '2026-03-04T24:00',
    '2026-03-04T14:60Z',
    '2026-03-04Z',
    '2026-03-04T14Z',
    '2026-03-04T14:18+15:00',
    '2026-03-04T14:18+0100',
    ' 2026-03-04',
  ])('is not read from %j', (text) => {
    expect(parseMoment(text, NOW)).toBeUndefined()
  })
})
