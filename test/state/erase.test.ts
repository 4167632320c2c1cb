import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eraseAsset } from '../../src/state/erase.ts'
import { verifyLedger } from '../../src/state/verify-ledger.ts'
import { commitReport, HOUR, openStore, reportCheck, WEB_2 } from './fill-store.ts'
import { makeFolder, START } from './sample-ledger.ts'

const SECRETS = [
  '5ec7e700-0000-4000-8000-00000000beef',
  'laptop-of-somebody',
  'SecretOS 7',
  'what-was-found',
  'why-unable',
]
const [UUID, NAME, OS, FOUND, UNABLE] = SECRETS as [string, string, string, string, string]
const LAPTOP = { uuid: UUID, name: NAME, platform: 'linux', os: OS, osquery: '5.12.1' }

/** Thirty hours of a laptop and a server; evidence changes all the time, and the laptop is silent for a while. */
async function fillBoth(path: string) {
  const { store, clock } = await openStore(path, START)
  for (let hour = 0; hour < 30; hour++) {
    clock.now = START + hour * HOUR
    if (hour > 10 && hour < 15) continue
    const verdict = hour % 3 === 0 ? 'error' : hour % 2 ? 'fail' : 'pass'
    const reason = verdict === 'error' ? `${UNABLE} ${hour}` : `because ${FOUND}`
    const evidence = [{ verdict, found: { text: `${FOUND} ${hour} ${'x'.repeat(hour * 300)}` } } as const]
    const checks = [reportCheck('a', verdict, { reason, evidence }), reportCheck('b', 'fail', { evidence, reason })]
    await commitReport(store, clock.now, checks, { asset: LAPTOP })
    await commitReport(store, clock.now, [reportCheck('a'), reportCheck('b')], { asset: WEB_2 })
  }
  clock.now = START + 60 * HOUR
  const later = [{ verdict: 'fail' as const, found: { text: `${FOUND} later` } }]
  await commitReport(store, clock.now, [reportCheck('b', 'fail', { evidence: later })], { asset: LAPTOP })
  return { store, clock }
}

describe('erasing a machine', () => {
  it('leaves no byte of it in any file, and the chain as it was', async () => {
    const path = join(makeFolder(), 'state.db')
    const { store } = await fillBoth(path)
    expect(traces(path)).not.toEqual([])
    const before = await store.head()
    const erased = await eraseAsset(store, { uuid: UUID }, { clock: () => START + 61 * HOUR })
    expect(erased).toMatchObject({ complete: true, entry: { event: { action: 'ASSET_ERASED', asset: null } } })
    expect(traces(path)).toEqual([])
    const [entry] = await store.events({ actions: ['ASSET_ERASED'] })
    expect(entry?.event?.meta).toMatchObject({ payloads: erased?.payloads })
    expect((await store.events({}))[before.sequence - 1]).toMatchObject({ hash: before.hash, event: null })
    expect(await verifyLedger(path)).toMatchObject({ problems: [], pruned: erased?.payloads })
    await store.close()
    expect(traces(path)).toEqual([])
  })

  it('leaves the others as they were', async () => {
    const path = join(makeFolder(), 'state.db')
    const { store, clock } = await fillBoth(path)
    const at = { at: clock.now, now: clock.now }
    const known = await store.posture(WEB_2, at)
    await eraseAsset(store, { uuid: UUID }, { clock: Date.now })
    expect(await store.posture(WEB_2, at)).toEqual(known)
    expect((await store.assets()).map(({ uuid }) => uuid)).toEqual([WEB_2.uuid])
    expect(await store.posture({ uuid: UUID }, at)).toEqual([])
    expect(await store.events({ assets: [UUID] })).toEqual([])
    await store.close()
  })

  it('makes it a new machine when it reports again', async () => {
    const path = join(makeFolder(), 'state.db')
    const { store, clock } = await fillBoth(path)
    await eraseAsset(store, { uuid: UUID }, { clock: Date.now })
    const { entries } = await commitReport(store, clock.now, [reportCheck('a')], { asset: LAPTOP })
    expect(entries.map(({ event }) => [event?.action, event?.meta?.asset_sequence])).toEqual([['ASSET_BASELINE', 1]])
    expect(await verifyLedger(path)).toMatchObject({ problems: [] })
    await store.close()
  })

  it('answers nothing for a machine that is not known', async () => {
    const path = join(makeFolder(), 'state.db')
    const { store } = await openStore(path, START)
    const head = await store.head()
    expect(await eraseAsset(store, { uuid: UUID }, { clock: Date.now })).toBeUndefined()
    expect(await store.head()).toEqual(head)
    await store.close()
  })

  it('says so when another process still holds what was there before', async () => {
    const path = join(makeFolder(), 'state.db')
    const { store } = await fillBoth(path)
    const { store: reader } = await openStore(path, START)
    reader.db.exec('BEGIN')
    reader.db.prepare('SELECT count(*) FROM payload').get()
    store.db.pragma('busy_timeout = 100')
    expect(await eraseAsset(store, { uuid: UUID }, { clock: Date.now })).toMatchObject({ complete: false })
    reader.db.exec('COMMIT')
    await reader.close()
    await store.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
    expect(traces(path)).toEqual([])
  })
})

/** What can still be read of the machine in the files beside the state. */
function traces(path: string): string[] {
  const folder = dirname(path)
  return readdirSync(folder).flatMap((name) => {
    const bytes = readFileSync(join(folder, name))
    return SECRETS.filter((secret) => bytes.includes(secret)).map((secret) => `${name}: ${secret}`)
  })
}
