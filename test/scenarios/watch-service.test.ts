import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { until } from '../osquery/real-sockets.ts'
import { runChecks } from './run-checks.ts'
import { childrenOf, readStatus, startWatch } from './start-watch.ts'
import { writeCheck, writeFiles } from './write-checks.ts'

/** A folder with two checks, a state, and the flags to use them. */
function makePlace() {
  const folder = writeFiles({
    'checks/one.yaml': writeCheck('one', 'SELECT 1 AS passed'),
    'checks/two.yaml': writeCheck('two', 'SELECT 1 AS passed', 'schedule: 1h\n'),
    'keelson.yaml': 'schedule: 1d\n',
  })
  const state = join(folder, 'state.db')
  const path = (name: string) => join(folder, 'checks', name)
  const flags = [
    '--no-library',
    '--checks',
    join(folder, 'checks'),
    '--state',
    state,
    '--config',
    join(folder, 'keelson.yaml'),
  ]
  return { folder, state, path, flags, write: (name: string, text: string) => writeFileSync(path(name), text) }
}

const judgedIn = (log: readonly { event: string; message: string }[]) =>
  log.filter(({ event }) => event === 'evaluated').map(({ message }) => Number.parseInt(message, 10))

describe('checks watch', () => {
  it('evaluates at once, tells when each check is due, and ends with 0 on SIGTERM', async () => {
    const place = makePlace()
    const watch = startWatch(place.flags)
    await watch.said('evaluated')
    await until(() => childrenOf(watch.pid).length === 0)
    const status = await readStatus(place.state)
    expect(status).toMatchObject({ running: true, pid: watch.pid, lost: null, unsound: null, quarantine: [], code: 0 })
    expect(status.next.map(({ check }: { check: string }) => check).sort()).toEqual(['one', 'two'])
    watch.kill('SIGTERM')
    expect(await watch.ended).toBe(0)
    expect(await readStatus(place.state)).toMatchObject({ running: false, code: 2, stoppedAt: expect.any(Number) })
  })

  it('evaluates a check at once when its definition or its settings changed, and only that one', async () => {
    const place = makePlace()
    const watch = startWatch(place.flags)
    await watch.said('evaluated')
    place.write('one.yaml', writeCheck('one', 'SELECT 0 AS passed'))
    await watch.said('change', 'one: pass → FAIL')
    // As editors write: beside it, then over it.
    place.write('.two.yaml.tmp', writeCheck('two', 'SELECT 0 AS passed', 'schedule: 1h\n'))
    renameSync(place.path('.two.yaml.tmp'), place.path('two.yaml'))
    await watch.said('change', 'two: pass → FAIL')
    place.write('three.yaml', writeCheck('three', 'SELECT 1 AS passed'))
    await watch.said('change', 'three: first: pass')
    rmSync(place.path('three.yaml'))
    await watch.said('change', 'three: no longer checked')
    expect(judgedIn(watch.log())).toEqual([2, 1, 1, 1])
    writeFileSync(join(place.folder, 'keelson.yaml'), 'schedule: 2h\n')
    await watch.said('reload', '', 5)
    await until(async () =>
      (await readStatus(place.state)).next.every(({ at }: { at: number }) => at < Date.now() + 3 * 3_600_000),
    )
  })

  it('keeps the checks in use when the changed ones are wrong, says so, and takes the mended ones', async () => {
    const place = makePlace()
    const watch = startWatch(place.flags)
    await watch.said('evaluated')
    place.write('two.yaml', 'id: [')
    await watch.said('checks', 'the ones before stay in use')
    expect(await readStatus(place.state)).toMatchObject({
      running: true,
      unsound: { message: expect.stringContaining('two.yaml:1') },
      code: 2,
    })
    // Everything is judged by the old ones meanwhile.
    watch.kill('SIGHUP')
    await watch.said('evaluated', '2 checks', 2)
    place.write('two.yaml', writeCheck('two', 'SELECT 0 AS passed', 'schedule: 1h\n'))
    await watch.said('change', 'two: pass → FAIL')
    expect(await readStatus(place.state)).toMatchObject({ unsound: null, code: 0 })
  })

  it('judges everything on SIGHUP', async () => {
    const place = makePlace()
    const watch = startWatch(place.flags)
    await watch.said('evaluated', '2 checks')
    watch.kill('SIGHUP')
    await watch.said('evaluated', '2 checks', 2)
  })

  it('is the only one on its state, and takes turns with runs by hand', async () => {
    const place = makePlace()
    const watch = startWatch(place.flags)
    await watch.said('evaluated')
    const second = await runChecks(['watch', ...place.flags])
    expect(second).toMatchObject({ code: 3, stderr: expect.stringMatching(`another watch \\(process ${watch.pid}\\)`) })
    expect((await runChecks(['watch', '--once', ...place.flags])).code).toBe(3)
    expect((await runChecks(['run', ...place.flags])).code).toBe(0)
  })

  it('does not begin with checks that are wrong, nor without a state', async () => {
    const place = makePlace()
    place.write('two.yaml', 'id: [')
    const wrong = await runChecks(['watch', ...place.flags])
    expect(wrong).toMatchObject({ code: 3, stderr: expect.stringContaining('two.yaml:1') })
    const blind = await runChecks(['watch', ...place.flags.slice(0, 3)], { env: { KEELSON_STATE: 'none' } })
    expect(blind).toMatchObject({ code: 3, stderr: expect.stringContaining('told by the state') })
  })

  it('with --once judges what is due and ends, silent unless something changed', async () => {
    const place = makePlace()
    const once = () => runChecks(['watch', '--once', ...place.flags])
    expect(await once()).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^\S+ info +first report: 2 checks\n$/),
    })
    expect(await once()).toMatchObject({ code: 0, stdout: '', stderr: '' })
    place.write('one.yaml', writeCheck('one', 'SELECT 0 AS passed'))
    expect(await once()).toMatchObject({ code: 0, stderr: expect.stringMatching(/^\S+ error +one: pass → FAIL.*\n$/) })
  })

  it('serves metrics on loopback only', async () => {
    const place = makePlace()
    const refused = await runChecks(['watch', '--metrics', '0.0.0.0:9464', ...place.flags])
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('on loopback only') })
    const port = 20_000 + (process.pid % 20_000)
    const watch = startWatch(['--metrics', `127.0.0.1:${port}`, ...place.flags])
    await watch.said('evaluated')
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    expect(text).toContain('keelson_check_verdict{check="one",severity="high",verdict="pass"} 1')
    expect(text).toContain('keelson_evaluation_duration_seconds_count 1')
    expect(text).toMatch(/keelson_last_report_age_seconds \d/)
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
  })
})
