import { describe, expect, it } from 'vitest'
import { mutateSql } from '../../src/sql/mutate-sql.ts'
import { readRegions } from '../../src/sql/sql-regions.ts'

/** What stands in the place of what, without what stands around it. */
function changes(sql: string, use: 'judged' | 'gate' = 'judged'): string[] {
  return mutateSql(sql, use).map((mutant) => mutant.sql.replace(/\s+/g, ' ').trim())
}

function live(sql: string, use: 'judged' | 'gate' = 'judged'): string {
  return readRegions(sql, use)
    .filter((token) => token.live)
    .map(({ text }) => text)
    .join(' ')
}

const where = (condition: string) => `SELECT 1 FROM t WHERE ${condition}`
const conditions = (condition: string) => changes(where(condition), 'gate').map((sql) => sql.slice(where('').length))

describe('mutants of SQL', () => {
  it('flip comparisons, to their neighbour and to their opposite', () => {
    expect(conditions('a < b AND 1')).toEqual(expect.arrayContaining(['a <= b AND 1', 'a >= b AND 1']))
    expect(conditions('a >= b AND 1')).toEqual(expect.arrayContaining(['a > b AND 1', 'a < b AND 1']))
    expect(conditions('a = b')).toEqual(['a <> b', '1'])
  })

  it('flip AND and OR, and leave out each condition', () => {
    expect(conditions('a AND b')).toEqual(['a OR b', '1 AND b', 'a AND 1'])
    expect(conditions('a OR (b AND c)')).toEqual([
      'a AND (b AND c)',
      'a OR (b OR c)',
      '0 OR (b AND c)',
      'a OR 0',
      'a OR ( 1 AND c)',
      'a OR (b AND 1 )',
    ])
  })

  it('take the AND of a BETWEEN for what it is', () => {
    expect(conditions('a BETWEEN b AND c AND d')).toEqual([
      'a NOT BETWEEN b AND c AND d',
      'a BETWEEN b AND c OR d',
      '1 AND d',
      'a BETWEEN b AND c AND 1',
    ])
  })

  it('take NOT away, and put it in', () => {
    for (const [plain, negated] of [
      ['a IN (b)', 'a NOT IN (b)'],
      ["a LIKE '%'", "a NOT LIKE '%'"],
      ['EXISTS (SELECT 1 FROM u)', 'NOT EXISTS (SELECT 1 FROM u)'],
      ['a IS NULL', 'a IS NOT NULL'],
    ] as const) {
      expect(conditions(plain)).toContain(negated)
      expect(conditions(negated)).toContain(plain)
    }
    expect(conditions('NOT a')).toContain('a')
  })

  it('change numbers by one, and large ones by much; after an operator as its neighbour does not', () => {
    expect(conditions('f(a, 7)')).toEqual(['f(a, 8 )', 'f(a, 6 )', '1'])
    expect(conditions('a > 7')).toEqual(['a >= 7', 'a <= 7', 'a > 8', '1'])
    expect(conditions('a = 86400')).toEqual(expect.arrayContaining(['a = 172800', 'a = 43200']))
  })

  it('change texts, but not what glues and trims, nor the format of a date', () => {
    expect(conditions("a = 'x'")).toContain("a = 'x~'")
    expect(conditions("a || ' ' = strftime('%s', 'now')").join()).not.toContain('~')
  })

  it('change the first and the last of a long list', () => {
    const found = conditions("a IN ('b', 'c', 'd', 'e', 'f')").filter((sql) => sql.includes('~'))
    expect(found).toEqual(["a IN ( 'b~' , 'c', 'd', 'e', 'f')", "a IN ('b', 'c', 'd', 'e', 'f~' )"])
  })

  it('change the first and the last of many rows', () => {
    const found = changes("SELECT a AS passed FROM (VALUES ('b', 1), ('c', 2), ('d', 3), ('e', 4))")
    expect(found.filter((sql) => sql.includes('~')).map((sql) => /'(.)~'/.exec(sql)?.[1])).toEqual(['b', 'e'])
  })

  it('leave sentences alone that are compared with nothing', () => {
    const sql = "SELECT iif(a, 'it is not so', NULL) IS NULL AS passed FROM t WHERE b = 'install ok installed'"
    expect(changes(sql).filter((one) => one.includes('~'))).toEqual([
      expect.stringContaining("'install ok installed~'"),
    ])
  })

  it('swap verdicts, and take no branch of a CASE', () => {
    const sql = "SELECT CASE WHEN a THEN 'pass' WHEN b THEN 'warn' ELSE 'fail' END AS verdict FROM t"
    expect(changes(sql)).toEqual(
      [
        ["'pass'", "'fail'"],
        ["'warn'", "'pass'"],
        ["'fail'", "'pass'"],
        ['WHEN a', 'WHEN 0'],
        ['WHEN b', 'WHEN 0'],
      ].map(([from, to]) => expect.stringMatching(mutated(sql, from as string, to as string))),
    )
  })

  it('leave out defaults instead of changing them', () => {
    const found = conditions("coalesce(a, '') = b")
    expect(found).toEqual(["coalesce(a, '') <> b", '1', '(a) = b'])
    expect(conditions("coalesce(a, c, 'd') = b")).toContain('coalesce(a, c ) = b')
  })

  it('turn a LEFT JOIN into one that needs a partner, and LIKE into what heeds case', () => {
    expect(changes('SELECT a AS passed FROM t LEFT JOIN u USING (v)')).toContain(
      'SELECT a AS passed FROM t INNER JOIN u USING (v)',
    )
    expect(changes("SELECT a LIKE 'Debian%' AS passed FROM t")).toContain("SELECT a GLOB 'Debian*' AS passed FROM t")
    expect(changes("SELECT 1 AS passed FROM t WHERE path LIKE '/etc/%'").join()).not.toContain('GLOB')
  })

  it('say what was changed and where', () => {
    const [first] = mutateSql('SELECT 1 AS passed\nFROM t\nWHERE a = 2', 'gate')
    expect(first).toMatchObject({ change: 'WHERE a = 2 → WHERE a <> 2', offset: 34 })
  })
})

