import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BatchMember } from '../../src/core/assess.ts'
import { judge } from '../../src/core/judge.ts'
import { BATCH_LEAVES, planBatches } from '../../src/sql/batch.ts'
import { askEachLeaf, compile, openRowsEngine, type Written } from './build-check.ts'

const PACKAGES = Array.from({ length: 50 }, (_, index) => ({ name: `package-${index}`, version: `1.${index}-1` }))
const engine = openRowsEngine({
  deb_packages: [...PACKAGES, { name: 'Odd ü', version: null }, { name: '', version: '' }],
  users: [
    { uid: 0, username: 'root', uuid: 'ABC' },
    { uid: 1000, username: 'jo', uuid: 'abc' },
  ],
  processes: [
    { pid: 1, name: 'init', uid: 0 },
    { pid: 2, name: 'jo', uid: 1000 },
  ],
})

function members(...written: (Written | string)[]): BatchMember[] {
  return written.flatMap((one, check) => compile(one).leaves.map((leaf) => ({ check, leaf })))
}

function scansOf(run: () => unknown): number {
  const before = engine.scans
  run()
  return engine.scans - before
}

/** The rows of one statement by its columns, c0, c1, … */
function answers(sql: string): unknown[] {
  const { columns, rows } = engine.query(sql)
  expect(columns).toEqual(columns.map((_, index) => `c${index}`))
  expect(rows).toHaveLength(1)
  return rows[0] as unknown[]
}

const COUNTS = Array.from(
  { length: 20 },
  (_, index) => `SELECT count(*) = 1 AS passed FROM deb_packages WHERE name = 'package-${index}'`,
)

describe('a table that many leaves scan', () => {
  it('is scanned once, and once per gate and leaf without a batch', () => {
    const all = members(...COUNTS)
    const [batch, ...others] = planBatches(all)
    expect(others).toEqual([])
    expect(scansOf(() => engine.query(batch?.sql ?? ''))).toBe(1)
    expect(scansOf(() => all.map(({ leaf }) => engine.query(leaf.sql)))).toBe(2 * COUNTS.length)
  })

  it('is copied with only the columns that are read, or none', () => {
    const [batch] = planBatches(members(...COUNTS, 'SELECT max(version) IS NOT NULL AS passed FROM deb_packages'))
    expect(batch?.sql).toMatch(
      /^WITH "deb_packages" AS MATERIALIZED \(SELECT "name", "version" FROM temp."deb_packages"\)/,
    )
    const [counting] = planBatches(members('SELECT count(*) > 0 AS passed FROM deb_packages'))
    expect(counting?.sql).toContain('SELECT 1 AS k_any FROM')
    expect(JSON.parse(String(answers(counting?.sql ?? '')[0])).tally).toMatchObject({ pass: 1 })
  })

  it('is scanned once too where its first column is an index, which LIMIT and EXISTS seem to ask about', () => {
    const [batch] = planBatches(
      members('SELECT count(*) = 2 AS passed FROM processes', 'SELECT uid >= 0 AS passed FROM users LIMIT 5'),
    )
    expect(batch?.members).toHaveLength(2)
    expect(scansOf(() => engine.query(batch?.sql ?? ''))).toBe(2)
  })

  it('keeps the types, affinities and collations of its columns', () => {
    const written = [
      "SELECT uid = '0' AS passed, typeof(uid) AS type FROM users",
      "SELECT version < '1.10-1' AS passed, version FROM deb_packages WHERE version <> ''",
      "SELECT count(*) = 2 AS passed FROM users WHERE +uuid = 'aBc'",
    ]
    const all = members(...written)
    expect(all.every(({ leaf }) => leaf.tables.every(({ shareable }) => shareable))).toBe(true)
    const [batch] = planBatches(all)
    expect(answers(batch?.sql ?? '')).toEqual(all.map(({ leaf }) => engine.query(leaf.sql).rows[0]?.[0]))
  })
})

