import { expect, it } from 'vitest'
import { UNKNOWN_ASSET } from '../../src/core/diff.ts'
import type { EntryDraft } from '../../src/core/event.ts'
import type { AssetState, Changes } from '../../src/core/state.ts'
import type { Store } from '../../src/core/store.ts'
import { commitReport, defineCheck, HOUR, reportCheck, WEB_1, WEB_2 } from './fill-store.ts'
import { type OpenStore, openBench, START } from './store-bench.ts'

const UNKNOWN_UUID = '11111111-2222-4333-8444-555555555555'

function note(meta: EntryDraft['meta'] = {}): EntryDraft {
  return { action: 'NOTED', level: 'INFO', observedAt: START, changes: null, meta }
}

export function describeCommits(open: OpenStore): void {
  it('writes nothing of what was not decided, and rejects only that', async () => {
    const { store } = await openBench(open)
    const describedAs = (uuid: string) => () => ({ entries: [note()], asset: { ...UNKNOWN_ASSET, uuid } })
    const settled = await Promise.allSettled([
      store.commit(WEB_1, describedAs(WEB_1.uuid)),
      store.commit({ uuid: UNKNOWN_UUID }, () => {
        throw new Error('undecided')
      }),
      store.commit(WEB_2, describedAs(WEB_2.uuid)),
    ])
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(settled[1]).toMatchObject({ reason: { message: 'undecided' } })
    expect((await store.assets()).map(({ uuid }) => uuid).sort()).toEqual([WEB_2.uuid, WEB_1.uuid])
    await expectWhole(store)
  })

  it('writes nothing of what cannot be written, not even what stood before it, and rejects only that', async () => {
    const { store } = await openBench(open)
    const before = await store.head()
    const changes: Changes = {
      asset: { ...UNKNOWN_ASSET, uuid: WEB_1.uuid },
      definitions: [{ digest: 'abc', body: '{}' }],
      entries: [note({ good: true }), note({ size: 1n })],
    }
    const settled = await Promise.allSettled([
      store.commit(WEB_1, () => changes),
      store.commit({ uuid: UNKNOWN_UUID }, () => ({ entries: [] })),
      store.commit(WEB_2, () => ({ entries: [note()], asset: { ...UNKNOWN_ASSET, uuid: WEB_2.uuid } })),
    ])
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    expect(await store.definition('abc')).toBeUndefined()
    expect((await store.assets()).map(({ uuid }) => uuid)).toEqual([WEB_2.uuid])
    expect((await store.head()).sequence).toBe(before.sequence + 1)
    await expectWhole(store)
  })

  it('numbers entries without holes, in the ledger and within each asset, however many come at once', async () => {
    const { store } = await openBench(open)
    const assets = Array.from({ length: 20 }, (_, n) => ({ ...WEB_1, uuid: `00000000-0000-4000-8000-${10 ** 11 + n}` }))
    const commits = Array.from({ length: 400 }, (_, n) => {
      // Half of them are about one asset.
      const asset = assets[n % 2 === 0 ? 0 : n % assets.length] as typeof WEB_1
      const verdict = n % 3 === 0 ? 'fail' : 'pass'
      return commitReport(store, START + n * 1000, [reportCheck('one', verdict), reportCheck('two')], { asset })
    })
    const committed = await Promise.all(commits)
    const told = committed.flatMap(({ entries }) => entries).map(({ sequence }) => sequence)
    expect([...told].sort((one, other) => one - other)).toEqual([...new Set(told)])
    await expectWhole(store)
  })

  it('shows a decision what those before it wrote, in the order they came', async () => {
    const { store } = await openBench(open)
    const seen: (string | undefined)[] = []
    const label = (name: string) => (state: AssetState) => {
      seen.push(state.asset?.labels.join(' '))
      const asset = state.asset ?? { ...UNKNOWN_ASSET, uuid: WEB_1.uuid }
      return { entries: [], asset: { ...asset, labels: [...asset.labels, name] } }
    }
    await Promise.all(['a', 'b', 'c'].map((name) => store.commit(WEB_1, label(name))))
    expect(seen.slice(-3)).toEqual([undefined, 'a', 'a b'])
  })

  it('knows nothing of an asset that was never heard of', async () => {
    const { store } = await openBench(open)
    const state = await store.read({ uuid: UNKNOWN_UUID })
    expect(state.asset).toBeNull()
    expect([...state.checks]).toEqual([])
    expect(await store.posture({ uuid: UNKNOWN_UUID }, { at: START, now: START })).toEqual([])
    expect(await store.assets()).toEqual([])
    expect(await store.checks()).toEqual([])
  })

  it('tells the head, whose hash is the last entry’s and whose ledger keeps its name', async () => {
    const { store, report } = await openBench(open)
    const heads = [await store.head()]
    for (const hours of [0, 1, 2, 3]) {
      const { entries } = await report(hours, [reportCheck('one', hours % 2 === 0 ? 'pass' : 'fail')])
      const head = await store.head()
      expect(head).toMatchObject({ sequence: entries.at(-1)?.sequence, hash: entries.at(-1)?.hash })
      heads.push(head)
    }
    expect(heads.map(({ sequence }) => sequence - (heads[0]?.sequence ?? 0))).toEqual([0, 1, 2, 3, 4])
    expect(new Set(heads.map(({ ledger }) => ledger)).size).toBe(1)
    expect(new Set(heads.map(({ hash }) => hash)).size).toBe(5)
    expect(heads[0]?.ledger).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  it('keeps definitions by their digest, as they first were', async () => {
    const { store, report } = await openBench(open)
    const [one, two] = [defineCheck({ check: 'one', wording: 1 }), defineCheck({ check: 'one', wording: 2 })]
    await report(0, [reportCheck('one', 'pass', { definition: one })])
    await report(1, [reportCheck('one', 'pass', { definition: two })])
    await store.commit(WEB_1, () => ({ entries: [], definitions: [{ ...one, body: '"another"' }] }))
    expect(await store.definition(one.digest)).toEqual(one)
    expect(await store.definition(two.digest)).toEqual(two)
    expect(await store.definition('0'.repeat(64))).toBeUndefined()
  })

  it('keeps evidence of 10 MB', async () => {
    const { store, report, clock } = await openBench(open)
    const evidence = [{ verdict: 'fail' as const, found: { text: `${'é'.repeat(5_000_000)}.` } }]
    await report(0, [reportCheck('one')])
    const { entries } = await report(1, [reportCheck('one', 'fail', { evidence })])
    expect(entries).toHaveLength(1)
    const [posture] = await store.posture(WEB_1, { at: clock.now, now: clock.now })
    expect(posture?.evidence).toEqual(evidence)
    expect((await store.events({})).at(-1)?.event?.meta?.evidence).toEqual(evidence)
  })

  it.each([
    '__proto__',
    'constructor',
    'toString',
    'é中文🙂',
    'x'.repeat(10_000),
    "'; DROP TABLE entry; --",
    'a\u0000b',
  ])('knows a check by the name %.20s', async (id) => {
    const { store, report, clock } = await openBench(open)
    await report(0, [reportCheck(id), reportCheck('other')])
    await report(1, [reportCheck(id, 'fail'), reportCheck('other')])
    const { checks } = await store.read(WEB_1)
    expect([...checks.keys()].sort()).toEqual([id, 'other'].sort())
    expect(checks.get(id)).toMatchObject({ check: id, verdict: 'fail', since: START + HOUR })
    const posture = await store.posture(WEB_1, { at: START, now: clock.now })
    expect(posture.find(({ check }) => check === id)?.verdict).toBe('pass')
    const [entry] = (await store.events({ checks: [id] })).slice(-1)
    expect(entry?.event?.meta?.check).toBe(id)
  })

  it('records what is about the ledger itself beside the assets', async () => {
    const { store, report } = await openBench(open)
    await report(0, [reportCheck('one')])
    const { entries } = await store.commit(null, (state) => {
      expect([...state.checks]).toEqual([])
      return { entries: [note({ n: 1 }), note({ n: 2 })] }
    })
    expect(entries.map(({ event }) => event?.asset)).toEqual([null, null])
    expect((await store.events({ assets: [WEB_1.uuid] })).map(({ event }) => event?.action)).toEqual(['ASSET_BASELINE'])
    expect((await store.assets()).map(({ uuid }) => uuid)).toEqual([WEB_1.uuid])
    await expectWhole(store)
  })

  it('keeps what was said of an asset by hand, before its first report and after', async () => {
    const { store, report } = await openBench(open)
    const owner = { name: 'James', email: 'james@example.com' }
    const asset = { ...UNKNOWN_ASSET, uuid: WEB_1.uuid, owner, team: 'Web', labels: ['prod', 'eu'] }
    await store.commit(WEB_1, () => ({ entries: [note()], asset }))
    expect(await store.assets()).toMatchObject([{ uuid: WEB_1.uuid, name: '', lastSeenAt: null, firstSeenAt: START }])
    const { entries } = await report(1, [reportCheck('one')])
    expect(entries.map(({ event }) => event?.action)).toEqual(['ASSET_BASELINE'])
    expect(entries[0]?.event).toMatchObject({ team: { name: 'Web' }, asset: { name: 'web-1' } })
    const known = { name: 'web-1', owner, team: 'Web', labels: ['prod', 'eu'], lastSeenAt: START + HOUR }
    expect(await store.assets()).toMatchObject([{ ...known, firstSeenAt: START }])
  })

  it('forgets of a report that names no check nothing but that it came', async () => {
    const { store, report } = await openBench(open)
    expect(await report(0, [])).toEqual({ decided: true, entries: [] })
    expect((await report(1, [])).decided).toBe(false)
    expect(await store.assets()).toMatchObject([{ uuid: WEB_1.uuid, name: 'web-1', lastSeenAt: START + HOUR }])
    const { entries } = await report(2, [reportCheck('one')])
    expect(entries.map(({ event }) => event?.action)).toEqual(['ASSET_BASELINE'])
  })

  it('knows the same when it is opened again', async () => {
    const { store, report, clock, reopen } = await openBench(open)
    await report(0, [reportCheck('one'), reportCheck('two', 'error')])
    await report(1, [reportCheck('one', 'fail'), reportCheck('two', 'error')])
    await report(9, [reportCheck('one', 'fail'), reportCheck('three', 'warn', { formerly: ['two'] })])
    const before = await readAll(store, clock.now)
    await store.close()
    const again = await reopen()
    expect(await readAll(again, clock.now)).toEqual(before)
    const same = [reportCheck('one', 'fail'), reportCheck('three', 'warn', { formerly: ['two'] })]
    expect(await commitReport(again, clock.now + HOUR, same)).toEqual({ decided: false, entries: [] })
    await again.close()
  })
}

async function readAll(store: Store, now: number) {
  return {
    state: await store.read(WEB_1),
    assets: await store.assets(),
    checks: await store.checks(),
    events: await store.events({}),
    head: await store.head(),
    now: await store.posture(WEB_1, { at: now, now }),
    before: await store.posture(WEB_1, { at: START + HOUR, now }),
    definition: await store.definition(defineCheck({ check: 'one' }).digest),
  }
}

/** The ledger's own numbering, and that of each asset. */
async function expectWhole(store: Store): Promise<void> {
  const entries = await store.events({})
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1))
  const numbers = new Map<string, unknown[]>()
  for (const { event } of entries) {
    const of = event?.asset?.uuid ?? 'ledger'
    numbers.set(of, [...(numbers.get(of) ?? []), event?.meta?.asset_sequence])
  }
  for (const given of numbers.values()) expect(given).toEqual(given.map((_, index) => index + 1))
}
