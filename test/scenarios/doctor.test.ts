import { describe, expect, it } from 'vitest'
import { makeFolder, runChecks } from './run-checks.ts'
import { writeChecks } from './write-checks.ts'

const one = () => writeChecks({ one: 'SELECT 1 AS passed' })

describe('checks doctor', () => {
  it('says what is used and why', async () => {
    const set = await runChecks(['doctor', ...one()])
    expect(set.stdout).toMatch(/^Used: embedded engine, .*osquery [\d.]+ \(source is set to embedded\)$/m)
    const found = await runChecks(['doctor', ...one()], { env: { KEELSON_SOURCE: 'auto', HOME: makeFolder() } })
    expect(found.stdout).toMatch(
      /^Used: .*\((?:no osquery was found|no osquery serves a socket|osquery answers on it)\)$/m,
    )
  })

  it('refuses parameters of checks that are not there, as a run does', async () => {
    const { code, stderr } = await runChecks(['doctor', '--param', 'nope.x=1', ...one()])
    expect(stderr).toContain('parameters are set for nope, but no check is called that')
    expect(code).toBe(3)
  })
})
