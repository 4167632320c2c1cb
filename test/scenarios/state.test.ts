import { readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RunLock } from '../../src/state/run-lock.ts'
import { makeFolder, type Ran, runChecks, runForReport } from './run-checks.ts'
import { writeCheck, writeFiles } from './write-checks.ts'

/** A folder with checks and a state; `flag` decides whether the check of that name passes. */
function makePlace(more: Readonly<Record<string, string>> = {}) {
  const folder = writeFiles({
    'checks/flag.yaml': `${writeFlagCheck('FOLDER')}`,
    ...Object.fromEntries(Object.entries(more).map(([name, text]) => [`checks/${name}`, text])),
  })
  writeFileSync(join(folder, 'checks/flag.yaml'), writeFlagCheck(folder))
  const flags = ['--no-library', '--checks', join(folder, 'checks'), '--state', join(folder, 'state.db')]
  return {
    folder,
    state: join(folder, 'state.db'),
    flags,
    raise: () => writeFileSync(join(folder, 'flag'), ''),
    lower: () => rmSync(join(folder, 'flag')),
    write: (name: string, text: string) => writeFileSync(join(folder, 'checks', name), text),
    run: (...args: string[]): Promise<Ran> => runChecks(['run', ...flags, ...args]),
    report: async (...args: string[]) => (await runForReport([...flags, ...args])).report,
  }
}

function writeFlagCheck(folder: string, id = 'flag', more = ''): string {
  return writeCheck(id, `SELECT count(*) AS passed FROM file WHERE path = '${folder}/flag'`, more)
}

