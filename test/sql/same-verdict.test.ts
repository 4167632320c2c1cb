import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assess } from '../../src/core/assess.ts'
import type { CompiledCheck } from '../../src/core/compiled.ts'
import { judge } from '../../src/core/judge.ts'
import { VERDICTS } from '../../src/core/verdict.ts'
import { planBatches } from '../../src/sql/batch.ts'
import { toLiteral } from '../../src/sql/literal.ts'
import { toStatement } from '../../src/sql/statement.ts'
import { askEachLeaf, buildTemplate, compile, openRowsEngine, toSource, type Written } from './build-check.ts'

const GIVEN = {
  users: [
    { uid: 0, username: 'root', shell: '/bin/bash' },
    { uid: 1000, username: 'Jo', shell: '' },
    { uid: 1001, username: 'al', shell: null },
  ],
  etc_hosts: [],
  deb_packages: [
    { name: 'openssl', version: '1.1.10-2' },
    { name: 'bash', version: '5.2' },
  ],
}
const engine = openRowsEngine(GIVEN)

const cell = fc.oneof(
  fc.constantFrom(0, 1, 2, -1, 0.5, null, '', '0', '1', 'true', 'false', ' 1 ', '1e3', '01', 'abc'),
  fc.string({ maxLength: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const word = fc.constantFrom(...VERDICTS, 'PASS', 'nonsense', '')
const gate = fc.constantFrom('SELECT 1', 'SELECT 1 WHERE 0', 'SELECT 1 FROM users', 'SELECT 1 FROM etc_hosts')

const written = fc.record(
  {
    when: fc.record({ sql: gate }),
    needs: fc.array(fc.record({ sql: gate, reason: fc.string() }), { maxLength: 2 }),
    ifEmpty: fc.constantFrom(...VERDICTS),
    title: fc.string({ unit: 'binary', maxLength: 20 }),
  },
  { requiredKeys: [] },
)

function values(column: string, cells: readonly (string | number | null)[]): string {
  const rows = cells.map((value) => `(${toLiteral(value)})`).join(', ')
  return cells.length === 0 ? `SELECT 1 AS ${column} WHERE 0` : `SELECT column1 AS ${column} FROM (VALUES ${rows})`
}

const sqlLeaf = fc.oneof(
  fc.array(cell, { maxLength: 4 }).map((cells): Written => ({ sql: values('passed', cells) })),
  fc.array(word, { maxLength: 4 }).map((cells): Written => ({ sql: values('verdict', cells) })),
  fc
    .constantFrom(
      "SELECT username <> 'root' AS passed, uid FROM users",
      'SELECT uid = 0 AS passed FROM users WHERE uid = 0',
      "SELECT count(*) = 0 AS passed FROM deb_packages WHERE version < '1.1.9'",
      "SELECT name = 'BASH' AS passed, version FROM deb_packages ORDER BY version",
      'SELECT 1 AS passed FROM etc_hosts',
    )
    .map((sql): Written => ({ sql })),
)
const tableLeaf = fc
  .record({
    match: fc.constantFrom('all', 'any', 'none'),
    expect: fc.constantFrom<Written['expect'] & object>(
      {},
      { shell: { ne: '' } },
      { uid: { ge: 1000 } },
      { shell: { empty: true } },
    ),
    where: fc.constantFrom<Written['where'] & object>({}, { username: { like: 'r%' } }, { uid: { in: [0, 1001] } }),
  })
  .map((clause): Written => ({ table: 'users', ...clause }))

const { clause } = fc.letrec<{ clause: Written }>((tie) => ({
  clause: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.tuple(fc.oneof(sqlLeaf, tableLeaf), written).map(([leaf, more]) => ({ ...more, ...leaf })),
    fc.record({ all: fc.array(tie('clause'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('clause'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('clause') }),
    fc
      .tuple(fc.record({ all: fc.array(tie('clause'), { minLength: 1, maxLength: 2 }) }), written)
      .map(([group, more]): Written => ({ ...more, ...group })),
  ),
}))

function pastedVerdict(check: CompiledCheck): unknown {
  const { columns, rows } = engine.query(toStatement(check))
  expect(rows).toHaveLength(1)
  return rows[0]?.[columns.indexOf('verdict')]
}

describe('a check', () => {
  it('has the same verdict pasted as one statement, asked leaf by leaf, and asked in a batch', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(clause, { minLength: 1, maxLength: 4 }), async (clauses) => {
        const checks = clauses.map((one) => compile(one))
        const oneByOne = checks.map((check) => judge(check, askEachLeaf(check, engine)))
        expect(checks.map(pastedVerdict)).toEqual(oneByOne.map(({ verdict }) => verdict))
        const plan: Parameters<typeof assess>[2]['plan'] = (members) => planBatches(members)
        expect(await assess(toSource(engine), checks, { plan, timeout: 60_000 })).toEqual(oneByOne)
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
