import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { judge, judgeLeaf } from '../../src/core/judge.ts'
import { fillIn } from '../../src/sql/expand.ts'
import { toStatement } from '../../src/sql/statement.ts'
import { clause, GIVEN } from './arbitrary-clause.ts'
import { compile, engines, type Given, judgeRows, type Written } from './build-check.ts'
import { Sqlite342 } from './open-sqlite-342.ts'

let old: Sqlite342
beforeAll(async () => {
  old = await Sqlite342.load()
})

function ask(sql: string, given: Given = {}) {
  return old.ask(sql, engines.linux.tables, given)
}

/** The verdict and evidence of a check of one clause. */
function judgeOld(written: Written | string) {
  const [leaf] = compile(written).leaves
  return judgeLeaf(leaf as NonNullable<typeof leaf>, { answer: String(ask(leaf?.sql ?? '')) })
}

describe("on osquery's own SQLite 3.42.0", () => {
  it('a check pasted as one statement has the verdict of its leaves', () => {
    fc.assert(
      fc.property(clause, (written) => {
        const check = compile(written)
        const { verdict } = judge(
          check,
          check.leaves.map(({ sql }) => ({ answer: String(ask(sql, GIVEN)) })),
        )
        expect(ask(toStatement(check), GIVEN)).toBe(verdict)
      }),
      { numRuns: 40 },
    )
  })

  it('a check of very many clauses can be pasted', () => {
    const many = { any: Array.from({ length: 300 }, (_, index) => ({ sql: `SELECT ${index} = 299 AS passed` })) }
    expect(ask(toStatement(compile(many)))).toBe('pass')
  })

  it('a text parameter comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (p) => {
        const clean = p.replaceAll('\0', '')
        expect(ask(fillIn('SELECT :p', { p: clean }))).toBe(clean)
      }),
      { numRuns: 50 },
    )
  })

  it.each([
    '1',
    '-1',
    '0.5',
    '9e999',
    "'1'",
    "'1e3'",
    "' True '",
    '0',
    "'0.0'",
    "'false'",
    'NULL',
    "''",
    "'01'",
    "'+1'",
    "'0x1'",
    "'1.'",
    "'.5'",
    "'Infinity'",
    "'NaN'",
    "'[1]'",
    "'{a:1}'",
    "x'31'",
  ])('passed = %s is judged as it is here', (passed) => {
    const sql = `SELECT ${passed} AS passed`
    expect(judgeOld(sql).verdict).toBe(judgeRows(sql).verdict)
  })

  it.each([
    '9007199254740993',
    '-9e999',
    '1e300',
    '-0.0',
    "x'00ff'",
    "'ü€😀' || char(10)",
    "'a' || char(0) || printf('%.*c', 9999, 'x')",
    "printf('%.*c', 501, 'x')",
    'NULL',
    "json('[1]')",
  ])('the evidence %s is shown as it is here', (value) => {
    const sql = `SELECT 0 AS passed, ${value} AS v`
    expect(judgeOld(sql).rows).toEqual(judgeRows(sql).leaves[0]?.rows)
  })

  it('gates, warnings and bounds hold as they do here', () => {
    const many = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)'
    const written: Written[] = [
      { sql: `${many} SELECT CASE i % 3 WHEN 0 THEN 'warn' ELSE 'pass' END AS verdict, i FROM n` },
      { sql: 'SELECT 0 AS passed', when: { sql: 'SELECT 1 WHERE 0' } },
      { sql: 'SELECT 0 AS passed', needs: [{ sql: 'SELECT 1' }, { sql: 'SELECT 1 WHERE 0', reason: 'no' }] },
    ]
    for (const one of written) expect(judgeOld(one)).toEqual(judgeRows(one).leaves[0])
  })
})
