import { expect, it } from 'vitest'
import { defineCheck, HOUR, reportCheck, WEB_1, WEB_2 } from './fill-store.ts'
import { type Bench, type OpenStore, openBench, START } from './store-bench.ts'
import { postureAt, tellAt } from './store-contract-posture.ts'

const RENAMED = reportCheck('new', 'pass', { formerly: ['old'], definition: defineCheck({ check: 'new' }) })

async function sequencesOf({ store }: Bench, check: string): Promise<number[]> {
  return (await store.events({ checks: [check] })).map(({ sequence }) => sequence)
}

export function describeRenames(open: OpenStore): void {
  it('take their history with them', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('old', 'fail'), reportCheck('other')])
    await bench.report(1, [reportCheck('old'), reportCheck('other')])
    const { entries } = await bench.report(2, [RENAMED, reportCheck('other')])
    expect(entries.map(({ event }) => [event?.action, event?.changes?.id, event?.meta?.verdict])).toEqual([
      ['ASSET_CHECK_RENAMED', { last: 'old', latest: 'new' }, 'pass'],
    ])
    expect([...(await bench.store.read(WEB_1)).checks.keys()].sort()).toEqual(['new', 'other'])
    expect(await tellAt(bench, 2, 'new')).toBe('pass since 1')
    expect(await tellAt(bench, 1.5, 'new')).toBe('pass since 1')
    expect(await postureAt(bench, 0.5, 'new')).toMatchObject({ verdict: 'fail', sequence: 2, pruned: false })
    expect(await tellAt(bench, 0.5, 'old')).toBeUndefined()
    expect(await postureAt(bench, 2, 'new')).toMatchObject({ definition: RENAMED.definition.digest, pruned: false })
  })

  it('are found by any id that they had', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('old')])
    await bench.report(1, [reportCheck('old', 'fail')])
    await bench.report(2, [RENAMED])
    await bench.report(3, [reportCheck('newest', 'pass', { formerly: ['new', 'old'] })])
    for (const id of ['old', 'new', 'newest', 'ol*', 'ne?', 'newes*'])
      expect(await sequencesOf(bench, id)).toEqual([3, 4, 5, 6])
    expect(await bench.store.checks()).toEqual([{ id: 'newest', formerly: ['new', 'old'] }])
  })

  it('leave their old id to another check, which has a history of its own', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('old')])
    await bench.report(1, [RENAMED])
    await bench.report(2, [reportCheck('new', 'fail'), reportCheck('old')])
    expect(await sequencesOf(bench, 'old')).toEqual([5])
    expect(await sequencesOf(bench, 'new')).toEqual([3, 4])
    expect(await tellAt(bench, 1.5, 'old')).toBeUndefined()
    expect(await tellAt(bench, 2, 'old')).toBe('pass since 2')
  })

  it('may change their verdict in the same report', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('old')])
    const { entries } = await bench.report(1, [{ ...RENAMED, verdict: 'fail' }])
    expect(entries.map(({ event }) => [event?.action, event?.changes?.passed ?? null])).toEqual([
      ['ASSET_CHECK_RENAMED', null],
      ['ASSET_COMPLIANCE', { last: true, latest: false }],
    ])
    expect([await tellAt(bench, 0.5, 'new'), await tellAt(bench, 1, 'new')]).toEqual(['pass since 0', 'fail since 1'])
  })

  it('may get their old id back', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('old', 'fail')])
    await bench.report(1, [{ ...RENAMED, verdict: 'fail' }])
    await bench.report(2, [reportCheck('old', 'fail', { formerly: ['new'] })])
    expect(await tellAt(bench, 2, 'old')).toBe('fail since 0')
    expect(await tellAt(bench, 0, 'old')).toBe('fail since 0')
    expect(await bench.store.checks()).toEqual([{ id: 'old', formerly: ['new'] }])
    expect(await sequencesOf(bench, 'new')).toEqual(await sequencesOf(bench, 'old'))
  })

  it('may have been taken out of use before', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('old'), reportCheck('other')])
    await bench.report(1, [reportCheck('other')], { expected: new Set(['other']) })
    const { entries } = await bench.report(2, [RENAMED, reportCheck('other')], { expected: new Set(['new', 'other']) })
    expect(entries.map(({ event }) => event?.action)).toEqual(['ASSET_CHECK_RENAMED', 'ASSET_CHECK_RETURNED'])
    expect([await tellAt(bench, 0.5, 'new'), await tellAt(bench, 1.5, 'new'), await tellAt(bench, 2, 'new')]).toEqual([
      'pass since 0',
      undefined,
      'pass since 0',
    ])
  })

  it('are no renames while the old id is still in use', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('old')])
    const both = { expected: new Set(['old', 'new']) }
    const { entries } = await bench.report(1, [RENAMED, reportCheck('old')], both)
    expect(entries.map(({ event }) => [event?.action, event?.meta?.kind])).toEqual([['ASSET_COMPLIANCE', 'first']])
    // Also where only one of them is reported.
    const { entries: later } = await bench.report(2, [reportCheck('newer', 'pass', { formerly: ['old'] })], {
      expected: new Set(['old', 'new', 'newer']),
    })
    expect(later.map(({ event }) => [event?.action, event?.meta?.check])).toEqual([['ASSET_COMPLIANCE', 'newer']])
    expect([...(await bench.store.read(WEB_1)).checks.keys()].sort()).toEqual(['new', 'newer', 'old'])
  })

  it('are renamed once for two checks that both claim the id', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('old', 'fail')])
    await bench.report(1, [{ ...RENAMED, verdict: 'fail' }, reportCheck('rival', 'fail', { formerly: ['old'] })])
    expect(await tellAt(bench, 1, 'new')).toBe('fail since 0')
    expect(await tellAt(bench, 1, 'rival')).toBe('fail since 1')
    expect(await tellAt(bench, 0, 'rival')).toBeUndefined()
  })

  it('are renamed on every asset, whichever tells of it first', async () => {
    const bench = await openBench(open)
    const { store, report } = bench
    await report(0, [reportCheck('old', 'fail')], { asset: WEB_2 })
    await report(0, [reportCheck('old', 'fail')])
    await report(1, [{ ...RENAMED, verdict: 'fail' }], { asset: WEB_2 })
    // Between the two reports its past is known by the new id already, evidence included.
    expect(await postureAt(bench, 1, 'new')).toMatchObject({ verdict: 'fail', pruned: false, sequence: 3 })
    await report(1, [{ ...RENAMED, verdict: 'fail' }])
    expect(await tellAt(bench, 1, 'new')).toBe('fail since 0')
    expect(await postureAt(bench, 0, 'new')).toMatchObject({ verdict: 'fail', evidence: [{ found: { state: 0 } }] })
    expect([...(await store.read(WEB_2)).checks.keys()]).toEqual(['new'])
    expect((await store.checks()).map(({ id }) => id)).toEqual(['new'])
  })

  it('keep the history of an asset that learned the old id after others had left it', async () => {
    const bench = await openBench(open)
    const { store, report } = bench
    await report(0, [reportCheck('old')], { asset: WEB_2 })
    await report(1, [RENAMED], { asset: WEB_2 })
    // It was not told of the new content yet.
    await report(1, [reportCheck('old')])
    await report(2, [reportCheck('old', 'fail')])
    await report(3, [{ ...RENAMED, verdict: 'fail' }])
    expect([...(await store.read(WEB_1)).checks.keys()]).toEqual(['new'])
    const told = [await tellAt(bench, 1.5, 'new'), await tellAt(bench, 2.5, 'new'), await tellAt(bench, 3, 'new')]
    expect(told).toEqual(['pass since 1', 'fail since 2', 'fail since 2'])
    const own = (await store.events({ checks: ['new'], assets: [WEB_1.uuid] })).map(({ event }) => event?.action)
    expect(own).toEqual(['ASSET_COMPLIANCE', 'ASSET_CHECK_RENAMED'])
    expect(await store.events({ checks: ['old'], assets: [WEB_1.uuid] })).toHaveLength(2)
    expect((await store.posture(WEB_2, { at: START, now: START + 3 * HOUR })).map(({ check }) => check)).toEqual([
      'new',
    ])
  })
}