describe('checks run, with a state', () => {
  it('says since when a verdict holds, and puts first what changed since the last run', async () => {
    const place = makePlace({ 'other.yaml': writeCheck('other', 'SELECT 0 AS passed') })
    const first = await place.run()
    expect(first.stdout).toContain(`State: first run here, kept in ${place.state}`)
    expect(first.stdout).not.toContain('Changed')
    place.raise()
    const second = await place.run()
    expect(second.stdout).toMatch(
      /^Changed since the last run, \d{4}-\d\d-\d\d \d\d:\d\d \(.* ago\):\n\n✓ pass {3}high/,
    )
    expect(second.stdout).toMatch(/Was: {6}fail, for .*\n\nAs before:\n\n✗ FAIL.*other\n +Since: +\d{4}-/)
    const third = await place.report()
    expect(third.results.find(({ check }) => check === 'flag')).toMatchObject({
      verdict: 'pass',
      memory: { changed: null },
    })
    expect(third.memory).toMatchObject({ state: place.state, entries: 0, lastRunAt: expect.stringMatching(/Z$/) })
  })

  it('keeps a judged verdict beside the inability to judge it again', async () => {
    const place = makePlace()
    place.raise()
    await place.run()
    place.write('flag.yaml', writeFlagCheck(place.folder, 'flag', '').replace('FROM file', 'FROM file_that_is_not'))
    // A table that does not exist is refused when the check is compiled, so that nothing is run or recorded.
    expect((await place.run()).code).toBe(3)
    place.write(
      'flag.yaml',
      writeFlagCheck(place.folder).replace('AS passed', 'AS passed, NULL AS resource').replace('count(*)', 'NULL'),
    )
    const unable = await place.run()
    expect(unable.code).toBe(2)
    expect(unable.stdout).toMatch(/Changed since.*\n\n\? ERROR[\s\S]*Was: {6}pass, for/)
    expect((await place.run()).stdout).toMatch(/Since: +\d{4}[\s\S]*Last: +pass, since \d{4}-/)
  })

  it('with --due runs only what is due, and shows the last result of the rest with its time', async () => {
    const place = makePlace({ 'often.yaml': writeCheck('often', 'SELECT 1 AS passed', 'schedule: 1h\n') })
    await place.run()
    place.raise()
    const rest = await place.run('--due')
    expect(rest.code).toBe(1)
    expect(rest.stdout).toMatch(/✗ FAIL.*flag\n(?:.*\n)* +Not due: +last result from \d{4}-\d\d-\d\d \d\d:\d\d \(/)
    expect(rest.stdout).toContain('State: 2 not due')
    // What was changed is due at once; the rest is not.
    place.write('often.yaml', writeCheck('often', 'SELECT 2 AS passed', 'schedule: 1h\n'))
    const report = await place.report('--due')
    expect(report.results.map(({ check, memory }) => [check, memory?.due])).toEqual([
      ['often', true],
      ['flag', false],
    ])
  })

  it('runs a check by hand only when it is named, or with --all', async () => {
    const place = makePlace({ 'hand.yaml': writeCheck('hand', 'SELECT 1 AS passed', 'schedule: manual\n') })
    const names = async (...args: string[]) => (await place.report(...args)).results.map(({ check }) => check).sort()
    expect(await names()).toEqual(['flag'])
    expect(await names('hand')).toEqual(['hand'])
    expect(await names('--all')).toEqual(['flag', 'hand'])
    // Its last result is shown with the others, as one that was not due.
    expect((await place.run('--due')).stdout).toMatch(/hand\n +Not due: +last result from/)
    expect((await runChecks(['run', ...place.flags, '--due', '--all'])).code).toBe(3)
    const blind = await runChecks(['run', ...place.flags.slice(0, 3), '--due', '--no-state'])
    expect([blind.code, blind.stdout]).toEqual([3, ''])
    expect(blind.stderr).toContain('what is due is told by the state, and that is switched off')
  })

  it('lets history follow a check that was renamed, and one that was away', async () => {
    const place = makePlace({ 'other.yaml': writeCheck('other', 'SELECT 1 AS passed') })
    await place.run()
    place.write('flag.yaml', writeFlagCheck(place.folder, 'banner', 'formerly: [flag]\n'))
    rmSync(join(place.folder, 'checks/other.yaml'))
    place.raise()
    const renamed = await place.report()
    expect(renamed.results.find(({ check }) => check === 'banner')).toMatchObject({
      verdict: 'pass',
      memory: { changed: { from: 'fail' } },
    })
    place.write('other.yaml', writeCheck('other', 'SELECT 1 AS passed'))
    const back = await place.report()
    expect(back.results.find(({ check }) => check === 'other')).toMatchObject({ memory: { changed: null } })
  })

  it('waits for another run with the same state, and says so', async () => {
    const place = makePlace()
    await place.run()
    const lock = await RunLock.acquire(place.state)
    const waiting = place.run()
    await new Promise((resolve) => setTimeout(resolve, 1500))
    lock.release()
    const ran = await waiting
    expect(ran.stderr).toContain(`another run (process ${process.pid}) is using the state; waiting for it to end`)
    expect(ran.stdout).toContain('1 check in')
  })

  it('waits also for one that knows the state by another name', async () => {
    const place = makePlace()
    await place.run()
    const link = join(place.folder, 'link.db')
    symlinkSync(place.state, link)
    const lock = await RunLock.acquire(place.state)
    const waiting = runChecks(['run', ...place.flags, '--state', link])
    await new Promise((resolve) => setTimeout(resolve, 1500))
    lock.release()
    expect((await waiting).stderr).toContain(`another run (process ${process.pid}) is using the state`)
    expect(readdirSync(place.folder).filter((name) => name.startsWith('link.db'))).toEqual(['link.db'])
  })

  it('writes nothing with --no-state, and only what its owner may read otherwise', async () => {
    const place = makePlace()
    const home = makeFolder()
    const without = ['run', '--no-library', '--checks', join(place.folder, 'checks'), '--no-state']
    await runChecks(without, { env: { HOME: home, KEELSON_STATE: '' } })
    expect(readdirSync(home)).toEqual([])
    const deep = join(place.folder, 'a', 'b', 'state.db')
    await runChecks(['run', '--no-library', '--checks', join(place.folder, 'checks'), '--state', deep])
    expect(statSync(deep).mode & 0o777).toBe(0o600)
    expect(statSync(join(deep, '..')).mode & 0o777).toBe(0o700)
  })

  it('takes no --state beside --no-state', async () => {
    const place = makePlace()
    const ran = await runChecks(['run', ...place.flags, '--no-state'])
    expect(ran).toMatchObject({ code: 3, stdout: '' })
    expect(ran.stderr).toContain('--state and --no-state contradict each other')
  })

  it('judges nothing when the state that was asked for cannot be kept, and says why', async () => {
    const place = makePlace()
    writeFileSync(join(place.folder, 'file'), '')
    const asked = await runChecks(['run', ...place.flags, '--state', join(place.folder, 'file', 'state.db')])
    expect(asked.code).toBe(3)
    expect(asked.stdout).toBe('')
    expect(asked.stderr).toMatch(
      /the state cannot be kept at .*\n {2}hint: choose another place with --state PATH, or --no-state/,
    )
  })
})
