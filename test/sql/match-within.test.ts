import { expect, it } from 'vitest'
import { resolveParams } from '../../src/content/params.ts'
import { SqlError } from '../../src/sql/sql-error.ts'
import { engines } from './build-check.ts'

const LONG = `${'a'.repeat(40)}!`

it('a regular expression that backtracks for ever fails its statement', () => {
  const sql = `SELECT regex_match('${LONG}', '^(a+)+$', 0)`
  const ask = () => engines.linux.value(sql, { rows: new Map(), others: 'empty' })
  expect(ask).toThrow(SqlError)
  expect(ask).toThrow('complexity')
})

it('one that only looks like it matches as ever', () => {
  const ask = (sql: string) => engines.linux.value(sql, { rows: new Map(), others: 'empty' })
  expect(ask(`SELECT regex_match('ababab', '(ab)+', 0)`)).toBe('ababab')
  expect(ask(`SELECT regex_split('aXbXXc', '(X)+', 2)`)).toBe('c')
})

it('a parameter whose pattern backtracks for ever is a problem, and no hang', () => {
  const answer = resolveParams({ p: { type: 'string', pattern: '(a+)+$' } }, { p: LONG })
  expect(answer).toMatchObject({ problems: [{ message: expect.stringContaining('takes too long') }] })
})
