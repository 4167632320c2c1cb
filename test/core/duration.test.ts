import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../src/core/duration.ts'

describe('a duration', () => {
  it.each([
    ['90s', 90],
    ['30m', 1800],
    ['2h', 7200],
    ['7d', 604_800],
    ['1w', 604_800],
    ['0d', 0],
  ])('of %s is %s seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  it.each(['', 'd', '90', '-1d', '1.5h', '7 d', ' 7d', '1d12h', '1y', '7D', '7d\n', '9999999999d'])(
    'is not "%s"',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )
})
