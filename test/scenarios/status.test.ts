import { describe, expect, it } from 'vitest'
import { DAY, HOUR, reportCheck, WEB_2 } from '../state/fill-store.ts'
import { makeState } from './filled-state.ts'

/** A state whose last report is an hour old. */
const makeFresh = () => makeState(Date.now() - 11 * HOUR)

describe('checks status', () => {
  it('tells what is known without running anything, and its exit code says so too', async () => {
    const { run } = await makeFresh()
    const { code, stdout, stderr } = await run(['status'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const checks = stdout.split('\n').filter((line) => /^\S/.test(line))
    expect(checks.map((line) => line.slice(0, 40).trimEnd())).toEqual([
      expect.stringMatching(/^VERDICT {2}SEVERITY {2}CHECK/),
      expect.stringMatching(/^✗ FAIL {3}HIGH {6}added/),
      expect.stringMatching(/^\? ERROR {2}HIGH {6}disk-encryption/),
      expect.stringMatching(/^✓ pass {3}high {6}host-firewall/),
      expect.stringMatching(/^✓ pass {3}high {6}new-id/),
      expect.stringMatching(/^4 checks on web-1: 1 failed, 1 could not/),
      expect.stringMatching(/^As of the last report/),
    ])
    expect(stdout).toMatch(/disk-encryption .*\n {9}the table was not readable\n {9}before: warn, since \d{4}-/)
    expect(stdout).toMatch(/As of the last report, .* \(1 hour ago\)/)
  })

  it('does not believe what nothing confirmed for long', async () => {
    const { run } = await makeState(Date.now() - 3 * DAY)
    const { code, stdout } = await run(['status', 'host-firewall'])
    expect(code).toBe(2)
    expect(stdout).toMatch(/^\? ERROR {2}HIGH {6}host-firewall/m)
    expect(stdout).toContain('before: pass, since')
  })

  it('lets programs read all of it', async () => {
    const { run } = await makeFresh()
    const { code, stdout } = await run(['status', '--format', 'json'])
    const { asset, checks, summary } = JSON.parse(stdout)
    expect(code).toBe(1)
    expect(asset).toMatchObject({ name: 'web-1', platform: 'linux', lastSeenAt: expect.stringMatching(/Z$/) })
    expect(checks).toHaveLength(4)
    expect(checks[0]).toMatchObject({ check: 'added', verdict: 'fail', since: expect.stringMatching(/Z$/) })
    expect(summary).toMatchObject({ fail: 1, error: 1, pass: 2 })
  })

  it('narrows down by id, earlier id, severity and tag', async () => {
    const { run } = await makeFresh()
    const ids = async (...args: string[]) => {
      const { stdout } = await run(['status', '--format', 'json', ...args])
      return JSON.parse(stdout).checks.map(({ check }: { check: string }) => check)
    }
    expect(await ids('host-*', 'old-id')).toEqual(['host-firewall', 'new-id'])
    expect(await ids('--severity', 'high', '--tag', 'sample')).toHaveLength(4)
    const { code, stderr } = await run(['status', '--severity', 'critical'])
    expect(code).toBe(3)
    expect(stderr).toContain('no checks are selected')
  })

  it('counts a warning as failing only with --strict', async () => {
    const { run, report } = await makeState()
    await report(Date.now() - 1000, [reportCheck('updates', 'warn')])
    expect((await run(['status'])).code).toBe(0)
    expect((await run(['status', '--strict'])).code).toBe(1)
  })

  it('tells of the asset that is named, or of the one reported last', async () => {
    const { run, report } = await makeFresh()
    await report(Date.now() - 1000, [reportCheck('host-firewall')], { asset: WEB_2 })
    expect((await run(['status'])).stdout).toContain('1 check on web-2: 0 failed, 1 passed')
    expect((await run(['status', '--asset', 'web-1'])).stdout).toContain('4 checks on web-1')
  })

  it('says so where nothing is known', async () => {
    const { run, folder } = await makeState(Date.now() - HOUR)
    const unknown = await run(['status', 'host-firewal'])
    expect(unknown).toMatchObject({ code: 3, stdout: '' })
    expect(unknown.stderr).toContain('did you mean host-firewall?')
    const uuid = '11111111-2222-3333-4444-555555555555'
    await run(['assets', 'import', '-'], { stdin: `uuid,name\n${uuid},spare\n`, cwd: folder })
    const nothing = await run(['status', '--asset', 'spare'])
    expect(nothing).toMatchObject({ code: 2, stdout: '', stderr: 'checks: nothing was reported of spare yet\n' })
  })
})
