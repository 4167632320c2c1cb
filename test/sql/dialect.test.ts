import { describe, expect, it } from 'vitest'
import { CORE_FUNCTIONS, findNewerSyntax } from '../../src/sql/dialect.ts'

describe("syntax that osquery's SQLite does not have", () => {
  it.each([
    ['SELECT 1_000', 'digits may not be grouped'],
    ["SELECT group_concat(name, ',' ORDER BY name) FROM users", 'ORDER BY inside group_concat'],
    ['SELECT iif(a, b)', 'iif() with 2 arguments: it needs 3'],
    ['SELECT IIF(a, max(b, c))', 'iif() with 2 arguments'],
    ["SELECT strftime('%F', 'now')", "'%F' in strftime()"],
    ["SELECT strftime('%Y week %V', 'now')", 'in strftime()'],
    ["SELECT date('now', '-1 month', 'ceiling')", "'ceiling' in date()"],
    ["SELECT date('now', 'FLOOR')", 'in date()'],
  ])('is found in %s', (sql, found) => {
    expect(findNewerSyntax(sql)).toEqual([expect.stringContaining(found)])
  })

  it.each([
    'SELECT \'1_000\', "1_000" -- 1_000',
    'SELECT a_1 FROM t1_2',
    'SELECT iif(a, b, c), iif(a, (SELECT 1, 2), c)',
    'SELECT row_number() OVER (PARTITION BY a ORDER BY b) FROM t',
    'SELECT count(*) FILTER (WHERE a) FROM t',
    'SELECT max((SELECT a FROM t ORDER BY b LIMIT 1), 2)',
    'SELECT a FROM (SELECT a FROM t ORDER BY a)',
    "SELECT strftime('%f %H %j %J %m %M %s %S %w %W %Y %d %%', 'now')",
    "SELECT date('now', 'start of month', 'utc')",
    "SELECT '%F', format('%F', 'ceiling')",
    "SELECT a ->> '$.b', a IS NOT DISTINCT FROM b FROM t RIGHT JOIN u ON 1",
  ])('is not seen in %s', (sql) => {
    expect(findNewerSyntax(sql)).toEqual([])
  })
})

describe('the functions of SQLite 3.42', () => {
  it('are those that checks rely on, and none that came later', () => {
    const has = (name: string) => CORE_FUNCTIONS.has(name)
    expect(['coalesce', 'json_group_array', 'unixepoch', 'unhex', 'iif', 'row_number', '->>'].every(has)).toBe(true)
    expect(
      ['concat', 'jsonb', 'string_agg', 'octet_length', 'timediff', 'unistr', 'median', 'load_extension'].some(has),
    ).toBe(false)
  })
})
