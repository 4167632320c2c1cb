import { describe, expect, it } from 'vitest'
import { HOUR, reportCheck } from '../state/fill-store.ts'
import { makeState } from './filled-state.ts'

const START = new Date(2026, 2, 4, 12).getTime()
const time = (hours: number) => new Date(START + hours * HOUR).toISOString()

describe('checks posture', () => {
  it("tells what was known at a time, with the evidence and the check's words as of then", async () => {
    const { run } = await makeState(START)
    const { code, stdout, stderr } = await run(['posture', 'host-firewall', '--at', time(1.5)])
    expect(stdout).toBe(
      `${[
        'web-1 as it was known at 2026-03-04 13:30:00',
        '',
        '✗ FAIL   HIGH      Title of host-firewall  host-firewall',
        '         Since:    2026-03-04 13:00 (for 30 minutes)',
        '         Reason:   host-firewall is not as it should be',
        '         Found:    state=0',
        '',
        '1 check on web-1: 1 failed',
      ].join('\n')}\n`,
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('says what was not known: neither during a silence nor of what could not be judged', async () => {
    const { run } = await makeState(START)
    const silent = await run(['posture', 'host-firewall', '--at', time(8)])
    expect(silent.stdout).toMatch(/\? ERROR .*\n.*\n {9}Reason: {3}nothing was heard of it until/)
    expect(silent.stdout).toMatch(/Last: {5}pass, since 2026-03-04 14:00/)
    const { checks } = JSON.parse((await run(['posture', '--at', time(10), '--format', 'json'])).stdout)
    const disk = checks.find(({ check }: { check: string }) => check === 'disk-encryption')
    expect(disk).toMatchObject({
      verdict: 'error',
      unknown: { reason: 'the table was not readable', since: time(10) },
      judged: { verdict: 'warn', since: time(0) },
    })
  })

  it('follows a check through its ids, and knows which were in use', async () => {
    const { run } = await makeState(START)
    const ids = async (hours: number) => {
      const { stdout } = await run(['posture', '--at', time(hours), '--format', 'json'])
      return JSON.parse(stdout)
        .checks.map(({ check }: { check: string }) => check)
        .sort()
    }
    expect(await ids(0)).toEqual(['disk-encryption', 'host-firewall', 'leaving', 'new-id'])
    expect(await ids(10)).toEqual(['added', 'disk-encryption', 'host-firewall', 'new-id'])
  })

  it('shows the words of then, not those of now', async () => {
    const { run, report } = await makeState(START)
    const definition = { digest: 'later', body: JSON.stringify({ title: 'Another title', why: 'Another reason.' }) }
    await report(START + 11 * HOUR, [reportCheck('host-firewall', 'pass', { definition })])
    const then = (await run(['posture', 'host-firewall', '--at', time(10.5), '--verbose'])).stdout
    const now = (await run(['posture', 'host-firewall', '--verbose'])).stdout
    expect(then).toMatch(/Title of host-firewall.*Why: {6}Because of a reason\..*YAML: {5}id: host-firewall/s)
    expect(now).toMatch(/unknown {3}Another title.*Why: {6}Another reason\./s)
    expect(now).not.toContain('YAML')
  })

  it('says that nothing was known before anything was', async () => {
    const { run } = await makeState(START)
    const { code, stdout, stderr } = await run(['posture', '--at', time(-1)])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe('checks: nothing was known of web-1 before 2026-03-04 12:00\n')
    const { stdout: json } = await run(['posture', '--at', time(-1), '--format', 'json'])
    expect(JSON.parse(json)).toMatchObject({ checks: [], knownSince: time(0) })
  })

  it('says what was pruned', async () => {
    const { run, path } = await makeState(START)
    const { default: Database } = await import('better-sqlite3')
    const db = new Database(path)
    db.exec('DELETE FROM payload WHERE sequence = 3')
    db.close()
    const { stdout } = await run(['posture', 'host-firewall', '--at', time(1.5)])
    expect(stdout).toMatch(/^\? ERROR/m)
    expect(stdout).toContain('the entry that told was pruned or erased')
  })

  it.each([
    ['tomorrow', /--at names no time: tomorrow/],
    ['2999-01-01', /--at lies in the future: 2999-01-01/],
  ])('refuses --at %s', async (at, message) => {
    const { run } = await makeState(START)
    const { code, stderr } = await run(['posture', '--at', at])
    expect(code).toBe(3)
    expect(stderr).toMatch(message)
  })
})
