import { describe, expect, it } from 'vitest'
import { toJson } from '../../src/cli/to-json.ts'

describe('JSON', () => {
  it('ends with a line break', () => {
    expect(toJson([1])).toBe('[\n  1\n]\n')
  })

  it('is the same value, without anything that a terminal would obey or a reader not see', () => {
    const value = { 'a\u009b31m': 'b\u202ec\u001b[2J\nd' }
    expect(JSON.parse(toJson(value))).toEqual(value)
    expect(toJson(value)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
  })
})
