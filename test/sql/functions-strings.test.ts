import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { stringFunctions } from '../../src/sql/functions/strings.ts'
import type { SqlValue } from '../../src/sql/table.ts'
import { type FunctionsDatabase, openFunctionsDatabase } from './open-functions-database.ts'

let database: FunctionsDatabase
beforeAll(async () => {
  database = await openFunctionsDatabase()
})

function ask(expression: string): SqlValue | undefined {
  return database.ask(`SELECT ${expression}`)[0]
}

function call(name: string, ...values: SqlValue[]): SqlValue | undefined {
  return stringFunctions.find((definition) => definition.name === name)?.call(...values)
}

describe('split', () => {
  it.each([
    ["split('/foo/bar', '/', 0)", 'foo'],
    ["split('foo;;bar', ';;', 1)", 'bar'],
    ["split(' a , b ', ',', 1)", 'b'],
    ["split('a, ,b', ',', 1)", ''],
    ['split(500, 5, 0)', '00'],
    ["split('a.b', '.', -1)", null],
    ["split('a.b', '.', '1x')", 'b'],
    ["split('zürich,ö', ',', 0)", 'zürich'],
  ])('answers %s with %j', (expression, value) => {
    expect(ask(expression)).toBe(value)
  })

  it('refuses to split on nothing', () => {
    expect(() => ask("split('a', '', 0)")).toThrow('Invalid input to split function')
  })

  it('never throws on any text, separators and index', () => {
    const separators = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => !text.startsWith('\0'))
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), separators, fc.bigInt(), (input, separator, index) => {
        const piece = call('split', input, separator, index)
        expect(piece === null || typeof piece === 'string').toBe(true)
      }),
    )
  })

  it('gives every piece between single separators', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-zä€]+$/), { minLength: 1 }), (pieces) => {
        const answers = pieces.map((_, index) => call('split', pieces.join(';'), ';', BigInt(index)))
        expect(answers).toEqual(pieces)
      }),
    )
  })
})

describe('regex_match and regex_split', () => {
  it.each([
    ["regex_match('hello world', '(l)(o).*', 2)", 'o'],
    ["regex_match('/filesystem/path/download.extension.zip', '.+/([^./]+)', 1)", 'download'],
    ["regex_match('foo/bar', '|', 0)", ''],
    ["regex_match('ab', '(x)?b', 1)", ''],
    ["regex_match('a  b', '[[:space:]]+[[:alpha:]]', 0)", '  b'],
    ["regex_match('x-y_z', '[^[:punct:]]+$', 0)", 'z'],
    ["regex_match('a]b', '[[.].]]', 0)", ']'],
    ["regex_match('abcabc', '(abc)\\1', 0)", 'abcabc'],
    ["regex_match('ü1', '^.{3}$', 0)", 'ü1'],
    ["regex_match('à ', '\\s', 0)", ' '],
    ["regex_match('a\u00a0b', '[\\s]', 0)", null],
    ["regex_match('a b', '[^\\S]', 0)", ' '],
    ["regex_match('é', '^\\xc3\\u00a9$', 0)", 'é'],
    ["regex_match('1', '1', 0.9)", '1'],
    ["regex_split('/foo/bar', '/', 0)", ''],
    ["regex_split('/foo/bar', '/', 3)", null],
    ["regex_split('foo;bar//qux', '(;|/)+', 2)", 'qux'],
    ["regex_split('a,b,', ',', 2)", null],
    ["regex_split('', 'x', 0)", ''],
    ["regex_split('foo/bar', '|', 0)", ''],
  ])('answers %s with %j', (expression, value) => {
    expect(ask(expression)).toBe(value)
  })

  it.each([
    '(/',
    '+',
    'a**',
    '[a',
    'a{,3}',
    '{',
    '}',
    ']',
    '\\',
    '\\q',
    '(?<=a)b',
    '(?<n>a)',
    '(?i:a)',
    '(a)\\2',
    '[[:no:]]',
  ])('finds %s invalid, as std::regex does', (pattern) => {
    expect(() => ask(`regex_match('a', '${pattern}', 0)`)).toThrow(/^Invalid regex$/)
    expect(() => ask(`regex_split('a', '${pattern}', 0)`)).toThrow(/^Invalid regex$/)
  })

  it('takes patterns of 256 bytes, and no more', () => {
    const pattern = 'ä'.repeat(128)
    expect(call('regex_match', pattern, pattern, 0n)).toBe(pattern)
    expect(() => call('regex_match', 'a', `${pattern}|`, 0n)).toThrow('Invalid regex: too big, max size is 256 bytes')
    expect(() => call('regex_split', 'a', `${pattern}|`, 0n)).toThrow(/^Invalid regex$/)
  })

  it('answers or says that the regex is invalid, whatever the pattern', () => {
    const pattern = fc.string({ unit: fc.constantFrom(...'ab()[]{}|^$.*+?\\:-,=!<12dswbS'), maxLength: 12 })
    fc.assert(
      fc.property(pattern, (text) => {
        try {
          call('regex_match', 'abba [1] 2', text, 0n)
        } catch (error) {
          expect((error as Error).message).toBe('Invalid regex')
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('concat and concat_ws', () => {
  it.each([
    ["concat(1, 2.5, x'61', 'go')", '12.5ago'],
    ['concat(1e22, 0.1 + 0.2, -0.0)', '1.0e+220.30.0'],
    ['concat(NULL)', ''],
    ["concat_ws(', ', 'hello', 'world', 1, 2, 3)", 'hello, world, 1, 2, 3'],
    ["concat_ws('x', 'hello')", 'hello'],
    ["concat_ws('x', '', '')", 'x'],
    ["concat_ws('-', 'a', NULL)", 'a-'],
    ["concat_ws('-')", null],
  ])('answers %s with %j', (expression, value) => {
    expect(ask(expression)).toBe(value)
  })

  it('needs a separator', () => {
    expect(() => ask('concat_ws()')).toThrow('Missing separator to concat_ws')
  })

  it('writes numbers as SQLite does', () => {
    const real = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 })
    fc.assert(
      fc.property(real, fc.integer({ min: -20, max: 20 }), (value, power) => {
        const literals = [value, Math.round(value % 1e9) * 10 ** power].map((number) => number.toExponential())
        for (const literal of literals) expect(ask(`concat(${literal})`)).toBe(ask(`${literal} || ''`))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('soundex', () => {
  it.each([
    ["soundex('Rupert')", 'R163'],
    ["soundex('Tymczak')", 'T522'],
    ["soundex('honeyman')", 'H555'],
    ["soundex(' 12x')", 'X000'],
    ["soundex('123')", '?000'],
    ['soundex(NULL)', '?000'],
  ])('answers %s with %j', (expression, value) => {
    expect(ask(expression)).toBe(value)
  })
})
