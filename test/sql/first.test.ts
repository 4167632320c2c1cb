import { describe, expect, it } from 'vitest'
import type { CheckTest } from '../../src/core/check.ts'
import { type LintOptions, lintCheck } from '../../src/sql/lint.ts'
import { runTest } from '../../src/sql/run-test.ts'
import { TestCompiler } from '../../src/sql/test-compiler.ts'
import { buildCheck, buildTest, engines, type Given, type Written } from './build-check.ts'

const OPTIONS: LintOptions = {
  engineOf: (platform) => engines[platform],
  templates: new Map(),
  values: {},
  testValues: ({ params }) => params,
  osqueryVersion: '5.12.1',
  extension: false,
  effects: [],
}

const byExtension: Written = { table: 'login_defs', where: { name: { eq: 'UMASK' } }, expect: { value: { eq: '027' } } }
const byAugeas: Written = { table: 'augeas', where: { label: { eq: 'UMASK' } }, expect: { value: { eq: '027' } } }
const umask: Written = { first: [byExtension, byAugeas] }
const SETTING = { name: 'UMASK', value: '027' }
const NODE = { path: '/etc/login.defs', label: 'UMASK', value: '022' }

function outcome(written: Written, given: Given, errors: CheckTest['errors'] = {}) {
  const test = buildTest('pass', { given, errors })
  const { judgement, problem } = runTest(buildCheck(written), test, engines.linux, {
    values: {},
    compiler: new TestCompiler(new Map()),
  })
  return { verdict: judgement?.verdict, asked: judgement?.leaves.map(({ path }) => path), problem }
}

function lint(written: Written, tests: readonly CheckTest[], options: Partial<LintOptions> = {}): string[] {
  const findings = lintCheck(buildCheck(written, 'linux', { tests }), { ...OPTIONS, ...options })
  return findings.map(({ code, message }) => `${code}: ${message}`)
}

describe('a test of a check with first', () => {
  it('asks the clause whose special table it names', () => {
    expect(outcome(umask, { login_defs: [SETTING] })).toMatchObject({ verdict: 'pass', asked: ['first[0]'] })
    expect(outcome(umask, {}, { login_defs: 'gone' })).toMatchObject({ verdict: 'error', asked: ['first[0]'] })
  })

  it('asks the last one when it names none', () => {
    expect(outcome(umask, { augeas: [NODE] })).toMatchObject({ verdict: 'fail', asked: ['first[1]'] })
  })

  it('asks a clause whole, even if it names only one of its special tables', () => {
    const two: Written = { first: [{ all: [byExtension, { table: 'ufw_status' }] }, byAugeas] }
    const { asked, problem } = outcome(two, { login_defs: [SETTING] })
    expect(asked).toEqual(['first[0].all[0]', 'first[0].all[1]'])
    expect(problem).toContain('it reads ufw_status, which the test does not name')
  })

  it('does not take a table for special that later clauses read as well', () => {
    const units: Written = { table: 'systemd_units', expect: { active_state: { eq: 'active' } } }
    const shared: Written = { first: [{ all: [byExtension, units] }, units] }
    expect(outcome(shared, { systemd_units: [{ active_state: 'active' }] }).asked).toEqual(['first[1]'])
  })
})

describe('lint of a check with first', () => {
  const tests = [
    buildTest('pass', { given: { login_defs: [SETTING] } }),
    buildTest('fail', { given: { augeas: [NODE] } }),
  ]

  it('does not complain of the extension where a later clause does without it', () => {
    expect(lint(umask, tests)).toEqual([])
    expect(lint(umask, tests, { extension: true })).toEqual([])
    expect(lint({ first: [byExtension, { table: 'ufw_status' }] }, tests).join()).toContain(
      'needs-extension: table ufw',
    )
  })

  it('does not complain of a newer osquery where a later clause does with an older one', () => {
    const newer: Written = { table: 'systemd_units', where: { id: { eq: 'x' } } }
    const found = lint({ first: [newer, byAugeas] }, tests, { osqueryVersion: '4.0.0' })
    expect(found.filter((message) => message.startsWith('newer-osquery'))).toEqual([])
    expect(lint(newer, tests, { osqueryVersion: '4.0.0' }).join()).toContain('newer-osquery: table systemd_units')
  })

  it('wants a test for each clause', () => {
    expect(lint(umask, tests.slice(1))).toEqual(['untested: no test on linux asks first[0]'])
  })

  it('warns of clauses that no osquery comes to', () => {
    const found = lint({ first: [byAugeas, byExtension] }, tests)
    expect(found).toContain('never-asked: what follows first[0] in first is never asked: every osquery has its tables')
  })

  it('lets no clause take silence for an answer, whichever of them the tests ask', () => {
    const hasty: Written = { sql: "SELECT count(*) = 0 AS passed FROM etc_hosts WHERE hostnames = 'x'" }
    const hosts = buildTest('pass', { given: { etc_hosts: [{ hostnames: 'y' }] } })
    expect(lint({ first: [byExtension, hasty] }, [...tests, hosts]).join()).toContain('would pass when')
    const eager: Written = { sql: 'SELECT count(*) = 0 AS passed FROM compliance_status' }
    expect(lint({ first: [eager, byAugeas] }, tests).join()).toContain('would pass when every table is empty')
  })
})
