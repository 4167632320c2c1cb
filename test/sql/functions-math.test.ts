import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { renderDouble } from '../../src/sql/functions/render-double.ts'
import type { SqlValue } from '../../src/sql/table.ts'
import { type FunctionsDatabase, openFunctionsDatabase } from './open-functions-database.ts'

let database: FunctionsDatabase
beforeAll(async () => {
  database = await openFunctionsDatabase()
})

function ask(expression: string): SqlValue | undefined {
  return database.ask(`SELECT ${expression}`)[0]
}

describe('the mathematical functions', () => {
  it.each([
    ["sqrt(' 4.0e0x')", 2],
    ["sqrt(x'34')", 2],
    ['ceil(7)', 7n],
    ['floor(9223372036854775807)', 9223372036854775807n],
    ['ceil(1e300)', -9223372036854775808n],
    ["floor('2.9')", 2n],
    ['ceil(NULL)', null],
    ['power(NULL, 2)', null],
    ['power(-1, 9e999)', 1],
    ['power(0, 0)', 1],
    ['power(9e999, 2)', Number.POSITIVE_INFINITY],
    ['cot(0.0)', Number.POSITIVE_INFINITY],
    ['exp(800)', Number.POSITIVE_INFINITY],
    ['exp(-800)', 0],
    ['exp(9e999)', Number.POSITIVE_INFINITY],
    ['log10(1000)', 3],
    ['typeof(ceil(1.0)) || typeof(sqrt(4))', 'integerreal'],
  ])('answer %s with %s', (expression, value) => {
    expect(ask(expression)).toBe(value)
  })

  it.each(['acos(2)', 'asin(-1.1)', 'log(-1)', 'log10(-1)', 'sin(9e999)', 'cot(9e999)', 'power(-8, 1.0/3)'])(
    'find the argument of %s out of domain',
    (expression) => {
      expect(() => ask(expression)).toThrow('Numerical argument out of domain')
    },
  )

  it.each(['log10(0)', 'exp(12000)', 'exp(-12000)', 'power(2, 1024)', 'power(2, -1080)', 'power(0, -1)'])(
    'find the result of %s out of range',
    (expression) => {
      expect(() => ask(expression)).toThrow('Numerical result out of range')
    },
  )
})

describe('sleep', () => {
  it.each(['sleep(1)', 'sleep(NULL)'])('refuses %s rather than block', (expression) => {
    expect(() => ask(expression)).toThrow('sleep() is not run here')
  })
})

describe('renderDouble', () => {
  it.each([
    [Math.SQRT2, '1.4142135623731'],
    [100, '100.0'],
    [999999999999999, '999999999999999.0'],
    [999999999999999.5, '1e+15.0'],
    [-1.5e22, '-1.5e+22'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05.0'],
    [5e-324, '4.94065645841247e-324'],
    [12345678901234.25, '12345678901234.2'],
    [12345678901234.75, '12345678901234.8'],
    [Number.POSITIVE_INFINITY, 'inf.0'],
    [Number.NEGATIVE_INFINITY, '-inf.0'],
    [Number.NaN, 'nan.0'],
  ])('writes %d as %s', (value, text) => {
    expect(renderDouble(value)).toBe(text)
  })

  it('always has a point, and reads back to 15 digits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e308, max: 1e308 }), (value) => {
        const text = renderDouble(value)
        expect(text).toContain('.')
        const read = Number(text.replace(/(e[+-]\d+)\.0$/, '$1'))
        expect(Math.abs(read - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-14 + Number.MIN_VALUE)
      }),
    )
  })
})
