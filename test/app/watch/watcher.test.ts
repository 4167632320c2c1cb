import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readWatchRecord } from '../../../src/app/watch/watch-record.ts'
import { Watcher } from '../../../src/app/watch/watcher.ts'
import { openSqlite } from '../../../src/state/open-sqlite.ts'
import { until } from '../../osquery/real-sockets.ts'
import { makeFolder } from '../../scenarios/run-checks.ts'
import { writeCheck, writeFiles } from '../../scenarios/write-checks.ts'
import { startMortalOsquery } from './mortal-osquery.ts'

/** `seconds`: how long an evaluation may take before it counts as hanging; on a busy machine a sound one takes several. */
async function makePlace(seconds = 30) {
  const osquery = await startMortalOsquery()
  const folder = writeFiles({
    'one.yaml': writeCheck('one', "SELECT 'one' = 'one' AS passed"),
    'two.yaml': writeCheck('two', 'SELECT 1 AS passed'),
  })
  const state = join(makeFolder(), 'state.db')
  const lines: string[] = []
  const begin = (random: () => number = () => 0.1) => {
    const watcher = new Watcher({
      flags: { library: false, checks: [folder], socket: osquery.path, timeout: String(seconds) },
      state,
      timeout: seconds * 1000,
      log: (level, event, message) => lines.push(`${level} ${event} ${message}`),
      clock: Date.now,
      random,
      grace: 0,
      onUnforeseen: (error) => lines.push(`unforeseen ${error}`),
    })
    onTestFinished(() => watcher.stop())
    return watcher
  }
  const readEntries = async () => {
    const store = await openSqlite(state, { clock: Date.now })
    const entries = await store.events({ checks: ['one'] })
    await store.close()
    return entries.map(({ event }) => event?.meta?.kind)
  }
  return { osquery, state, lines, begin, readEntries }
}

describe('the watch', () => {
  it('records a lost source once, tries again by itself, and judges what is owed when it is back', async () => {
    const place = await makePlace()
    const watcher = place.begin()
    await watcher.reload({ all: false })
    await place.osquery.stop()
    await watcher.reload({ all: true })
    expect([...watcher.record.owed].sort()).toEqual(['one', 'two'])
    await until(async () => (await place.readEntries()).includes('inability_begun'))
    await place.osquery.start()
    await until(() => watcher.record.lost === null)
    expect(watcher.record).toMatchObject({ owed: [], retryAt: null })
    expect(await place.readEntries()).toEqual(['inability_begun', 'inability_ended'])
    expect(place.lines.filter((line) => line.startsWith('unforeseen'))).toEqual([])
  })

  it('leaves to its successor what is owed and who is suspect', async () => {
    const place = await makePlace(5)
    const first = place.begin(() => 1)
    await first.reload({ all: false })
    place.osquery.hangsOn = "'one'"
    await first.reload({ all: true })
    await place.osquery.stop()
    await first.reload({ all: true })
    await first.stop()
    expect(readWatchRecord(place.state)).toMatchObject({
      lost: { message: expect.any(String) },
      suspects: { one: { failures: 1 } },
      stoppedAt: expect.any(Number),
    })
    place.osquery.hangsOn = undefined
    await place.osquery.start()
    const second = place.begin()
    await second.reload({ all: false })
    expect(second.record).toMatchObject({ lost: null, owed: [], suspects: {}, stoppedAt: null })
    expect(place.lines.at(-1)).toMatch(/^info evaluated [12] checks? judged/)
  })

  it('does one evaluation at a time, and what is wished for meanwhile afterwards', async () => {
    const place = await makePlace()
    const watcher = place.begin()
    const first = watcher.reload({ all: false })
    await Promise.all([watcher.look(), watcher.reload({ all: true }), watcher.reload({ all: true })])
    await first
    expect(place.lines.filter((line) => line.startsWith('info evaluated'))).toHaveLength(2)
  })
})
