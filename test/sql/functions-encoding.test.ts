import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodingFunctions } from '../../src/sql/functions/encoding.ts'
import type { SqlValue } from '../../src/sql/table.ts'
import { type FunctionsDatabase, openFunctionsDatabase } from './open-functions-database.ts'

let database: FunctionsDatabase
beforeAll(async () => {
  database = await openFunctionsDatabase()
})

function ask(expression: string): SqlValue | undefined {
  return database.ask(`SELECT ${expression}`)[0]
}

function call(name: string, value: SqlValue): SqlValue {
  return encodingFunctions.find((definition) => definition.name === name)?.call(value) ?? null
}

describe('the base64 functions', () => {
  it.each([
    ["to_base64(x'00ff')", 'AP8='],
    ['to_base64(1.5)', 'MS41'],
    ["to_base64('')", ''],
    ["from_base64('YWJj' || char(13, 10) || 'ZA')", 'abcd'],
    ["from_base64('YQ==YQ==')", 'a\0\0a'],
    ["from_base64('YWJjZ')", ''],
    ["from_base64('YW Jj')", ''],
    ["from_base64('YWJ_')", ''],
    ["conditional_to_base64('a' || char(9))", 'YQk='],
    ["conditional_to_base64('')", ''],
    ['conditional_to_base64(12)', '12'],
  ])('answer %s with %j', (expression, value) => {
    expect(ask(expression)).toBe(value)
  })

  it('bring every text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(call('from_base64', call('to_base64', text))).toBe(text)
      }),
    )
  })

  it('leave printable ASCII alone, and only that', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const printable = /^[ -~]*$/.test(text)
        expect(call('conditional_to_base64', text)).toBe(printable ? text : call('to_base64', text))
      }),
    )
  })
})

describe('the hashes', () => {
  it.each([
    ["md5('test')", '098f6bcd4621d373cade4e832627b4f6'],
    ["sha1('test')", 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3'],
    ["sha256('test')", '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
    ["md5('ü')", 'c03410a5204b21cd8229ff754688d743'],
  ])('answer %s with %s', (expression, hash) => {
    expect(ask(expression)).toBe(hash)
  })

  it('hash a value as text, up to the first NUL', () => {
    expect(ask("md5(12) = md5('12') AND md5(x'616263') = md5('abc') AND md5('a' || char(0) || 'b') = md5('a')")).toBe(
      1n,
    )
    expect(ask("sha256(1e22) = sha256('1.0e+22')")).toBe(1n)
  })
})
