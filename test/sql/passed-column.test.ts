import { describe, expect, it } from 'vitest'
import { judgeRows } from './build-check.ts'

function verdictOf(passed: string) {
  return judgeRows(`SELECT ${passed} AS passed`).verdict
}

describe('the column passed', () => {
  it.each(['1', '2', '-1', '0.5', '-0.001', '9223372036854775807', '9e999', '1 = 1'])('passes with %s', (passed) => {
    expect(verdictOf(passed)).toBe('pass')
  })

  it.each(['0', '0.0', '-0.0', '1 = 2'])('fails with %s', (passed) => {
    expect(verdictOf(passed)).toBe('fail')
  })

  it.each(["'1'", "'-1'", "'0.5'", "'1e3'", "' 1 '", "'true'", "'TRUE'", "' True '", "'1.0'", "'9e999'"])(
    'passes with the text %s, since the wire has only text',
    (passed) => {
      expect(verdictOf(passed)).toBe('pass')
    },
  )

  it.each(["'0'", "'-0'", "'0.0'", "'0e5'", "' 0 '", "'false'", "'FALSE'", "' False '"])(
    'fails with the text %s',
    (passed) => {
      expect(verdictOf(passed)).toBe('fail')
    },
  )

  it.each([
    'NULL',
    "''",
    "' '",
    "'abc'",
    "'01'",
    "'+1'",
    "'0x1'",
    "'1.'",
    "'.5'",
    "'1 0'",
    "'yes'",
    "'null'",
    "'[1]'",
    '\'"1"\'',
    "'Infinity'",
    "'NaN'",
    "'truely'",
    "x'31'",
    "x''",
    'zeroblob(1)',
  ])('is an error with %s', (passed) => {
    expect(verdictOf(passed)).toBe('error')
  })

  it('of many rows passes only if all of them pass', () => {
    expect(judgeRows("SELECT column1 AS passed FROM (VALUES (1), ('true'), (3))").verdict).toBe('pass')
    expect(judgeRows('SELECT column1 AS passed FROM (VALUES (1), (0), (1))').verdict).toBe('fail')
  })

  it('of one unreadable row never hides a failing one', () => {
    expect(judgeRows('SELECT column1 AS passed FROM (VALUES (NULL), (0))').verdict).toBe('fail')
    expect(judgeRows('SELECT column1 AS passed FROM (VALUES (NULL), (1))').verdict).toBe('error')
  })

  it('says what it held where that is neither a number nor true or false', () => {
    expect(judgeRows("SELECT 'abc' AS passed").reasons[0]).toContain("is 'abc': neither a number nor true or false")
    expect(judgeRows('SELECT NULL AS passed').reasons[0]).toContain('is NULL')
    expect(judgeRows("SELECT '' AS passed").reasons[0]).toContain('is empty text')
  })
})

describe('the column verdict', () => {
  it.each([
    ['pass', 'pass'],
    ['FAIL', 'fail'],
    [' warn ', 'warn'],
    ['error', 'error'],
    ['Not_Applicable', 'not_applicable'],
    ['passed', 'error'],
    ['1', 'error'],
    ['', 'error'],
  ])('in the words "%s" is %s', (word, verdict) => {
    expect(judgeRows(`SELECT '${word}' AS verdict`).verdict).toBe(verdict)
  })

  it('is an error when it is NULL or no text', () => {
    expect(judgeRows('SELECT NULL AS verdict').verdict).toBe('error')
    expect(judgeRows('SELECT 1 AS verdict').verdict).toBe('error')
  })

  it('called error by the author needs no explanation of ours', () => {
    expect(judgeRows("SELECT 'error' AS verdict").reasons).toEqual(['the row does not pass'])
  })
})

describe('no row', () => {
  it.each(['pass', 'warn', 'fail', 'error', 'not_applicable'] as const)('is %s where if_empty says so', (ifEmpty) => {
    expect(judgeRows({ sql: 'SELECT 1 AS passed WHERE 0', ifEmpty }).verdict).toBe(ifEmpty)
  })

  it('fails by default, and if_empty means nothing once there is a row', () => {
    expect(judgeRows('SELECT 1 AS passed WHERE 0').verdict).toBe('fail')
    expect(judgeRows({ sql: 'SELECT 1 AS passed', ifEmpty: 'fail' }).verdict).toBe('pass')
  })
})

describe('gates', () => {
  const no = 'SELECT 1 WHERE 0'
  const yes = 'SELECT 0'

  it('stand open as soon as there is a row, whatever it says', () => {
    expect(judgeRows({ sql: 'SELECT 1 AS passed', when: { sql: yes }, needs: [{ sql: 'SELECT NULL' }] }).verdict).toBe(
      'pass',
    )
  })

  it('make a clause not applicable, or an error with its reason', () => {
    expect(judgeRows({ sql: 'SELECT 0 AS passed', when: { sql: no } })).toMatchObject({
      verdict: 'not_applicable',
      reasons: ['it does not apply here'],
    })
    const unless = { sql: no, reason: 'no server here' }
    expect(judgeRows({ sql: 'SELECT 0 AS passed', when: unless }).reasons).toEqual(['no server here'])
    const needs = [{ sql: yes }, { sql: no, reason: 'needs a server' }, { sql: no, reason: 'never asked' }]
    expect(judgeRows({ sql: 'SELECT 0 AS passed', needs })).toMatchObject({
      verdict: 'error',
      reasons: ['needs a server'],
    })
    expect(judgeRows({ sql: 'SELECT 1 AS passed', needs: [{ sql: no }] }).reasons).toEqual([`needs a row from: ${no}`])
  })

  it('are asked in order: when before needs, the outer clause before the inner one', () => {
    expect(judgeRows({ sql: 'SELECT 1 AS passed', when: { sql: no }, needs: [{ sql: no }] }).verdict).toBe(
      'not_applicable',
    )
    const outerNeeds = {
      needs: [{ sql: no, reason: 'outer' }],
      all: [{ sql: 'SELECT 1 AS passed', when: { sql: no } }],
    }
    expect(judgeRows(outerNeeds)).toMatchObject({ verdict: 'error', reasons: ['outer'] })
  })

  it('of one leaf leave the others alone', () => {
    const any = [{ sql: 'SELECT 1 AS passed', when: { sql: no } }, { sql: 'SELECT 0 AS passed' }]
    expect(judgeRows({ any }).leaves.map(({ verdict }) => verdict)).toEqual(['not_applicable', 'fail'])
    expect(judgeRows({ any }).verdict).toBe('fail')
  })
})
