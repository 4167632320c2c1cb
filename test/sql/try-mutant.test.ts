import { describe, expect, it } from 'vitest'
import type { CheckTest, Template } from '../../src/core/check.ts'
import { mutateDefinition } from '../../src/sql/mutate-definition.ts'
import { FailingTest, rehearse, tryMutant } from '../../src/sql/try-mutant.ts'
import { buildCheck, buildTest, engines, type Written } from './build-check.ts'

/** The mutants of a check on Linux that its tests do not notice, each with the test that came closest. */
function survivors(written: Written | string, tests: readonly CheckTest[], params = {}): string[] {
  const check = buildCheck(written, 'linux', { tests, params })
  const context = {
    engine: engines.linux,
    templates: new Map<string, Template>(),
    valuesOf: (one: typeof check, test: CheckTest) => ({
      ...Object.fromEntries(Object.entries(one.params).map(([name, spec]) => [name, spec.default ?? ''])),
      ...test.params,
    }),
  }
  const rehearsal = rehearse(check, tests, context)
  return mutateDefinition(check).flatMap(({ definition, path, change }) => {
    const attempt = tryMutant(rehearsal, definition, context)
    if (attempt.outcome !== 'survived') return []
    const { closest } = attempt
    const how = closest ? ` (${closest.test.name}${closest.isOtherwise ? ', otherwise' : ''})` : ''
    return [`${path.slice(2).join('.')}: ${change}${how}`]
  })
}

const given = (...uids: number[]) => ({ users: uids.map((uid) => ({ uid, shell: uid === 0 ? '/bin/sh' : '' })) })
const pass = (...uids: number[]) => buildTest('pass', { given: given(...uids) })
const fail = (...uids: number[]) => buildTest('fail', { given: given(...uids) })

describe('mutants of a check', () => {
  it('are killed by tests on both sides of each boundary', () => {
    const sql = 'SELECT uid >= 5 AS passed FROM users'
    expect(survivors(sql, [pass(5), fail(4)])).toEqual([])
    expect(survivors(sql, [pass(9), fail(1)])).toEqual([
      'sql: SELECT uid >= 5 AS → SELECT uid > 5 AS (pass)',
      'sql: uid >= 5 AS passed → uid >= 4 AS passed (pass)',
    ])
  })

  it('are not made of evidence, reasons and order', () => {
    const sql = "SELECT uid = 5 AS passed, uid + 1 AS next, 'is ' || (uid > 7) AS reason FROM users ORDER BY uid > 3"
    expect(survivors(sql, [pass(5), fail(4), fail(6)])).toEqual([])
  })

  it('are of conditions in YAML too: operators, operands, and each of several columns', () => {
    const written: Written = { table: 'users', where: { uid: { ge: 5 } }, expect: { shell: { eq: '' } } }
    const other = buildTest('fail', {
      name: 'other',
      given: {
        users: [
          { uid: 5, shell: 'x' },
          { uid: 1, shell: '' },
        ],
      },
    })
    expect(survivors(written, [pass(9), other])).toEqual([
      'if_empty: if_empty fail → pass',
      'where.uid: where: uid left out (other, otherwise)',
      'where.uid.ge: where: uid ge → gt (other, otherwise)',
      'where.uid.ge: where: uid ge 5 → 4 (pass)',
      'match: match all → any (pass)',
    ])
  })

  it('change what no row means, how many rows must match, and the group', () => {
    const one: Written = { table: 'users', where: { uid: { gt: 100 } }, expect: { shell: { eq: '' } } }
    const full = [pass(101), fail(100), buildTest('fail', { given: { users: [{ uid: 101, shell: 'x' }] } })]
    const left = survivors(one, full)
    expect(left).toEqual(['match: match all → any (pass)'])
    const mixed = buildTest('fail', {
      given: {
        users: [
          { uid: 101, shell: 'x' },
          { uid: 102, shell: '' },
        ],
      },
    })
    expect(survivors(one, [...full, mixed])).toEqual([])
    const group: Written = { all: [one, { ...one, where: { uid: { gt: 200 } } }] }
    expect(survivors(group, [pass(201)]).join()).toContain('all: all → any')
  })

  it('leave what no row means alone where there is always one', () => {
    expect(survivors('SELECT EXISTS (SELECT 1 FROM users WHERE uid = 5) AS passed', [pass(5), fail(4)])).toEqual([])
  })

  it('leave out gates', () => {
    const gated: Written = {
      sql: 'SELECT uid = 5 AS passed FROM users',
      when: { sql: "SELECT 1 FROM etc_hosts WHERE hostnames = 'x'" },
    }
    const hosts = { etc_hosts: [{ hostnames: 'x' }] }
    const there = [
      buildTest('pass', { given: { ...given(5), ...hosts } }),
      buildTest('fail', { given: { ...given(4), ...hosts } }),
    ]
    expect(survivors(gated, there)).toContain('when: when left out (pass)')
    const absent = buildTest('not_applicable', { given: { ...given(5), etc_hosts: [{ hostnames: 'y' }] } })
    expect(survivors(gated, [...there, absent])).toEqual([])
  })

  it('change what parameters are by default', () => {
    const params = { least: { type: 'integer', default: 5 } }
    const sql = 'SELECT uid >= :least AS passed FROM users'
    expect(survivors(sql, [pass(5), fail(4)], params)).toEqual([])
    expect(survivors(sql, [pass(7), fail(4)], params).join()).toContain('least 5 → 6')
    const bounded = { least: { type: 'integer', default: 5, min: 5, max: 5 } }
    expect(survivors(sql, [pass(7), fail(3)], bounded).join()).not.toContain('least 5')
  })

  it('are put aside when SQLite or osquery would refuse them', () => {
    const sql = "SELECT mode = '0600' AS passed FROM file WHERE path = '/etc/shadow'"
    const file = (mode: string, path = '/etc/shadow') => ({ given: { file: [{ path, mode }] } })
    const tests = [
      buildTest('pass', file('0600')),
      buildTest('fail', file('0644')),
      buildTest('fail', file('0600', '/x')),
    ]
    expect(survivors(sql, tests)).toEqual([])
  })

  it('leave out the clauses of first one by one', () => {
    const first: Written = {
      first: [
        { table: 'login_defs', expect: { value: { eq: 'x' } } },
        { sql: "SELECT value = 'x' AS passed FROM augeas WHERE path = '/a'" },
      ],
    }
    const ours = [
      buildTest('pass', { given: { login_defs: [{ value: 'x' }] } }),
      buildTest('fail', { given: { login_defs: [{ value: 'x' }, { value: 'y' }] } }),
    ]
    expect(survivors(first, ours)).toContain('first.1: clause left out')
    const plain = [
      buildTest('pass', { given: { augeas: [{ path: '/a', value: 'x' }] } }),
      buildTest('fail', { given: { augeas: [{ path: '/a', value: 'y' }] } }),
      buildTest('fail', { given: { augeas: [{ path: '/b', value: 'x' }] } }),
    ]
    expect(survivors(first, [...ours, ...plain])).toEqual([])
  })

  it('tell nothing where a test fails of itself', () => {
    expect(() => survivors('SELECT uid = 5 AS passed FROM users', [pass(4)])).toThrow(FailingTest)
  })
})
