import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVIDENCE_BYTES, EVIDENCE_ROWS, EVIDENCE_TEXT } from '../../src/sql/leaf-query.ts'
import { toLiteral } from '../../src/sql/literal.ts'
import { compile, engines, judgeRows, toFixture, type Written } from './build-check.ts'

function rowsOf(written: Written | string) {
  return judgeRows(written).leaves[0]?.rows ?? []
}

/** What is shown of one value. */
function shown(value: string) {
  return rowsOf(`SELECT 0 AS passed, ${value} AS v`)[0]?.evidence.v
}

function answerOf(sql: string): string {
  return String(engines.linux.value(compile(sql).leaves[0]?.sql ?? '', toFixture({})))
}

const NUMBERS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)'

describe('a value shown as evidence', () => {
  it.each([
    ['7', 7],
    ['-0.5', -0.5],
    ["'7'", '7'],
    ["''", ''],
    ['NULL', null],
    ["x'00ff41'", '00FF41'],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775807 - 1', '-9223372036854775808'],
    ['9e999', 'Inf'],
    ['-9e999', '-Inf'],
    ['1e300', 1e300],
    ["'ü€😀'", 'ü€😀'],
    ["'a\"b\\c' || char(10) || char(27)", 'a"b\\c\n\u001b'],
    ["json('[1]')", '[1]'],
  ])('%s is kept as %j', (sql, value) => {
    expect(shown(sql)).toBe(value)
  })

  it('is a text that is exactly what the table held', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 })
    fc.assert(
      fc.property(text, (value) => {
        expect(shown(toLiteral(value))).toBe(value)
      }),
    )
  })

  it('is cut when it is long, text by characters and a blob by bytes', () => {
    expect(shown(`printf('%.*c', ${EVIDENCE_TEXT}, 'x')`)).toBe('x'.repeat(EVIDENCE_TEXT))
    expect(shown(`printf('%.*c', ${EVIDENCE_TEXT + 1}, 'x')`)).toBe(`${'x'.repeat(EVIDENCE_TEXT)}…`)
    expect(shown(`replace(printf('%.*c', ${EVIDENCE_TEXT}, 'x'), 'x', '😀')`)).toBe('😀'.repeat(EVIDENCE_TEXT))
    expect(shown('zeroblob(1000)')).toBe('00'.repeat(EVIDENCE_TEXT / 2))
  })

  it('is cut even when a NUL hides its length', () => {
    expect(String(shown("'a' || char(0) || printf('%.*c', 100000, 'x')")).length).toBeLessThan(EVIDENCE_TEXT + 2)
  })
})

describe('the rows of evidence', () => {
  it('are the first ten, and all are counted', () => {
    const leaf = judgeRows(`${NUMBERS} SELECT i > 100 AS passed, i FROM n`).leaves[0]
    expect(leaf).toMatchObject({ verdict: 'fail', total: 1000, notPassing: 100 })
    expect(leaf?.rows).toHaveLength(EVIDENCE_ROWS)
  })

  it('are the worst ones: failing, then unreadable, then warnings', () => {
    const words = ['pass', 'warn', 'not_applicable', 'error', 'fail'].map((word, i) => `('${word}', ${i})`).join(', ')
    const rows = rowsOf(`SELECT column1 AS verdict, column2 AS n FROM (VALUES ${words})`)
    expect(rows.map(({ verdict }) => verdict)).toEqual(['fail', 'error', 'warn', 'not_applicable'])
  })

  it('of a pass are a few that passed', () => {
    expect(rowsOf(`${NUMBERS} SELECT 1 AS passed, i FROM n`)).toHaveLength(EVIDENCE_ROWS)
  })

  it('stay within a number of bytes, in whatever script they are written', () => {
    for (const letter of ['x', 'ü', '😀']) {
      const long = `replace(printf('%.*c', ${EVIDENCE_TEXT}, 'x'), 'x', '${letter}')`
      const wide = Array.from({ length: 12 }, (_, at) => `${long} || i AS c${at}`).join(', ')
      const answer = answerOf(`${NUMBERS} SELECT 0 AS passed, ${wide} FROM n`)
      // The first row always comes along, so that a verdict is never without any evidence.
      const one = JSON.stringify(JSON.parse(answer).rows[0])
      expect(Buffer.byteLength(answer)).toBeLessThan(Math.max(EVIDENCE_BYTES, Buffer.byteLength(one)) + 200)
      expect(JSON.parse(answer).tally.fail).toBe(1000)
      expect(JSON.parse(answer).rows.length).toBeGreaterThan(0)
    }
  })

  it('keep the order of the columns, without those that judge or explain', () => {
    const [row] = rowsOf("SELECT 2 AS z, 'r' AS resource, 0 AS passed, 'why' AS reason, 1 AS a, 3 AS m")
    expect(Object.keys(row?.evidence ?? {})).toEqual(['z', 'a', 'm'])
    expect(row).toMatchObject({ resource: 'r', reason: 'why' })
  })

  it('show what judged them when there is nothing else to show', () => {
    expect(rowsOf("SELECT 'maybe' AS passed")[0]?.evidence).toEqual({ passed: 'maybe' })
  })

  it('show only the columns that the check names', () => {
    const sql = 'SELECT 0 AS passed, 1 AS a, 2 AS b, 3 AS c'
    expect(rowsOf({ sql, evidence: ['c', 'a'] })[0]?.evidence).toEqual({ c: 3, a: 1 })
  })

  it('survive columns with odd names', () => {
    const odd = `SELECT 0 AS passed, 1 AS "it's", 2 AS "a ""b""", 3 AS "x.y", 5 AS "select", count(*)`
    expect(rowsOf(odd)[0]?.evidence).toEqual({
      "it's": 1,
      'a "b"': 2,
      'x.y': 3,
      select: 5,
      'count(*)': 1,
    })
  })
})