describe('a leaf is not served by a copy', () => {
  it.each([
    ['it constrains an index column', 'SELECT 1 AS passed FROM processes WHERE pid = 1'],
    ['it joins on an index column', 'SELECT 1 AS passed FROM users JOIN processes ON pid = users.uid'],
    ['it reads a hidden column', 'SELECT pid_with_namespace IS NULL AS passed FROM deb_packages'],
    ['it names the table in temp', 'SELECT 1 AS passed FROM temp.processes'],
    ['it names the table in main', 'SELECT 1 AS passed FROM main . processes'],
  ])('when %s', (_, sql) => {
    const tables = compile(sql).leaves[0]?.tables.filter(({ table }) => table !== 'users')
    expect(tables?.map(({ shareable }) => shareable)).toEqual([false])
  })

  it('nor stands in a statement that copies its table', () => {
    const scanning = 'SELECT count(*) > 1 AS passed FROM processes'
    const asking = "SELECT name = 'init' AS passed FROM processes WHERE pid = 1"
    const batches = planBatches(members(scanning, asking, scanning, asking, 'SELECT 1 AS passed'))
    expect(batches.map((batch) => batch.members.map(({ check }) => check))).toEqual([
      [0, 2, 4],
      [1, 3],
    ])
    expect(batches[1]?.sql).not.toContain('WITH "processes"')
  })

  it('though it may share another table', () => {
    const both = 'SELECT count(*) = 1 AS passed FROM processes p, deb_packages d WHERE pid = 1 AND p.name = d.name'
    expect(
      compile(both)
        .leaves[0]?.tables.map(({ table, shareable }) => [table, shareable])
        .sort(),
    ).toEqual([
      ['deb_packages', true],
      ['processes', false],
    ])
  })
})

describe('the limits of a statement', () => {
  it('are a number of leaves', () => {
    const all = members(...Array.from({ length: BATCH_LEAVES * 2 + 1 }, () => 'SELECT 1 AS passed'))
    expect(planBatches(all).map((batch) => batch.members.length)).toEqual([BATCH_LEAVES, BATCH_LEAVES, 1])
  })

  it('are a number of bytes, but a leaf that is longer by itself travels alone', () => {
    const long = `SELECT 1 AS passed, '${'x'.repeat(5000)}' AS v`
    const all = members('SELECT 1 AS passed', long, 'SELECT 0 AS passed')
    const size = all[0]?.leaf.sql.length ?? 0
    const batches = planBatches(all, { leaves: 50, bytes: 2 * size })
    expect(batches.map((batch) => batch.members.map(({ check }) => check))).toEqual([[0, 2], [1]])
  })

  it('of nothing are no statement', () => {
    expect(planBatches([])).toEqual([])
  })
})

describe('batched leaves', () => {
  const sql = fc.constantFrom(
    ...COUNTS.slice(0, 3),
    "SELECT username <> 'root' AS passed, uid FROM users",
    'SELECT uid < 1000 AS passed, username AS resource FROM users',
    "SELECT name = 'init' AS passed FROM processes WHERE pid = 1",
    'SELECT count(*) = 2 AS passed FROM processes',
    'SELECT p.uid = u.uid AS passed, p.name FROM users u JOIN processes p USING (uid)',
    'SELECT 1 AS passed FROM etc_hosts',
    "WITH deb AS (SELECT * FROM deb_packages) SELECT name <> '' AS passed, name, version FROM deb",
  )

  it('answer what each of them answers alone, each exactly once', () => {
    const written = fc.array(
      fc.oneof(
        sql,
        fc.record({
          all: fc.array(
            sql.map((one) => ({ sql: one })),
            { minLength: 1, maxLength: 3 },
          ),
        }),
      ),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(written, fc.integer({ min: 1, max: 6 }), (clauses, leaves) => {
        const all = members(...clauses)
        const batches = planBatches(all, { leaves, bytes: 1_000_000 })
        const seen = new Map(
          batches.flatMap((batch) => {
            const found = answers(batch.sql)
            return batch.members.map((member, index) => [member, found[index]] as const)
          }),
        )
        expect(seen.size).toBe(all.length)
        for (const member of all) expect(seen.get(member)).toBe(engine.query(member.leaf.sql).rows[0]?.[0])
      }),
    )
  })

  it('are judged as their check', () => {
    const check = compile({ all: [{ sql: COUNTS[0] ?? '' }, { sql: "SELECT username = 'root' AS passed FROM users" }] })
    expect(judge(check, askEachLeaf(check, engine)).verdict).toBe('fail')
  })
})
