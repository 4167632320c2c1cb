import { describe, expect, it } from 'vitest'
import { runChecks, runForReport, verdictsOf } from './run-checks.ts'
import { onlyChecks, writeCheck } from './write-checks.ts'

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) > 0 AS passed FROM n'
const FILES = {
  'a.yaml': writeCheck('before', 'SELECT 1 AS passed'),
  'b.yaml': writeCheck('endless', ENDLESS),
  'c.yaml': writeCheck(
    'growing',
    'SELECT length(group_concat(hex(zeroblob(100000)))) > 0 AS passed FROM processes a, processes b, processes c, processes d',
  ),
  'd.yaml': writeCheck('later', "SELECT count(*) AS passed FROM users WHERE username = 'root'"),
}

describe('a query that never ends', () => {
  it('on the embedded engine is an error of its own check after --timeout, and the others are judged', async () => {
    const { code, report } = await runForReport(['--timeout', '1', ...onlyChecks(FILES)], { within: 30_000 })
    expect(verdictsOf(report)).toEqual({ before: 'pass', endless: 'error', growing: 'error', later: 'pass' })
    const endless = report.results.find(({ check }) => check === 'endless')
    expect(endless?.error).toMatch(/took too long|no answer within|time/)
    expect(code).toBe(2)
  })

  it("does not hold up lint or the checks' own tests, and no such test passes", async () => {
    const test = `tests: [{ name: ends, platform: linux, given: {}, verdict: pass }]\n`
    const only = onlyChecks({ 'b.yaml': writeCheck('endless', ENDLESS) + test })
    const [lint, tests] = await Promise.all([
      runChecks(['lint', ...only], { within: 50_000 }),
      runChecks(['test', ...only], { within: 50_000 }),
    ])
    expect([0, 3]).toContain(lint.code)
    expect(tests.stdout).toMatch(/the query took too long\n.*\n0 passed, 1 failed/)
    expect(tests.code).toBe(1)
  })
})
