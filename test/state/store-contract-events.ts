import { expect, it } from 'vitest'
import type { EventQuery, LedgerEntry, Store } from '../../src/core/store.ts'
import { HOUR, reportCheck, WEB_1, WEB_2 } from './fill-store.ts'
import { type OpenStore, openBench, START } from './store-bench.ts'

/** Two assets, of which one fails for a while and the other cannot be judged. */
async function openFilled(open: OpenStore): Promise<Store> {
  const { store, report } = await openBench(open)
  const rest = [reportCheck('disk-full'), reportCheck('disk-encrypted', 'warn')]
  await report(0, [reportCheck('firewall'), ...rest])
  await report(0, [reportCheck('firewall'), ...rest], { asset: WEB_2 })
  await report(1, [reportCheck('firewall', 'fail'), ...rest])
  await report(1, [reportCheck('firewall', 'error'), ...rest], { asset: WEB_2 })
  await report(2, [reportCheck('firewall'), reportCheck('disk-full', 'fail'), reportCheck('disk-encrypted', 'warn')])
  const alarm = { action: 'DOOR_OPENED', level: 'CRITICAL', observedAt: START + 2 * HOUR, changes: null } as const
  await store.commit(WEB_1, () => ({ entries: [{ ...alarm, meta: {}, user: 'james' }] }))
  return store
}

function tell({ sequence, event }: LedgerEntry): string {
  const what = event?.meta?.check ?? event?.action.toLowerCase()
  return `${sequence} ${event?.asset?.name ?? 'ledger'} ${what} ${event?.changes?.verdict?.latest ?? ''}`.trim()
}

const ALL = [
  '1 ledger ledger_opened',
  '2 web-1 asset_baseline',
  '3 web-2 asset_baseline',
  '4 web-1 firewall fail',
  '5 web-2 firewall error',
  '6 web-1 firewall pass',
  '7 web-1 disk-full fail',
  '8 web-1 door_opened',
]

const QUERIES: readonly [string, EventQuery, readonly number[]][] = [
  ['all of them', {}, [1, 2, 3, 4, 5, 6, 7, 8]],
  ['those observed at or after a time', { since: START + HOUR }, [4, 5, 6, 7, 8]],
  ['those observed before a time', { until: START + HOUR }, [1, 2, 3]],
  ['those of a time', { since: START + HOUR, until: START + 2 * HOUR }, [4, 5]],
  ['those of no time', { since: START + 2 * HOUR, until: START + HOUR }, []],
  ['those about a check', { checks: ['firewall'] }, [4, 5, 6]],
  ['those about checks of a pattern', { checks: ['disk-*'] }, [7]],
  ['those about checks of several patterns', { checks: ['disk-?ull', 'fire*', 'nothing'] }, [4, 5, 6, 7]],
  ['none about a check that is not known', { checks: ['nothing'] }, []],
  ['none of an empty list of checks', { checks: [] }, []],
  ['those about an asset', { assets: [WEB_2.uuid] }, [3, 5]],
  ['those about several assets', { assets: [WEB_2.uuid, WEB_1.uuid] }, [2, 3, 4, 5, 6, 7, 8]],
  ['none of an empty list of assets', { assets: [] }, []],
  ['those of a level and worse', { level: 'ERROR' }, [4, 7, 8]],
  ['those of the worst level', { level: 'CRITICAL' }, [8]],
  ['all when the level is the least', { level: 'INFO' }, [1, 2, 3, 4, 5, 6, 7, 8]],
  ['those with an action', { actions: ['ASSET_BASELINE'] }, [2, 3]],
  ['those with one of some actions', { actions: ['ASSET_BASELINE', 'DOOR_OPENED', 'NEVER_DONE'] }, [2, 3, 8]],
  ['none with an action that never was', { actions: ['NEVER_DONE'] }, []],
  ['the newest, in the order of the ledger', { limit: 3 }, [6, 7, 8]],
  ['none when none are wanted', { limit: 0 }, []],
  ['those after another', { after: 5 }, [6, 7, 8]],
  ['the first of those after another', { after: 3, limit: 2 }, [4, 5]],
  ['none after the last', { after: 8 }, []],
  ['the newest of a time', { until: START + 2 * HOUR, limit: 2 }, [4, 5]],
  ['the newest about a check', { checks: ['firewall'], limit: 1 }, [6]],
  ['the newest about an asset', { assets: [WEB_2.uuid], limit: 1 }, [5]],
  ['those that meet everything that is asked', { checks: ['fire*'], assets: [WEB_1.uuid], level: 'ERROR' }, [4]],
  ['those about a check in a time', { checks: ['firewall'], since: START + 2 * HOUR }, [6]],
  ['those about an asset after another', { assets: [WEB_1.uuid], after: 4, limit: 2 }, [6, 7]],
  ['what is about no single check as well', { checks: ['disk-full'], assets: [WEB_1.uuid], general: true }, [2, 7, 8]],
]

export function describeEvents(open: OpenStore): void {
  it.each(QUERIES)('gives %s', async (_, query, sequences) => {
    const store = await openFilled(open)
    expect((await store.events(query)).map(tell)).toEqual(sequences.map((sequence) => ALL[sequence - 1]))
  })

  it('gives an entry as it was when it was committed', async () => {
    const { store, report, clock } = await openBench(open)
    const { entries } = await report(0, [reportCheck('one')])
    clock.now = START + HOUR
    const late = await store.commit(WEB_1, () => ({
      entries: [{ action: 'NOTED', level: 'WARNING', observedAt: START, changes: null, meta: { a: [1, { b: null }] } }],
    }))
    expect(await store.events({ after: 1 })).toEqual([...entries, ...late.entries])
    expect(late.entries[0]).toMatchObject({
      observedAt: START,
      recordedAt: START + HOUR,
      hash: (await store.head()).hash,
      event: {
        timestamp: '2026-03-04T12:00:00.000+00:00',
        level: 'WARNING',
        action: 'NOTED',
        meta: { recorded_at: '2026-03-04T13:00:00.000+00:00', asset_sequence: 2, a: [1, { b: null }] },
        asset: { uuid: WEB_1.uuid, name: 'web-1' },
      },
    })
  })
}
