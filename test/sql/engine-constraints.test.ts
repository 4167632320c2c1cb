import { beforeEach, describe, expect, it } from 'vitest'
import {
  type Constraint,
  OPERATOR,
  type TableColumn,
  type TableContext,
  type VirtualTable,
} from '../../src/sql/table.ts'
import { openEngine } from './build-check.ts'

type Options = Omit<TableColumn, 'name' | 'type'>

const ROWS = [
  { k: 'x', n: 1, v: 'a' },
  { k: 'xy', n: 2, v: 'b' },
  { k: 'z', n: 3, v: 'a' },
]
let scans: { table: string; k: readonly Constraint[]; n: readonly Constraint[]; uses: string[] }[] = []

/** Answers only what it was asked for, so that lost constraints and lost rows show. */
function define(name: string, k: Options, n: Options = {}): VirtualTable {
  const columns: TableColumn[] = [
    { name: 'k', type: 'TEXT', ...k },
    { name: 'n', type: 'INTEGER', ...n },
    { name: 'v', type: 'TEXT' },
  ]
  return { name, columns, generate: (context) => generate(name, context) }
}

function generate(table: string, context: TableContext) {
  const [k, n] = [context.constraints('k'), context.constraints('n')]
  scans.push({ table, k, n, uses: ['k', 'n', 'v'].filter(context.uses) })
  const equals = context.equals('k')
  const likes = context.likes('k').map((pattern) => pattern.replaceAll('%', ''))
  return ROWS.filter(
    (row) =>
      (equals.length === 0 && likes.length === 0) ||
      equals.includes(row.k) ||
      likes.some((beginning) => row.k.startsWith(beginning)),
  )
}

const engine = openEngine([
  define('plain', {}),
  define('indexed', { index: true }, { index: true }),
  define('additional', { additional: true }),
  define('required', { required: true, index: true }),
  define('optimized', { index: true, optimized: true }),
])

function rows(sql: string) {
  return engine.query(sql).rows.flat()
}

beforeEach(() => {
  scans = []
})

const { equals, like, glob, gt, ge, lt, le } = OPERATOR

describe('a constraint', () => {
  it.each(['indexed', 'additional', 'required'])('on the key of %s reaches the table', (table) => {
    expect(rows(`SELECT n FROM ${table} WHERE k = 'x'`)).toEqual([1n])
    expect(scans.map(({ k }) => k)).toEqual([[{ op: equals, value: 'x' }]])
  })

  it('on any other column does not', () => {
    expect(rows("SELECT n FROM plain WHERE k = 'x' AND n = 1")).toEqual([1n])
    expect(rows("SELECT n FROM indexed WHERE v = 'b'")).toEqual([2n])
    expect(scans.map(({ k, n }) => [...k, ...n])).toEqual([[], []])
  })

  it('reaches a text column as =, LIKE and GLOB, and never as an order', () => {
    expect(rows("SELECT n FROM indexed WHERE k LIKE 'x%' AND k GLOB 'x*'")).toEqual([1n, 2n])
    expect(new Set(scans[0]?.k)).toEqual(
      new Set([
        { op: like, value: 'x%' },
        { op: glob, value: 'x*' },
      ]),
    )
    expect(rows("SELECT n FROM indexed WHERE k > 'x' AND k <= 'z'")).toEqual([2n, 3n])
    expect(scans[1]?.k).toEqual([])
  })

  it('reaches a number column in every order, as text', () => {
    expect(rows('SELECT n FROM indexed WHERE n > 0 AND n >= 1 AND n < 9 AND n <= 2')).toEqual([1n, 2n])
    const operators = scans[0]?.n.map(({ op, value }) => [op, value])
    expect(new Map(operators as [number, string][])).toEqual(
      new Map([
        [gt, '0'],
        [ge, '1'],
        [lt, '9'],
        [le, '2'],
      ]),
    )
  })

  it('with an empty value is left out, and SQLite filters', () => {
    expect(rows("SELECT n FROM indexed WHERE k = ''")).toEqual([])
    expect(scans[0]?.k).toEqual([])
  })

  it('is answered again by SQLite, whatever the table made of it', () => {
    expect(rows("SELECT n FROM indexed WHERE k LIKE 'x_'")).toEqual([])
    expect(rows("SELECT n FROM plain WHERE k LIKE 'X%'")).toEqual([1n, 2n])
  })

  it('of a join calls the inner table once per outer row', () => {
    expect(rows("SELECT i.n FROM plain p CROSS JOIN indexed i ON i.k = p.k WHERE p.v = 'a'")).toEqual([1n, 3n])
    expect(scans.map(({ table, k }) => [table, k[0]?.value])).toEqual([
      ['plain', undefined],
      ['indexed', 'x'],
      ['indexed', 'z'],
    ])
  })
})

