import { describe, expect, it } from 'vitest'
import { HOUR, reportCheck } from '../state/fill-store.ts'
import { makeState } from './filled-state.ts'

const START = new Date(2026, 2, 4, 12).getTime()

describe('checks history', () => {
  it('tells everything of a check, with how long each verdict lasted', async () => {
    const { run } = await makeState(START)
    const { code, stdout, stderr } = await run(['history', 'host-firewall'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [heading, now, , ...table] = stdout.trimEnd().split('\n')
    expect(heading).toBe('Title of host-firewall (host-firewall) on web-1')
    expect(now).toMatch(/^Now: ERROR since .*, last confirmed 2026-03-04 22:00 .*: no report has confirmed it/)
    expect(table).toEqual([
      'TIME                 FOR         WHAT HAPPENED',
      '2026-03-04 12:00:00  1 hour      first report: pass',
      '2026-03-04 13:00:00  1 hour      pass → FAIL: host-firewall is not as it should be',
      '2026-03-04 14:00:00  2 hours     FAIL → pass',
      '2026-03-04 16:00:00  6 hours     nothing was heard of it until 2026-03-04 22:00:00, then again: pass',
    ])
  })

  it.each(['old-id', 'new-id'])('is found by every id that the check had: %s', async (id) => {
    const { run } = await makeState(START)
    const { stdout } = await run(['history', id])
    expect(stdout).toContain('Title of new-id (new-id) on web-1\nformerly old-id\n')
    expect(stdout).toMatch(/first report: pass\n.*nothing was heard.*\n.*the check old-id is now called new-id\n/)
  })

  it('does not mix a check with another that had its id before', async () => {
    const { run, report } = await makeState(START)
    await report(START + 11 * HOUR, [reportCheck('old-id', 'fail'), reportCheck('new-id')])
    const { stdout } = await run(['history', 'old-id'])
    expect(stdout.trimEnd().split('\n').slice(4)).toEqual([
      expect.stringMatching(/^2026-03-04 23:00:00 .* first: FAIL: old-id is not as it should be$/),
    ])
    expect((await run(['events', '--check', 'old-id', '--format', 'jsonl'])).stdout.trimEnd().split('\n')).toHaveLength(
      1,
    )
    expect((await run(['history', 'new-id'])).stdout).toContain('first report: pass\n')
  })

  it('tells of a check that is no longer in use', async () => {
    const { run } = await makeState(START)
    const { stdout } = await run(['history', 'leaving'])
    expect(stdout).toContain('Now: not in use')
    expect(stdout).toMatch(/2026-03-04 22:00:00 {14}no longer checked; it was pass\n$/)
  })

  it('lets programs read it', async () => {
    const { run } = await makeState(START)
    const history = JSON.parse((await run(['history', 'host-firewall', '--format', 'json'])).stdout)
    expect(history).toMatchObject({ check: 'host-firewall', formerly: [], lost: 0, current: { verdict: 'error' } })
    expect(history.steps.map((step: Record<string, unknown>) => [step.kind, step.verdict, step.seconds])).toEqual([
      ['verdict', 'pass', 3600],
      ['verdict', 'fail', 3600],
      ['verdict', 'pass', 7200],
      ['silence', null, 6 * 3600],
    ])
    expect(history.steps[1]).toMatchObject({
      at: new Date(START + HOUR).toISOString(),
      event: { action: 'ASSET_COMPLIANCE', meta: { sequence: 3 } },
    })
  })

  it('refuses a check that nothing is known of, and several at once', async () => {
    const { run } = await makeState(START)
    const unknown = await run(['history', 'host-firewal'])
    expect(unknown).toMatchObject({ code: 3, stdout: '' })
    expect(unknown.stderr).toContain('did you mean host-firewall?')
    expect((await run(['history', '*'])).stderr).toContain('* means 5 checks')
  })
})
