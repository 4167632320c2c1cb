import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compactDatabase } from '../../src/state/compact.ts'
import { pruneLedger } from '../../src/state/prune.ts'
import type { SqliteStore } from '../../src/state/sqlite-store.ts'
import { verifyLedger } from '../../src/state/verify-ledger.ts'
import { commitReport, HOUR, openStore, reportCheck, WEB_1, WEB_2 } from './fill-store.ts'
import { fillLedger, makeFolder, START } from './sample-ledger.ts'

const HOURS = 40

describe('pruning', () => {
  it('changes nothing of what was known at that time or later, and nothing of the chain', async () => {
    const path = await fillLedger(HOURS)
    const { store } = await openStore(path, START + HOURS * HOUR)
    const before = START + 25.5 * HOUR
    const hours = Array.from({ length: 2 * (HOURS - 26) }, (_, n) => before + n * (HOUR / 2))
    const known = await postures(store, [before, ...hours])
    const head = await store.head()
    const pruned = await pruneLedger(store, before, { clock: Date.now })
    // Of each machine: 25 transitions by then, of which the last one tells what held. Its first report is the last word on the steady check.
    expect(pruned).toEqual({ payloads: 2 * 24, gaps: 0 })
    expect(await postures(store, [before, ...hours])).toEqual(known)
    const events = await store.events({})
    expect(events.at(head.sequence - 1)).toMatchObject({ sequence: head.sequence, hash: head.hash })
    expect(events.at(-1)?.event).toMatchObject({
      action: 'LEDGER_PRUNED',
      asset: null,
      meta: { before: '2026-03-02T01:30:00.000+00:00', payloads: 48, gaps: 0 },
    })
    expect(await verifyLedger(path)).toMatchObject({ problems: [], pruned: 48, entries: head.sequence + 1 })
    await store.close()
  })

  it('says of earlier times that what was known is known no longer', async () => {
    const path = await fillLedger(HOURS)
    const { store } = await openStore(path, START + HOURS * HOUR)
    await pruneLedger(store, START + 25.5 * HOUR, { clock: Date.now })
    const [flips] = await store.posture(WEB_1, { at: START + 10.5 * HOUR, now: START + HOURS * HOUR })
    expect(flips).toMatchObject({ check: 'flips', verdict: 'error', pruned: true })
    await store.close()
  })

  it('finds nothing more the second time, and then writes nothing', async () => {
    const path = await fillLedger(HOURS)
    const { store } = await openStore(path, START)
    await pruneLedger(store, START + 30 * HOUR, { clock: Date.now })
    const head = await store.head()
    expect(await pruneLedger(store, START + 30 * HOUR, { clock: Date.now })).toEqual({ payloads: 0, gaps: 0 })
    expect(await pruneLedger(store, START - HOUR, { clock: Date.now })).toEqual({ payloads: 0, gaps: 0 })
    expect(await store.head()).toEqual(head)
    await store.close()
  })

  it.each([1, 3, 7, 24, 25])('comes to the same in steps of %i', async (chunk) => {
    const path = await fillLedger(HOURS)
    const { store } = await openStore(path, START)
    const left = async () =>
      store.db.prepare("SELECT sequence FROM payload WHERE body NOT LIKE '%LEDGER_PRUNED%'").pluck().all()
    const pruned = await pruneLedger(store, START + 25.5 * HOUR, { clock: Date.now, chunk })
    expect(pruned.payloads).toBe(48)
    expect(await left()).toHaveLength(1 + 2 + 2 * (HOURS - 1) - 48)
    const steps = await store.events({ actions: ['LEDGER_PRUNED'] })
    expect(steps).toHaveLength(Math.ceil(48 / chunk))
    expect(await verifyLedger(path)).toMatchObject({ problems: [] })
    await store.close()
  })

  it('lets a first report go when each of its checks was told of again', async () => {
    const path = join(makeFolder(), 'state.db')
    const { store } = await openStore(path, START)
    const report = (hour: number, ...checks: ReturnType<typeof reportCheck>[]) =>
      commitReport(store, START + hour * HOUR, checks)
    await report(0, reportCheck('a'), reportCheck('old'))
    await report(1, reportCheck('a', 'fail'), reportCheck('old'))
    await report(3, reportCheck('a'), reportCheck('new', 'fail', { formerly: ['old'] }))
    await report(5, reportCheck('a'), reportCheck('new', 'fail'), reportCheck('later'))
    const baseline = async () => (await store.events({ actions: ['ASSET_BASELINE'] }))[0]?.event ?? null
    await pruneLedger(store, START + 2 * HOUR, { clock: Date.now })
    expect(await baseline()).not.toBeNull()
    await pruneLedger(store, START + 4 * HOUR, { clock: Date.now })
    expect(await baseline()).toBeNull()
    expect(await verifyLedger(path)).toMatchObject({ problems: [] })
    await store.close()
  })

  it('never takes what the present knowledge refers to, nor what is about the ledger itself', async () => {
    const path = await fillLedger(5)
    const { store } = await openStore(path, START)
    await pruneLedger(store, START + 1000 * HOUR, { clock: Date.now })
    for (const asset of [WEB_1, WEB_2]) {
      const known = await store.posture(asset, { at: START + 5 * HOUR, now: START + 5 * HOUR })
      expect(known.map(({ pruned }) => pruned)).toEqual([false, false])
    }
    const actions = (await store.events({})).map(({ event }) => event?.action)
    expect(actions.filter((action) => action?.startsWith('LEDGER_'))).toEqual(['LEDGER_OPENED', 'LEDGER_PRUNED'])
    await store.close()
  })

  it('removes gaps that had ended, and what is told about a machine as a whole', async () => {
    const path = join(makeFolder(), 'state.db')
    const { store } = await openStore(path, START)
    for (const hour of [0, 10, 20]) await commitReport(store, START + hour * HOUR, [reportCheck('a')])
    const gaps = () => store.db.prepare('SELECT count(*) FROM gap').pluck().get()
    expect(gaps()).toBe(2)
    // The entry that tells of the first gap goes with it.
    expect(await pruneLedger(store, START + 15 * HOUR, { clock: Date.now })).toEqual({ payloads: 1, gaps: 1 })
    expect(gaps()).toBe(1)
    const [known] = await store.posture(WEB_1, { at: START + 15 * HOUR, now: START + 21 * HOUR })
    expect(known).toMatchObject({ verdict: 'error', unknown: { since: START + 12 * HOUR } })
    await store.close()
  })

  it('gives space back where there is much of it', async () => {
    const path = join(makeFolder(), 'state.db')
    const { store } = await openStore(path, START)
    const evidence = [{ verdict: 'fail' as const, found: { text: 'x'.repeat(2500) } }]
    for (let hour = 0; hour < 6000; hour++) {
      void commitReport(store, START + hour * HOUR, [reportCheck('a', hour % 2 ? 'fail' : 'pass', { evidence })])
    }
    await commitReport(store, START + 6000 * HOUR, [reportCheck('a')])
    expect(compactDatabase(store.db)).toBe(0)
    const { payloads } = await pruneLedger(store, START + 5990 * HOUR, { clock: Date.now })
    expect(payloads).toBeGreaterThan(5000)
    expect(compactDatabase(store.db)).toBeGreaterThan(10e6)
    await store.close()
    expect(await verifyLedger(path)).toMatchObject({ problems: [] })
  })
})

async function postures(store: SqliteStore, times: readonly number[]) {
  const now = START + HOURS * HOUR
  return Promise.all([WEB_1, WEB_2].flatMap((asset) => times.map((at) => store.posture(asset, { at, now }))))
}
