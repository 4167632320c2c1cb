import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startMortalOsquery } from '../app/watch/mortal-osquery.ts'
import { until } from '../osquery/real-sockets.ts'
import { makeFolder, runChecks } from './run-checks.ts'
import { childrenOf, readStatus, startWatch } from './start-watch.ts'
import { writeCheck, writeFiles } from './write-checks.ts'

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) > 0 AS passed FROM n'

function makePlace(files: Readonly<Record<string, string>>) {
  const folder = writeFiles(files)
  const state = join(makeFolder(), 'state.db')
  return { folder, state, flags: ['--no-library', '--checks', folder, '--state', state] }
}

const TWO = {
  'one.yaml': writeCheck('one', "SELECT 'one' = 'one' AS passed"),
  'two.yaml': writeCheck('two', 'SELECT 1 AS passed'),
}

async function countEntries(state: string): Promise<number> {
  const { stdout } = await runChecks(['events', '--format', 'jsonl', '--state', state])
  return stdout.trim().split('\n').length
}

describe('checks watch', () => {
  it('goes on when osquery is gone and comes back', async () => {
    const osquery = await startMortalOsquery()
    const place = makePlace(TWO)
    const watch = startWatch([...place.flags, '--socket', osquery.path])
    await watch.said('evaluated', '2 checks')
    await osquery.stop()
    watch.kill('SIGHUP')
    await watch.said('source', 'does not answer')
    expect(await readStatus(place.state)).toMatchObject({
      running: true,
      lost: { message: expect.any(String) },
      code: 2,
    })
    await osquery.start()
    await watch.said('source', 'answers again')
    await watch.said('evaluated', '2 checks', 2)
    expect(await readStatus(place.state)).toMatchObject({ running: true, lost: null, code: 0 })
    // As often as it was tried, not more.
    const lines = watch.log().filter(({ event, level }) => event === 'source' && level === 'error').length
    expect(lines).toBeLessThan(10)
  })

  it('with --once records a source that is gone, and the next one makes up for it', async () => {
    const osquery = await startMortalOsquery()
    const place = makePlace(TWO)
    const once = (...args: string[]) =>
      runChecks(['watch', '--once', ...place.flags, '--socket', osquery.path, ...args])
    expect((await once()).code).toBe(0)
    await osquery.stop()
    writeFileSync(join(place.folder, 'one.yaml'), writeCheck('one', "SELECT 'two' = 'two' AS passed"))
    const lost = await once()
    expect(lost).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/one: could not be judged: the source does not answer/),
    })
    expect(lost.stderr).toContain('hint:')
    const entries = await countEntries(place.state)
    expect((await once()).code).toBe(2)
    expect(await countEntries(place.state)).toBe(entries)
    await osquery.start()
    const back = await once()
    expect(back).toMatchObject({ code: 0, stderr: expect.stringContaining('one: judged again: pass') })
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 on %s while a query hangs, and leaves nothing half done',
    async (signal) => {
      const osquery = await startMortalOsquery()
      osquery.hangsOn = 'SELECT'
      const place = makePlace(TWO)
      const watch = startWatch([...place.flags, '--socket', osquery.path, '--timeout', '600'])
      await until(() => osquery.asked.length > 0)
      const [child] = childrenOf(watch.pid)
      watch.kill(signal)
      expect(await watch.ended).toBe(0)
      expect(existsSync(`/proc/${child}`)).toBe(false)
      expect(await countEntries(place.state)).toBe(1)
    },
  )

  it('asks again when the process that evaluates is killed, and holds it against whoever was asked', async () => {
    const place = makePlace({
      'a.yaml': writeCheck('endless', ENDLESS),
      'b.yaml': writeCheck('quick', 'SELECT 1 AS passed'),
    })
    const watch = startWatch([...place.flags, '--timeout', '3'])
    await until(() => childrenOf(watch.pid).length > 0)
    // Both travel in one statement: either may have ended it.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    for (const child of childrenOf(watch.pid)) process.kill(child, 'SIGKILL')
    await watch.said('died')
    await watch.said('evaluated', '1 check')
    // The one that answers is cleared of it.
    const readSuspects = () => JSON.parse(readFileSync(`${place.state}.watch.json`, 'utf8')).suspects
    await until(() => Object.keys(readSuspects()).join() === 'endless')
    expect(readSuspects().endless).toMatchObject({ until: null })
  })

  it('killed and started again runs nothing twice and misses nothing', async () => {
    const place = makePlace(TWO)
    const first = startWatch(place.flags)
    await first.said('evaluated', '2 checks')
    first.kill('SIGKILL')
    expect(await first.ended).toBe('SIGKILL')
    expect(await readStatus(place.state)).toMatchObject({ running: false })
    writeFileSync(join(place.folder, 'three.yaml'), writeCheck('three', 'SELECT 1 AS passed'))
    const second = startWatch(place.flags)
    await second.said('evaluated')
    expect(
      second
        .log()
        .filter(({ event }) => event === 'evaluated')
        .map(({ message }) => message.split(' in ')[0]),
    ).toEqual(['1 check judged'])
    second.kill('SIGTERM')
    expect(await second.ended).toBe(0)
    expect((await runChecks(['ledger', 'verify', '--state', place.state])).code).toBe(0)
  })

  it('ends its evaluation when it is killed itself', async () => {
    const osquery = await startMortalOsquery()
    osquery.hangsOn = 'SELECT'
    const place = makePlace(TWO)
    const watch = startWatch([...place.flags, '--socket', osquery.path, '--timeout', '600'])
    await until(() => osquery.asked.length > 0)
    const [child] = childrenOf(watch.pid)
    watch.kill('SIGKILL')
    await until(() => !existsSync(`/proc/${child}`))
  })
})

describe('checks watch, started by systemd', () => {
  it('says when it is ready and when it stops, and gives signs of life', async () => {
    const place = makePlace(TWO)
    const folder = makeFolder()
    const told = join(folder, 'told')
    // Node cannot receive what systemd-notify sends; what it is asked to send is what matters.
    writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\necho "$@" >> '${told}'\n`)
    chmodSync(join(folder, 'systemd-notify'), 0o755)
    const env = { PATH: `${folder}:${process.env.PATH}`, NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '300000' }
    const watch = startWatch(place.flags, env)
    const lines = () => (existsSync(told) ? readFileSync(told, 'utf8').trim().split('\n') : [])
    await until(() => lines().filter((line) => line === 'WATCHDOG=1').length >= 2)
    expect(lines()[0]).toBe('READY=1 STATUS=watching 2 checks')
    watch.kill('SIGTERM')
    expect(await watch.ended).toBe(0)
    await until(() => lines().includes('STOPPING=1'))
  })
})