describe('IN', () => {
  it('calls a table once per value', () => {
    expect(rows("SELECT n FROM indexed WHERE k IN ('x', 'z', 'q')").sort()).toEqual([1n, 3n])
    expect(scans.map(({ k }) => k.map(({ value }) => value)).sort()).toEqual([['q'], ['x'], ['z']])
  })

  it('gives an optimized column all values in one call', () => {
    expect(rows("SELECT n FROM optimized WHERE k IN ('x', 'z', 'q')")).toEqual([1n, 3n])
    expect(scans.map(({ k }) => k.map(({ value }) => value).sort())).toEqual([['q', 'x', 'z']])
  })

  it('takes the values of a subquery', () => {
    expect(rows("SELECT n FROM optimized WHERE k IN (SELECT k FROM plain WHERE v = 'a')")).toEqual([1n, 3n])
    expect(
      scans
        .at(-1)
        ?.k.map(({ value }) => value)
        .sort(),
    ).toEqual(['x', 'z'])
  })
})

describe('OR', () => {
  it.each(['indexed', 'additional', 'required', 'plain'])(
    'of = and LIKE on %s neither loses nor doubles a row',
    (table) => {
      expect(rows(`SELECT n FROM ${table} WHERE k = 'x' OR k LIKE 'x%'`).sort()).toEqual([1n, 2n])
      expect(rows(`SELECT n FROM ${table} WHERE k LIKE 'x%' OR k = 'z' OR k = 'x'`).sort()).toEqual([1n, 2n, 3n])
    },
  )
})

describe('a required column', () => {
  const message = 'Table required was queried without a required column in the WHERE clause'

  it('must be asked for', () => {
    for (const sql of [
      'SELECT * FROM required',
      "SELECT * FROM required WHERE v = 'a'",
      "SELECT * FROM required WHERE k > 'a'",
    ]) {
      expect(() => engine.query(sql)).toThrow(message)
    }
    expect(scans).toEqual([])
  })

  it('may come from a join, whichever side is written first', () => {
    expect(rows('SELECT r.n FROM required r JOIN plain p ON r.k = p.k')).toEqual([1n, 2n, 3n])
    expect(rows('SELECT r.n FROM plain p JOIN required r USING (k)')).toEqual([1n, 2n, 3n])
  })

  it('is no matter where the table is never read', () => {
    expect(rows("SELECT r.n FROM plain p CROSS JOIN required r WHERE p.k = 'nothing'")).toEqual([])
  })
})

describe('the columns in use', () => {
  it('are told to the table', () => {
    engine.query("SELECT v FROM plain WHERE k = 'x'")
    engine.query('SELECT count(*) FROM plain')
    expect(scans.map(({ uses }) => uses)).toEqual([['k', 'v'], []])
  })
})

describe('the name of a table', () => {
  it('may be written with main or temp', () => {
    expect(rows('SELECT count(*) FROM main.plain')).toEqual([3n])
    expect(rows('SELECT count(*) FROM temp.plain')).toEqual([3n])
    expect(() => engine.query('SELECT * FROM temp.nope')).toThrow('no such table: temp.nope')
  })

  it('may be taken by a CTE, that reads the table once for all', () => {
    const sql = `WITH plain AS MATERIALIZED (SELECT k, n FROM temp.plain)
      SELECT (SELECT count(*) FROM plain), (SELECT max(n) FROM plain WHERE k LIKE 'x%'), (SELECT min(k) FROM plain)`
    const before = engine.scans
    expect(rows(sql)).toEqual([3n, 2n, 'x'])
    expect(scans).toHaveLength(1)
    expect(engine.scans - before).toBe(1)
  })

  it('may be given to a table that is attached later', () => {
    const late = openEngine()
    expect(() => late.query('SELECT * FROM late')).toThrow('no such table: late')
    late.attach({ ...define('late', {}), generate: () => ROWS })
    expect(late.query('SELECT count(*) FROM late').rows).toEqual([[3n]])
    late.close()
  })
})
