import { describe, expect, it } from 'vitest'
import type { Check, CheckTest } from '../../src/core/check.ts'
import type { ParamValues } from '../../src/sql/expand.ts'
import { runTest } from '../../src/sql/run-test.ts'
import { TestCompiler } from '../../src/sql/test-compiler.ts'
import { buildCheck, buildTemplate, buildTest, engines, type Written } from './build-check.ts'

const SQL = "SELECT username = 'root' AS passed, uid FROM users WHERE uid = 0"
/** A table that answers for the user at a Mac's console. */
const CONSOLE_TABLE = 'screenlock'
const ROOT = { users: [{ uid: 0, username: 'root' }] }

interface Settings {
  readonly templates?: ConstructorParameters<typeof TestCompiler>[0]
  readonly values?: ParamValues
}

function run(written: Written | string, test: CheckTest, { templates = new Map(), values = {} }: Settings = {}) {
  const check: Check = buildCheck(written, test.platform)
  return runTest(check, test, engines[test.platform], { values, compiler: new TestCompiler(templates) })
}

function problem(written: Written | string, verdict: CheckTest['verdict'], more: Partial<CheckTest> = {}) {
  return run(written, buildTest(verdict, more)).problem
}

describe('a test of a check', () => {
  it('passes when the verdict is the expected one', () => {
    const outcome = run(SQL, buildTest('pass', { given: ROOT }))
    expect(outcome).toMatchObject({ check: 'it-holds', passed: true, judgement: { verdict: 'pass' } })
    expect(outcome).not.toHaveProperty('problem')
  })

  it('says what came out otherwise, and why', () => {
    expect(problem(SQL, 'pass', { given: { users: [{ uid: 0, username: 'toor' }] } })).toBe(
      'expected pass, got fail: the row does not pass',
    )
    expect(problem(SQL, 'fail', { given: ROOT })).toBe('expected fail, got pass')
  })

  it('must name every table that is read', () => {
    const both = 'SELECT (SELECT count(*) FROM etc_hosts) = 0 AS passed FROM users'
    expect(problem(both, 'pass', { given: ROOT })).toContain('it reads etc_hosts, which the test does not name')
    expect(problem(both, 'error', { given: ROOT })).toContain('etc_hosts')
    expect(problem(both, 'pass', { given: { ...ROOT, etc_hosts: [] } })).toBeUndefined()
    expect(problem({ all: [{ sql: SQL }, { table: 'etc_hosts' }] }, 'fail', {})).toContain('it reads users, etc_hosts')
  })

  it('may give only tables and columns that there are', () => {
    expect(problem(SQL, 'pass', { given: { ...ROOT, usres: [] } })).toContain('usres')
    expect(problem(SQL, 'pass', { given: { users: [{ uid: 0, usernme: 'root' }] } })).toContain(
      'did you mean username?',
    )
    expect(problem(SQL, 'error', { given: ROOT, errors: { alf: 'x' } })).toContain('alf, which is no table on linux')
  })

  it('can make a table fail, with its message as the reason', () => {
    const errors = { users: 'users: permission denied' }
    expect(problem(SQL, 'error', { errors, reason: 'permission denied' })).toBeUndefined()
    expect(problem(SQL, 'fail', { errors })).toBe('expected fail, got error: users: permission denied')
  })

  it('fails only the clause that reads the failing table', () => {
    const any = { any: [{ sql: SQL }, { sql: 'SELECT 1 AS passed FROM etc_hosts' }] }
    const { judgement } = run(any, buildTest('pass', { given: ROOT, errors: { etc_hosts: 'gone' } }))
    expect(judgement?.leaves.map(({ verdict }) => verdict)).toEqual(['pass', 'error'])
    expect(judgement?.verdict).toBe('pass')
  })

  it('stops the clock', () => {
    const recent = { table: 'users', expect: { uid: { within: '1d' } } } as const
    const users = [{ uid: 1_000_000 }]
    expect(problem(recent, 'pass', { now: 1_000_000 + 86_400, given: { users } })).toBeUndefined()
    expect(problem(recent, 'fail', { now: 1_000_000 + 86_401, given: { users } })).toBeUndefined()
    expect(problem(recent, 'fail', { given: { users } })).toBeUndefined()
  })

  it('runs as root, unless it says otherwise', () => {
    const crontab = { sql: 'SELECT 1 AS passed FROM crontab', ifEmpty: 'pass' } as const
    const given = { crontab: [] }
    expect(problem(crontab, 'pass', { given })).toBeUndefined()
    expect(problem(crontab, 'error', { given, root: false, reason: 'run osquery as root' })).toBeUndefined()
    expect(problem(SQL, 'pass', { given: ROOT, root: false })).toBeUndefined()
  })

  it('has somebody at the console, unless it says otherwise', () => {
    const table = CONSOLE_TABLE
    const mac = { platform: 'darwin', given: { [table]: [{}] } } as const
    const reason = 'only while somebody is logged in at the console'
    expect(problem({ table }, 'pass', mac)).toBeUndefined()
    expect(problem({ table }, 'error', { ...mac, consoleUser: false, reason })).toBeUndefined()
    expect(problem(SQL, 'pass', { given: ROOT, consoleUser: false })).toBeUndefined()
  })

  it('can expect a text in the reason', () => {
    const given = { users: [{ uid: 0, username: 'toor' }] }
    const saying = { sql: "SELECT 0 AS passed, username || ' is not root' AS reason FROM users" }
    expect(problem(saying, 'fail', { given, reason: 'toor is not' })).toBeUndefined()
    expect(problem(saying, 'fail', { given, reason: 'nobody' })).toBe(
      "expected a reason with 'nobody', got 'toor is not root'",
    )
    expect(problem(SQL, 'pass', { given: ROOT, reason: 'x' })).toBe("expected a reason with 'x', got none")
  })

  it('is an error of a table that is never empty, where it is', () => {
    expect(problem(SQL, 'error', { given: { users: [] }, reason: 'users could not be seen' })).toBeUndefined()
  })

  it('runs with its parameters and templates', () => {
    const templates = new Map([
      buildTemplate('named', { sql: 'SELECT username = :name AS passed FROM users' }, { name: { type: 'string' } }),
    ])
    const test = buildTest('pass', { given: ROOT })
    const using = { use: 'named', with: { name: { param: 'who' } } }
    expect(run(using, test, { templates, values: { who: 'root' } }).passed).toBe(true)
    expect(run(using, test, { templates, values: { who: 'toor' } }).passed).toBe(false)
  })

  it('fails where the check does not compile', () => {
    expect(problem('SELECT 1 AS passed FROM usrs', 'error')).toBe('no table usrs on linux')
  })

  it('reads cells as osquery would give them: a boolean is 1 or 0, a number in a text column is text', () => {
    const sql = "SELECT typeof(uid) || typeof(shell) || shell = 'integertext7' AS passed FROM users"
    const users = [{ uid: true, shell: 7 }]
    expect(problem(sql, 'pass', { given: { users } })).toBeUndefined()
    expect(
      problem('SELECT shell IS NULL AS passed FROM users', 'pass', { given: { users: [{ uid: 1 }] } }),
    ).toBeUndefined()
  })

  it('can be run for any platform, and leaves nothing to the next one', () => {
    const windows = buildTest('pass', { platform: 'windows', given: { services: [{ name: 'x', status: 'RUNNING' }] } })
    const running = { table: 'services', expect: { status: { eq: 'RUNNING' } } }
    expect(run(running, windows).passed).toBe(true)
    expect(run(running, { ...windows, given: {} }).problem).toContain('it reads services')
  })
})

describe('tests of one check', () => {
  it('share what they compile to only where they ask for the same', () => {
    const compiler = new TestCompiler(new Map())
    const check = buildCheck('SELECT uid = :uid AS passed FROM shadow JOIN users USING (username)')
    const compile = (more: Partial<CheckTest>, uid = 0, of = check) =>
      compiler.compile(of, buildTest('pass', more), { uid }, engines.linux)
    const first = compile({})
    expect(compile({ given: ROOT, verdict: 'fail' })).toBe(first)
    expect(compile({ root: false }).leaves).not.toEqual(first.leaves)
    expect(compile({}, 1).leaves).not.toEqual(first.leaves)
    expect(compile({}, 0, buildCheck('SELECT 0 AS passed')).leaves).not.toEqual(first.leaves)
    expect(compile({}).leaves).toEqual(first.leaves)
  })
})
