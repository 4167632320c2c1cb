import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assess } from '../../src/core/assess.ts'
import type { CompiledCheck } from '../../src/core/compiled.ts'
import { judge } from '../../src/core/judge.ts'
import { settle } from '../../src/core/settle.ts'
import { planBatches } from '../../src/sql/batch.ts'
import { toStatement } from '../../src/sql/statement.ts'
import { clause, GIVEN } from './arbitrary-clause.ts'
import { askEachLeaf, buildTemplate, compile, openRowsEngine, toSource, type Written } from './build-check.ts'

const engine = openRowsEngine(GIVEN)

function pastedVerdict(check: CompiledCheck): unknown {
  const { columns, rows } = engine.query(toStatement(check))
  expect(rows).toHaveLength(1)
  return rows[0]?.[columns.indexOf('verdict')]
}

describe('a check', () => {
  it('has the same verdict pasted as one statement, asked leaf by leaf, and asked in a batch', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(clause, { minLength: 1, maxLength: 4 }), async (clauses) => {
        const checks = clauses.map((one) => settle(compile(one), undefined))
        const oneByOne = checks.map((check) => judge(check, askEachLeaf(check, engine)))
        expect(checks.map(pastedVerdict)).toEqual(oneByOne.map(({ verdict }) => verdict))
        const plan: Parameters<typeof assess>[2]['plan'] = (members) => planBatches(members)
        expect(await assess(toSource(engine), checks, { plan, timeout: 60_000 })).toEqual(oneByOne)
      }),
      { numRuns: 200 },
    )
  })

  it('has it too where tables are missing, which settle what is asked of each first', async () => {
    const lacking = fc.uniqueArray(fc.constantFrom(...Object.keys(GIVEN)))
    await fc.assert(
      fc.asyncProperty(clause, lacking, async (one, missing) => {
        const tables = new Set(Object.keys(GIVEN).filter((table) => !missing.includes(table)))
        const whole = compile(one)
        const check = settle(whole, tables)
        const lacks = (index: number) => check.leaves[index]?.tables.find(({ table }) => !tables.has(table))?.table
        const answers = askEachLeaf(check, engine).map((answer, index) =>
          lacks(index) === undefined ? answer : { error: `needs table ${lacks(index)}` },
        )
        const judged = judge(check, answers)
        const plan: Parameters<typeof assess>[2]['plan'] = (members) => planBatches(members)
        expect(await assess(toSource(engine), [whole], { plan, tables, timeout: 60_000 })).toEqual([judged])
        if (answers.every((answer) => 'answer' in answer)) expect(pastedVerdict(check)).toBe(judged.verdict)
      }),
      { numRuns: 200 },
    )
  })
})

describe('the statement to paste', () => {
  it('says per clause what was expected and found, and why a gate stopped it', () => {
    const check = compile({
      all: [
        { title: "it's \0 odd", table: 'users', expect: { uid: { lt: 1000 } } },
        { title: 'gated', sql: 'SELECT 1 AS passed', needs: [{ sql: 'SELECT 1 WHERE 0', reason: 'no such thing' }] },
      ],
    })
    const { columns, rows } = engine.query(toStatement(check))
    expect(columns).toEqual(['verdict', 'leaves'])
    expect(rows[0]?.[0]).toBe('fail')
    expect(JSON.parse(String(rows[0]?.[1]))).toMatchObject([
      {
        clause: 'all[0]',
        title: "it's \0 odd",
        verdict: 'fail',
        expected: 'uid < 1000',
        found: { tally: { pass: 1, fail: 2 } },
      },
      { clause: 'all[1]', title: 'gated', verdict: 'error', reason: 'no such thing', found: { gate: 0 } },
    ])
  })

  it('is one statement, whatever the title of the check is', () => {
    const title = "two\nlines; DROP -- '/*"
    const statement = toStatement(compile('SELECT 1 AS passed', { check: { title } }))
    expect(engine.prepare(statement).readOnly).toBe(true)
    expect(engine.query(statement).rows[0]?.[0]).toBe('pass')
  })

  it('holds nothing of titles and reasons that a terminal would obey, and answers them as they are', () => {
    const title = "it's\u001b[31m\u009b odd\u202e\ttoo"
    const reason = '\u001bwhy\u2066'
    const check = compile(
      { title, sql: 'SELECT 1 AS passed', needs: [{ sql: 'SELECT 1 WHERE 0', reason }] },
      { check: { title } },
    )
    const statement = toStatement(check)
    expect(statement).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}]/u)
    expect(JSON.parse(String(engine.query(statement).rows[0]?.[1]))).toMatchObject([{ title, reason }])
  })

  it('copes with many clauses and with deep nesting', () => {
    const many = { any: Array.from({ length: 130 }, (_, uid) => ({ sql: `SELECT ${uid} = 129 AS passed` })) }
    expect(pastedVerdict(compile(many))).toBe('pass')
    let deep: Written = { sql: 'SELECT 1 AS passed' }
    for (let depth = 0; depth < 60; depth++) deep = { not: { all: [deep, { sql: 'SELECT 1 AS passed' }] } }
    expect(pastedVerdict(compile(deep))).toBe('pass')
  })

  it('holds what templates and parameters made of the check', () => {
    const templates = new Map([
      buildTemplate(
        'named',
        { sql: 'SELECT username = :name AS passed FROM users WHERE uid = :uid' },
        {
          name: { type: 'string' },
          uid: { type: 'integer', default: 0 },
        },
      ),
    ])
    const check = compile({ use: 'named', with: { name: { param: 'who' } } }, { templates, values: { who: 'root' } })
    expect(pastedVerdict(check)).toBe('pass')
  })
})
