import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLibrary, openWorkbench, rememberRun } from '../../src/app.ts'
import { makeConfig } from '../../src/config.ts'
import type { Source } from '../../src/core/source.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import type { SqliteStore } from '../../src/state/sqlite-store.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { onlyChecks, writeCheck } from '../scenarios/write-checks.ts'

const HOUR = 3_600_000
const START = Date.parse('2026-03-04T05:06:07Z')

interface Machine {
  osquery: string
  os: string
  uuid: string
  /** What each leaf answers. */
  passes: boolean
}

/** A source whose machine the test may change between runs. */
function makeMachine(): { machine: Machine; source: Source } {
  const machine: Machine = { osquery: '5.23.0', os: '12', uuid: '4C4C4544-0042-3510-8052-B4C04F573532', passes: true }
  const source: Source = {
    get info() {
      return { kind: 'socket' as const, version: machine.osquery, preview: false, reportsUnreadable: false }
    },
    query: async (sql) => {
      if (sql.includes('FROM system_info')) return [{ uuid: machine.uuid, hostname: 'host' }]
      if (sql.includes('FROM os_version')) return [{ name: 'Debian', version: machine.os, platform: 'debian' }]
      if (sql.includes('osquery_registry')) return [{ name: 'users' }]
      const [pass, fail] = machine.passes ? [1, 0] : [0, 1]
      const answer = JSON.stringify({ tally: { pass, warn: 0, fail, error: 0, not_applicable: 0 }, rows: [] })
      return [Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`c${i}`, answer]))]
    },
    close: async () => {},
  }
  return { machine, source }
}

async function makePlace(
  files: Readonly<Record<string, string>> = { 'a.yaml': writeCheck('one', 'SELECT 1 AS passed') },
) {
  const { machine, source } = makeMachine()
  const place = { machine, now: START, store: undefined as unknown as SqliteStore, files }
  place.store = await openSqlite(join(makeFolder(), 'state.db'), { clock: () => place.now })
  onTestFinished(() => place.store.close())
  const run = async (due = false, patterns: string[] = []) => {
    const config = makeConfig({ library: false, checks: [onlyChecks(place.files)[2] as string] })
    const library = openLibrary(config)
    const { report, failure } = await rememberRun(source, await openWorkbench(config, library), {
      config,
      library,
      selection: { patterns, tags: [] },
      clock: () => place.now,
      store: place.store,
      path: 'state.db',
      due,
    })
    expect(failure).toBeUndefined()
    return Object.fromEntries(report.results.map(({ check, verdict, memory }) => [check, { verdict, ...memory }]))
  }
  const actions = async () => (await place.store.events({})).map(({ event }) => event?.action)
  return Object.assign(place, { run, actions })
}

describe('a run that is remembered', () => {
  it('is due again after its period, and at once after an upgrade of the system or of osquery', async () => {
    const place = await makePlace()
    await place.run()
    place.now += 23 * HOUR
    expect((await place.run(true)).one).toMatchObject({ due: false, observedAt: '2026-03-04T05:06:07.000Z' })
    place.machine.osquery = '5.24.0'
    expect((await place.run(true)).one).toMatchObject({ due: true })
    expect((await place.run(true)).one).toMatchObject({ due: false })
    place.machine.os = '13'
    expect((await place.run(true)).one).toMatchObject({ due: true })
    expect(await place.actions()).toEqual(['LEDGER_OPENED', 'ASSET_BASELINE', 'ASSET_UPDATED', 'ASSET_UPDATED'])
    place.now += 24 * HOUR
    expect((await place.run(true)).one).toMatchObject({ due: true })
  })

  it('is due after an upgrade also where another run, of other checks, told of the upgrade', async () => {
    const place = await makePlace({
      'a.yaml': writeCheck('one', 'SELECT 1 AS passed'),
      'b.yaml': writeCheck('two', 'SELECT 1 AS passed'),
    })
    await place.run()
    place.now += HOUR
    place.machine.osquery = '5.24.0'
    await place.run(false, ['two'])
    place.now += HOUR
    const { one, two } = await place.run(true)
    expect([one?.due, two?.due]).toEqual([true, false])
  })

  it('is due under its new id at once, so that its history follows', async () => {
    const place = await makePlace()
    await place.run()
    place.files = { 'a.yaml': writeCheck('another', 'SELECT 1 AS passed', 'formerly: [one]\n') }
    expect((await place.run(true)).another).toMatchObject({ due: true, since: '2026-03-04T05:06:07.000Z' })
    expect(await place.actions()).toEqual(['LEDGER_OPENED', 'ASSET_BASELINE', 'ASSET_CHECK_RENAMED'])
  })

  it('records a silence longer than two periods, and goes on from what was known before', async () => {
    const place = await makePlace()
    await place.run()
    place.now += 49 * HOUR
    expect((await place.run()).one).toMatchObject({ verdict: 'pass', since: '2026-03-04T05:06:07.000Z', changed: null })
    expect(await place.actions()).toEqual(['LEDGER_OPENED', 'ASSET_BASELINE', 'ASSET_GAP'])
  })

  it('tells when the clock went back a day, and runs what is due by the new time', async () => {
    const place = await makePlace()
    await place.run()
    place.now -= 24 * HOUR
    place.machine.passes = false
    expect((await place.run(true)).one).toMatchObject({ due: true, verdict: 'fail', since: '2026-03-03T05:06:07.000Z' })
    expect(await place.actions()).toEqual(['LEDGER_OPENED', 'ASSET_BASELINE', 'ASSET_CLOCK', 'ASSET_COMPLIANCE'])
    expect((await place.run(true)).one).toMatchObject({ due: false })
  })

  it('does not take a check out of use because it was not selected', async () => {
    const place = await makePlace({
      'a.yaml': writeCheck('one', 'SELECT 1 AS passed'),
      'b.yaml': writeCheck('two', 'SELECT 1 AS passed'),
    })
    await place.run()
    await place.run(false, ['two'])
    expect(await place.actions()).toEqual(['LEDGER_OPENED', 'ASSET_BASELINE'])
    place.files = { 'b.yaml': writeCheck('two', 'SELECT 1 AS passed') }
    await place.run()
    expect(await place.actions()).toEqual(['LEDGER_OPENED', 'ASSET_BASELINE', 'ASSET_CHECK_REMOVED'])
  })

  it('takes a check out of use that left the library, also where nothing is due', async () => {
    const place = await makePlace({
      'a.yaml': writeCheck('one', 'SELECT 1 AS passed'),
      'b.yaml': writeCheck('two', 'SELECT 1 AS passed'),
    })
    await place.run()
    const { 'b.yaml': two, ...files } = place.files
    for (const away of [1, 2]) {
      place.files = files
      expect((await place.run(true)).one).toMatchObject({ due: false })
      await place.run(true)
      expect((await place.actions()).filter((action) => action === 'ASSET_CHECK_REMOVED')).toHaveLength(away)
      expect(
        (
          await place.store.posture({ uuid: '4c4c4544-0042-3510-8052-b4c04f573532' }, { at: place.now, now: place.now })
        ).map(({ check }) => check),
      ).toEqual(['one'])
      place.files = { ...files, 'b.yaml': two as string }
      await place.run(true)
    }
  })

  it('knows a machine again whose hardware does not tell its UUID', async () => {
    const place = await makePlace()
    for (const uuid of [
      '',
      '00000000-0000-0000-0000-000000000000',
      'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
      'serial-1',
    ]) {
      place.machine.uuid = uuid
      await place.run()
    }
    const uuids = (await place.store.assets()).map(({ uuid }) => uuid)
    expect(uuids).toHaveLength(2)
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})
