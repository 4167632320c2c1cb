import { describe, expect, it } from 'vitest'
import { findSensitiveEvidence } from '../../src/sql/sensitive.ts'
import { compile, engines, type Written } from './build-check.ts'

/** The columns that would show a secret. */
function shown(written: Written | string): string[] {
  return compile(written).leaves.flatMap((leaf) =>
    findSensitiveEvidence(leaf, engines.linux.prepare(leaf.select)).map(
      ({ message }) =>
        /the evidence column (\S+) would show \w+\.\w+, which may hold secrets/.exec(message)?.[1] ?? message,
    ),
  )
}

describe('a sensitive column is refused as evidence', () => {
  it.each([
    ['as it is', 'SELECT 1 AS passed, cmdline FROM processes', ['cmdline']],
    ['in a star', 'SELECT 1 AS passed, * FROM processes', ['cmdline']],
    [
      'in a star behind what was computed',
      "SELECT what AS passed, * FROM (SELECT cmdline || '' AS what FROM processes)",
      ['what'],
    ],
    [
      "in a table's star",
      "SELECT DISTINCT p.* FROM (SELECT 1 AS passed, cmdline || '' AS what FROM processes) p",
      ['what'],
    ],
    ['in a factor', 'SELECT 1 AS passed, 2 * length(cmdline) AS what FROM processes', ['what']],
    ['renamed', 'SELECT 1 AS passed, cmdline AS what FROM processes', ['what']],
    ['renamed without AS', 'SELECT 1 AS passed, cmdline what FROM processes', ['what']],
    [
      'as the reason or resource',
      'SELECT 1 AS passed, cmdline AS reason, p.cmdline AS resource FROM processes p',
      ['reason', 'resource'],
    ],
    ['as what judges', 'SELECT cmdline AS passed FROM processes', ['passed']],
    ['in an expression', "SELECT 1 AS passed, substr(cmdline, 1, 9) || '…' AS what FROM processes", ['what']],
    ['aggregated', 'SELECT 1 AS passed, group_concat(cmdline) AS what FROM processes', ['what']],
    ['quoted', 'SELECT 1 AS passed, upper("cmdline") AS what FROM processes', ['what']],
    ['in a subquery', 'SELECT 1 AS passed, (SELECT cmdline FROM processes) AS what', ['what']],
    ['through a subquery', 'SELECT 1 AS passed, what FROM (SELECT cmdline AS what FROM processes)', ['what']],
    ['computed in a subquery', "SELECT 1 AS passed, what FROM (SELECT cmdline || '' AS what FROM processes)", ['what']],
    [
      'computed and named without AS',
      "SELECT 1 AS passed, what FROM (SELECT cmdline || '' what FROM processes)",
      ['what'],
    ],
    [
      'named by a CTE',
      "WITH p (what) AS (SELECT cmdline || '' FROM processes) SELECT 1 AS passed, lower(what) AS low FROM p",
      ['low'],
    ],
    [
      'in a part of a compound',
      'SELECT 1 AS passed, username AS who FROM users UNION ALL SELECT 1, cmdline FROM processes',
      ['who'],
    ],
    ['as JSON', "SELECT 1 AS passed, json_object('c', cmdline) AS what FROM processes", ['what']],
    ['hashed beside itself', 'SELECT 1 AS passed, sha256(cmdline) || cmdline AS what FROM processes', ['what']],
    [
      'through a hash of something else',
      'SELECT 1 AS passed, replace(sha256(name), name, cmdline) AS what FROM processes',
      ['what'],
    ],
  ])('%s', (_, sql, columns) => {
    expect(shown(sql)).toEqual(columns)
  })

  it('in a table clause that compares it, unless the evidence is narrowed', () => {
    const clause = { table: 'processes', expect: { cmdline: { ne: 'x' } } }
    expect(shown(clause)).toEqual(['cmdline'])
    expect(shown({ ...clause, evidence: ['pid'] })).toEqual([])
  })

  it('of other tables: password hashes, environments, histories', () => {
    expect(shown('SELECT 1 AS passed, hash_alg FROM shadow')).toEqual(['hash_alg'])
    expect(shown('SELECT 1 AS passed, key, value FROM process_envs WHERE pid = 1')).toEqual(['value'])
    expect(shown('SELECT 1 AS passed, command FROM shell_history')).toEqual(['command'])
  })
})

describe('a sensitive column is fine', () => {
  it.each([
    ['hashed', 'SELECT 1 AS passed, sha256(cmdline) AS what FROM processes'],
    ['hashed with its table', 'SELECT 1 AS passed, SHA1( p.cmdline ) AS what FROM processes p'],
    ['hashed inside', 'SELECT 1 AS passed, what FROM (SELECT md5(cmdline) AS what FROM processes)'],
    ['judged', "SELECT cmdline NOT LIKE '%--password%' AS passed, pid FROM processes"],
    [
      'judged, beside something computed',
      "SELECT cmdline = '' AS passed, count(*) AS n, upper(name) AS name FROM processes",
    ],
    ['judged and hashed', "SELECT cmdline = '' AS passed, sha256(cmdline) AS what FROM processes"],
    ['filtered by', "SELECT 1 AS passed, pid, name FROM processes WHERE cmdline LIKE '%x%'"],
    ['judged, beside a product', "SELECT cmdline = '' AS passed, resident_size * 2 AS size FROM processes"],
    ['not read at all', 'SELECT 1 AS passed, name AS cmdline FROM processes'],
  ])('%s', (_, sql) => {
    expect(shown(sql)).toEqual([])
  })

  it('in a table where that name is harmless', () => {
    expect(shown('SELECT 1 AS passed, key, value FROM (SELECT 1 AS key, 2 AS value)')).toEqual([])
  })
})