/** The same SQL with one thing replaced, whatever the spaces. */
function mutated(sql: string, from: string, to: string): RegExp {
  const pattern = sql.replace(from, to).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${pattern.replaceAll(' ', '\\s+')}$`)
}

describe('what decides', () => {
  it('is what judges the rows, and which there are; not evidence, reasons and order', () => {
    const sql = "SELECT a = 1 AS passed, b + 2 AS shown, 'x' || 3 AS reason FROM t WHERE c = 4 ORDER BY d + 5 LIMIT 6"
    expect(live(sql)).toBe('SELECT a = 1 AS passed , , FROM t WHERE c = 4')
  })

  it('is of a gate only which rows there are', () => {
    expect(live('SELECT 1, b FROM t WHERE c = EXISTS (SELECT 2 FROM u WHERE d)', 'gate')).toBe(
      'SELECT , FROM t WHERE c = EXISTS ( SELECT FROM u WHERE d )',
    )
  })

  it('goes back to the columns of inner SELECTs that it names', () => {
    const sql = 'WITH w AS (SELECT max(a) AS used, min(a) AS shown, b FROM t) SELECT used > 1 AS passed, shown FROM w'
    expect(live(sql)).toContain('max ( a ) AS used')
    expect(live(sql)).not.toContain('min')
  })

  it('is, of a compound, by the names of its first SELECT', () => {
    expect(live('SELECT a = 1 AS passed, b + 1 AS c FROM t UNION SELECT 2, 3 FROM u')).toContain('SELECT 2 , FROM u')
  })

  it('is told apart within CASE and parentheses', () => {
    const sql =
      'SELECT CASE WHEN EXISTS (SELECT 9 FROM u WHERE x) THEN 1 ELSE (SELECT y FROM v) END AS passed, z FROM t'
    expect(live(sql)).toBe(
      'SELECT CASE WHEN EXISTS ( SELECT FROM u WHERE x ) THEN 1 ELSE ( SELECT y FROM v ) END AS passed , FROM t',
    )
  })
})
