import { describe, expect, it } from 'vitest'
import { resolveParams } from '../../src/content/params.ts'
import type { ParamSpec } from '../../src/core/check.ts'

const specs: Record<string, ParamSpec> = {
  text: { type: 'string', default: 'abc', pattern: '[a-z]+' },
  level: { type: 'string', default: 'high', enum: ['low', 'high'] },
  count: { type: 'integer', default: 1, min: 0, max: 10 },
  ratio: { type: 'number', default: 0.5 },
  on: { type: 'boolean', default: true },
  age: { type: 'duration', default: 604_800, max: 1_209_600 },
  words: { type: 'list', default: [] },
  ports: { type: 'list', items: 'integer', default: [22], min: 1 },
}

function messagesOf(given: Record<string, unknown>, text: Record<string, string> = {}): string[] {
  const answer = resolveParams(specs, given, text)
  return 'problems' in answer
    ? answer.problems.map(({ message, hint }) => (hint ? `${message} | ${hint}` : message))
    : []
}

describe('resolveParams', () => {
  it('answers the defaults where nothing is given', () => {
    expect(resolveParams(specs, {})).toEqual({
      values: { text: 'abc', level: 'high', count: 1, ratio: 0.5, on: true, age: 604_800, words: [], ports: [22] },
    })
  })

  it('takes typed values, and durations as text or seconds', () => {
    const given = { text: 'x', count: 5, ratio: 2, on: false, age: '36h', words: ['a'], ports: [80, 443] }
    expect(resolveParams(specs, given)).toEqual({ values: { ...given, level: 'high', age: 129_600 } })
    expect(resolveParams(specs, { age: 90 })).toMatchObject({ values: { age: 90 } })
  })

  it('converts text from a command line', () => {
    const text = { count: '5', ratio: '1e1', on: 'false', age: '90', words: 'a, b', ports: '80,443' }
    expect(resolveParams(specs, {}, text)).toMatchObject({
      values: { count: 5, ratio: 10, on: false, age: 90, words: ['a', 'b'], ports: [80, 443] },
    })
  })

  it('takes what the command line says over what is given elsewhere', () => {
    const given = { count: 'never read', ratio: 2, other: 1 }
    expect(resolveParams(specs, { count: 1, ratio: 2 }, { count: '5' })).toMatchObject({
      values: { count: 5, ratio: 2 },
    })
    expect(messagesOf(given, { count: '5', other: '1' })).toEqual([
      expect.stringContaining('unknown parameter "other"'),
    ])
  })

  it.each([
    [{ text: 5 }, 'parameter "text" must be text, not the number 5'],
    [{ text: 'A1' }, 'parameter "text" must match the pattern [a-z]+, not "A1"'],
    [{ level: 'hihg' }, 'parameter "level" must be low or high, not the text "hihg" (did you mean "high"?)'],
    [{ count: '5' }, 'parameter "count" must be a whole number, not the text "5"'],
    [{ count: 1.5 }, 'parameter "count" must be a whole number, not the number 1.5'],
    [{ count: 11 }, 'parameter "count" must be at most 10, not 11'],
    [{ count: -1 }, 'parameter "count" must be at least 0, not -1'],
    [{ count: 2 ** 53 }, 'parameter "count" must be a whole number, not the number 9007199254740992'],
    [{ ratio: Number.NaN }, 'parameter "ratio" must be a number, not the number NaN'],
    [{ on: 'true' }, 'parameter "on" must be true or false, not the text "true"'],
    [{ age: '7 days' }, 'parameter "age" must be a duration such as 7d, or seconds, not the text "7 days"'],
    [{ age: '3w' }, 'parameter "age" must be at most 1209600 seconds, not 1814400'],
    [{ age: -1 }, 'parameter "age" must be a duration such as 7d, or seconds, not the number -1'],
    [{ words: 'a' }, 'parameter "words" must be a list of texts, not the text "a"'],
    [{ words: [1] }, 'parameter "words" must be a list of texts, not a list'],
    [{ ports: [0] }, 'parameter "ports" must be at least 1, not 0'],
    [{ ports: ['a'] }, 'parameter "ports" must be a list of whole numbers, not a list'],
    [{ cuont: 1 }, 'unknown parameter "cuont" | did you mean "count"?'],
    [{ other: null }, 'unknown parameter "other" | known: text, level, count, ratio, on, age, words, ports'],
    [{ text: null }, 'parameter "text" must be text, not nothing (null)'],
  ])('refuses %j', (given, message) => {
    expect(messagesOf(given)).toEqual([message])
  })

  it('reports every problem, and what must be given', () => {
    const answer = resolveParams({ name: { type: 'string' }, n: { type: 'integer' } }, { n: 'x', m: 1 })
    expect('problems' in answer && answer.problems.map(({ code }) => code)).toEqual([
      'unknown-param',
      'missing-param',
      'bad-param',
    ])
    expect(messagesOf({}, { count: 'five' })).toEqual(['parameter "count" must be a whole number, not the text "five"'])
  })

  it('is not fooled by names that every object has', () => {
    expect(resolveParams({}, {})).toEqual({ values: {} })
    expect(resolveParams({}, { constructor: 1 })).toHaveProperty('problems')
    expect(
      resolveParams({ constructor: { type: 'string', default: 'x' } } as unknown as typeof specs, {}),
    ).toMatchObject({
      values: { constructor: 'x' },
    })
  })
})
