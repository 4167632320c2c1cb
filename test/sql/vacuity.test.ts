import { describe, expect, it } from 'vitest'
import type { CheckTest } from '../../src/core/check.ts'
import { OSQUERY_GATES } from '../../src/sql/table-gates.ts'
import { findVacuity } from '../../src/sql/vacuity.ts'
import { buildTest, compile, engines, type Given, type Written } from './build-check.ts'

/** What would be taken for an answer though nothing answered. */
function vacuous(written: Written | string, ...tests: CheckTest[]): string[] {
  const compiled = compile(written, { ...OSQUERY_GATES, check: { tests } })
  const options = { templates: new Map(), testValues: ({ params }: CheckTest) => params }
  return findVacuity(compiled, engines.linux, options).map(({ message }) => message)
}

function passing(given: Given): CheckTest {
  return buildTest('pass', { given })
}

describe('silence', () => {
  it.each<[string, Written]>([
    ['counted as none', { sql: 'SELECT count(*) = 0 AS passed FROM etc_hosts' }],
    ['that passes by if_empty', { sql: 'SELECT 0 AS passed FROM etc_hosts', ifEmpty: 'pass' }],
    ['that fails under not', { not: { sql: 'SELECT 1 AS passed FROM etc_hosts' } }],
    ['of one clause of many', { any: [{ sql: 'SELECT count(*) = 0 AS passed FROM etc_hosts' }, { table: 'users' }] }],
    [
      'that a when does not notice',
      { sql: 'SELECT 0 AS passed FROM etc_hosts', ifEmpty: 'pass', when: { sql: 'SELECT 1' } },
    ],
  ])('%s would be a pass', (_, written) => {
    expect(vacuous(written)).toEqual([
      '"It holds" would pass when every table is empty: silence would count as an answer',
    ])
  })

  it.each<[string, Written]>([
    ['that fails', { sql: 'SELECT 1 AS passed FROM etc_hosts' }],
    ['that is an error', { sql: 'SELECT 0 AS passed FROM etc_hosts', ifEmpty: 'error' }],
    [
      'that passes under two nots only when there are rows',
      { not: { not: { sql: 'SELECT 1 AS passed FROM etc_hosts' } } },
    ],
    ['of a table that is never empty', { sql: 'SELECT count(*) = 0 AS passed FROM deb_packages' }],
    [
      'that a need notices',
      { sql: 'SELECT count(*) = 0 AS passed FROM etc_hosts', needs: [{ sql: 'SELECT 1 FROM etc_hosts' }] },
    ],
    [
      'to which the check does not apply',
      { sql: 'SELECT count(*) = 0 AS passed FROM etc_hosts', when: { sql: 'SELECT 1 FROM etc_hosts' } },
    ],
    ['of a table that only root sees', { sql: 'SELECT count(*) = 0 AS passed FROM crontab' }],
    ['of a table with an anchor', { sql: "SELECT count(*) = 0 AS passed FROM file WHERE path = '/etc/x'" }],
  ])('%s is no answer', (_, written) => {
    expect(vacuous(written)).toEqual([])
  })

  it('of a check that asks nothing at all is a pass', () => {
    expect(vacuous('SELECT 1 AS passed')).toEqual([
      '"It holds" would pass when nothing is asked: silence would count as an answer',
    ])
  })
})

describe('one table that falls silent while the others speak', () => {
  const listening = 'SELECT count(*) = 0 AS passed FROM users JOIN etc_hosts ON hostnames = username'

  it('is found by the rows of a test that passes', () => {
    const given = { users: [{ uid: 0, username: 'root' }], etc_hosts: [{ hostnames: 'localhost' }] }
    expect(vacuous(listening, passing(given))).toEqual([
      '"It holds" would pass when etc_hosts is empty: silence would count as an answer',
    ])
  })

  it('is no matter where its emptiness may be believed', () => {
    const sql = 'SELECT count(*) = 0 AS passed FROM users JOIN crontab ON command = username'
    const given = { users: [{ uid: 0, username: 'root' }], crontab: [{ command: 'x' }] }
    expect(vacuous(sql, passing(given))).toEqual([])
  })

  it('is not looked for with tests that fail, or that are for another platform', () => {
    const given = { users: [{ uid: 0, username: 'root' }], etc_hosts: [{ hostnames: 'root' }] }
    expect(vacuous(listening, buildTest('fail', { given }))).toEqual([])
    expect(vacuous(listening, buildTest('pass', { given, platform: 'darwin' }))).toEqual([])
  })

  it('is found with the parameters of the test', () => {
    const sql = 'SELECT count(*) = 0 AS passed FROM etc_hosts WHERE hostnames = :name AND :on'
    const compiled = compile(
      { sql, needs: [{ sql: 'SELECT 1 WHERE :on' }] },
      { ...OSQUERY_GATES, values: { name: 'x', on: false }, check: { tests: [passing({})] } },
    )
    const testValues = () => ({ name: 'x', on: true })
    const silent = (params: CheckTest['params']) => {
      const check = { ...compiled.check, tests: [buildTest('pass', { params })] }
      return findVacuity({ ...compiled, check }, engines.linux, { templates: new Map(), testValues }).length
    }
    expect([silent({}), silent({ on: true })]).toEqual([0, 1])
  })
})
