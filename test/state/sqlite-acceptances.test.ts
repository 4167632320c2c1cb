import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EVERY_ASSET } from '../../src/core/acceptance.ts'
import type { AcceptanceStore } from '../../src/core/acceptance-store.ts'
import { eraseAsset } from '../../src/state/erase.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { SqliteAcceptances } from '../../src/state/sqlite-acceptances.ts'
import { verifyLedger } from '../../src/state/verify-ledger.ts'
import { DAY, GIVEN, sampleWaiver } from '../core/sample-acceptances.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { describeAcceptanceContract } from './acceptance-contract.ts'
import { commitReport, reportCheck, WEB_1, WEB_2 } from './fill-store.ts'

const clock = () => GIVEN

async function openAt(path: string) {
  const store = await openSqlite(path, { clock })
  return { store, acceptances: new SqliteAcceptances(store), close: () => store.close() }
}

describeAcceptanceContract('a state in SQLite', async () => {
  const path = join(makeFolder(), 'state.db')
  const bench = await openAt(path)
  onTestFinished(() => bench.close())
  return { ...bench, reopen: () => openAt(path) }
})

function give(acceptances: AcceptanceStore, assets: Partial<typeof EVERY_ASSET>) {
  const { id: _, origin: __, ...waiver } = sampleWaiver({ assets: { ...EVERY_ASSET, all: false, ...assets } })
  return acceptances.give(waiver, { user: 'ann', now: GIVEN })
}

describe('an asset that is erased', () => {
  it('is named by no waiver any more, nor by what the ledger says of them; what is about others stays', async () => {
    const path = join(makeFolder(), 'state.db')
    const { store, acceptances, close } = await openAt(path)
    for (const asset of [WEB_1, WEB_2]) await commitReport(store, GIVEN, [reportCheck('firewall')], { asset })
    await give(acceptances, { ids: [WEB_1.uuid] })
    const both = await give(acceptances, { ids: [WEB_1.uuid, WEB_2.uuid], names: [WEB_1.name, 'web-*'] })
    const other = await give(acceptances, { names: ['web-*'], labels: ['prod'] })
    const inFile = sampleWaiver({ assets: { ...EVERY_ASSET, all: false, names: [WEB_1.name] } })
    await acceptances.tell([{ acceptance: inFile, stage: 'expired' }], GIVEN + 31 * DAY)
    await eraseAsset(store, { uuid: WEB_1.uuid }, { clock })
    expect(await acceptances.list()).toEqual([
      { ...both, assets: { all: false, ids: [WEB_2.uuid], names: ['web-*'], labels: [] } },
      other,
    ])
    const left = await store.events({ actions: ['WAIVER_GRANTED', 'WAIVER_EXPIRED'] })
    expect(left.flatMap(({ event }) => event?.meta?.waiver ?? [])).toEqual([other.id])
    expect(JSON.stringify(await store.events({}))).not.toContain(WEB_1.uuid)
    // It is not told again.
    expect(await acceptances.tell([{ acceptance: inFile, stage: 'expired' }], GIVEN + 32 * DAY)).toEqual([])
    await close()
    expect((await verifyLedger(path)).problems).toEqual([])
  })
})
