import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HOUR, reportCheck, WEB_2 } from '../state/fill-store.ts'
import { makeState } from './filled-state.ts'
import { makeFolder, runChecks } from './run-checks.ts'
import { writeChecks } from './write-checks.ts'

const START = new Date(2026, 2, 4, 12).getTime()
const time = (hours: number) => new Date(START + hours * HOUR).toISOString()

/** A file with a run of these checks. */
async function saveRun(statements: Readonly<Record<string, string>>): Promise<string> {
  const file = join(makeFolder(), 'run.json')
  const { stdout } = await runChecks(['run', '--no-state', '--format', 'json', ...writeChecks(statements)])
  writeFileSync(file, stdout)
  return file
}

describe('checks diff', () => {
  it('tells what differs between two saved runs, and exits with 1', async () => {
    const before = await saveRun({
      turns: 'SELECT 1 AS passed',
      stays: 'SELECT 1 AS passed',
      gone: 'SELECT 1 AS passed',
    })
    const after = await saveRun({ turns: "SELECT 0 AS passed, 'torn' AS reason", stays: 'SELECT 1 AS passed' })
    const { code, stdout, stderr } = await runChecks(['diff', before, after])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/^Worse\n {2}pass → fail {2}HIGH {2}About turns turns\n {4}reason: none\n {10}→ torn\n/m)
    expect(stdout).toMatch(/^Removed\n {2}pass {2}HIGH {2}About gone gone\n/m)
    expect(stdout).toMatch(/\n1 of 2 checks differs: 1 worse; 1 check removed\n$/)
  })

  it('exits with 0 where nothing differs, whatever the moment of the runs', async () => {
    const checks = { fails: 'SELECT 0 AS passed, 7 AS holes', holds: 'SELECT 1 AS passed' }
    const { code, stdout } = await runChecks(['diff', await saveRun(checks), await saveRun(checks)])
    expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, 'No difference in 2 checks'])
  })

  it('takes one run from standard input, and tells the difference as JSON and Markdown', async () => {
    const before = await saveRun({ one: 'SELECT 0 AS passed' })
    const run = await runChecks([
      'run',
      '--no-state',
      '--format',
      'json',
      ...writeChecks({ one: 'SELECT 1 AS passed' }),
    ])
    const json = await runChecks(['diff', before, '-', '--format', 'json'], { stdin: run.stdout })
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({
      changed: [{ check: 'one', direction: 'better', before: { verdict: 'fail' }, after: { verdict: 'pass' } }],
      same: 0,
    })
    const markdown = await runChecks(['diff', before, '-', '--format', 'markdown'], { stdin: run.stdout })
    expect(markdown.stdout).toContain('| fail | pass | high | About one | one |')
  })

  it('lets only verdicts count where that is asked', async () => {
    const before = await saveRun({ one: "SELECT 0 AS passed, 'first' AS reason" })
    const after = await saveRun({ one: "SELECT 0 AS passed, 'second one' AS reason" })
    expect((await runChecks(['diff', before, after])).code).toBe(1)
    const { code, stdout } = await runChecks(['diff', before, after, '--verdicts'])
    expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, 'No difference in 1 check'])
  })

  it('compares two times of a machine, by what was known then', async () => {
    const { run } = await makeState(START)
    const { code, stdout, stderr } = await run(['diff', '--times', time(0), time(1.5), '--asset', 'web-1'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/^Worse\n {2}pass → fail {2}HIGH {2}Title of host-firewall host-firewall\n/m)
    const { code: same } = await run(['diff', '--times', time(1.5), time(1.5)])
    expect(same).toBe(0)
  })

  it('compares two machines, now or at a time', async () => {
    const { run, report } = await makeState(START)
    await report(START + 11 * HOUR, [reportCheck('host-firewall', 'fail'), reportCheck('only-here')], { asset: WEB_2 })
    const { code, stdout } = await run(['diff', '--assets', 'web-1', 'web-2', '--at', time(11.01), '--format', 'json'])
    expect(code).toBe(1)
    const { before, after, changed, added } = JSON.parse(stdout)
    expect([before.name, after.name]).toEqual(['web-1', 'web-2'])
    expect(changed.map(({ check }: { check: string }) => check)).toContain('host-firewall')
    expect(added.map(({ check }: { check: string }) => check)).toEqual(['only-here'])
  })

  it.each([
    [['none.json', 'none.json'], 'cannot read none.json', 'it takes two files; --times takes two times'],
    [['30d', 'now'], 'cannot read 30d', 'it takes two files; --times takes two times'],
    [['-', '-'], 'both runs cannot come from standard input', 'save one of them'],
    [['a.json', 'b.json', '--asset', 'web-1'], '--asset names the machine of two times', 'give --times too'],
    [['a', 'b', '--times', '--assets'], '--times and --assets contradict each other', 'give one of them'],
    [['a.json', 'b.json', '--at', '1d'], '--at is the time at which', 'give --assets too'],
    [['a.json', 'b.json', '--format', 'yaml'], '--format may be table, json, markdown, not yaml', ''],
    [['a.json'], "missing required argument 'after'", 'checks'],
  ])('says of %j what is wrong', async (args, message, hint) => {
    const { code, stdout, stderr } = await runChecks(['diff', ...args])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
  })

  it('says of a time or a machine that is not known what is wrong', async () => {
    const { run } = await makeState(START)
    const cases = [
      [['--times', 'soon', 'now'], 'the first argument names no time: soon'],
      [['--times', 'now', '2999-01-01'], 'the second argument lies in the future'],
      [['--times', '2001-01-01', 'now'], 'nothing was known of web-1 at 2001-01-0'],
      [['--assets', 'web-1', 'web-9'], 'no asset is called web-9'],
    ] as const
    for (const [args, message] of cases) {
      const { code, stderr } = await run(['diff', ...args])
      expect(code).toBe(3)
      expect(stderr).toContain(message)
    }
  })

  it.each([
    ['no JSON', 'is not JSON'],
    ['[]', 'is not a saved run'],
    ['{"finishedAt":"2026-03-04T00:00:00Z","results":[{"check":"a","verdict":"fine"}]}', 'results[0] has no check'],
  ])('refuses %s for a run', async (text, message) => {
    const file = join(makeFolder(), 'a.json')
    writeFileSync(file, text)
    const { code, stderr } = await runChecks(['diff', file, file])
    expect(code).toBe(3)
    expect(stderr).toContain(message)
    expect(stderr).toContain('checks run --format json > FILE saves one')
  })
})
