import { describe, expect, it } from 'vitest'
import { formatSchedule, parseSchedule } from '../../src/content/schedule.ts'
import { parseTime } from '../../src/content/time.ts'
import { parseDuration } from '../../src/core/duration.ts'

describe('parseSchedule', () => {
  it.each([
    [30, '30m'],
    ['30', '30m'],
    ['30m', '30m'],
    ['1h', '1h'],
    ['120s', '2m'],
    ['1d', '1d'],
    ['1w', '1w'],
    ['manual', 'manual'],
    ['*/5 0-6,12 * jan-mar mon', '*/5 0-6,12 * jan-mar mon'],
    [' 0   3 * * 1 ', '0 3 * * 1'],
    ['0 0 29 2 *', '0 0 29 2 *'],
  ])('reads %j as %s', (written, expected) => {
    const read = parseSchedule(written)
    expect('schedule' in read && formatSchedule(read.schedule)).toBe(expected)
  })

  it.each([
    [0, 'schedule "0" is shorter than a minute'],
    ['30s', 'schedule "30s" is shorter than a minute'],
    ['90s', 'schedule "90s" is not in whole minutes'],
    ['53w', 'schedule "53w" is longer than a year'],
    [-5, 'schedule -5 is not understood'],
    ['hourly', 'schedule "hourly" is not understood'],
    ['@daily', 'schedule "@daily" is a cron nickname, which is not known here'],
    ['0 0 * * * *', 'schedule "0 0 * * * *" has 6 fields'],
    ['61 * * * *', 'schedule "61 * * * *": "61" is not a minute'],
    ['* 24 * * *', 'schedule "* 24 * * *": "24" is not an hour'],
    ['* * 0 * *', 'schedule "* * 0 * *": "0" is not a day of month'],
    ['* * * foo *', 'schedule "* * * foo *": "foo" is not a month'],
    ['* * * * 5-1', 'schedule "* * * * 5-1": "5-1" is not a day of week'],
    ['*/0 * * * *', 'schedule "*/0 * * * *": "*/0" is not a minute'],
    ['0 0 L * *', 'schedule "0 0 L * *": "L" is not a day of month'],
    ['0 0 31 2,4 *', 'schedule "0 0 31 2,4 *": never comes: no such month has that day'],
  ])('refuses %j: %s', (written, problem) => {
    expect(parseSchedule(written)).toMatchObject({ problem })
  })
})

describe('parseDuration', () => {
  it.each([
    ['90s', 90],
    ['30m', 1800],
    ['36h', 129_600],
    ['7d', 604_800],
    ['2w', 1_209_600],
    ['0s', 0],
    ['7', undefined],
    ['7 d', undefined],
    ['1.5h', undefined],
    ['-1d', undefined],
    ['9999999999d', undefined],
    ['7D', undefined],
  ])('reads %j as %j', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })
})

describe('parseTime', () => {
  it.each([
    ['1970-01-01T00:01:00Z', 60],
    ['1970-01-02', 86_400],
    ['2026-01-31T12:00:00+02:00', Date.UTC(2026, 0, 31, 10) / 1000],
    ['2026-01-31T12:00Z', Date.UTC(2026, 0, 31, 12) / 1000],
    ['2026-01-31T12:00:00', undefined],
    ['2026-02-30', undefined],
    ['2026-13-01', undefined],
    ['2026-01-01T25:00:00Z', undefined],
    ['now', undefined],
  ])('reads %j as %j', (text, seconds) => {
    expect(parseTime(text)).toBe(seconds)
  })
})
