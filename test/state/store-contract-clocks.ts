import { expect, it } from 'vitest'
import { reportCheck, WEB_1, WEB_2 } from './fill-store.ts'
import { type OpenStore, openBench, START } from './store-bench.ts'
import { tellAt } from './store-contract-posture.ts'

const YEAR = 365 * 24

export function describeClocks(open: OpenStore): void {
  it('back by a day: nothing is known since a time still to come, and the sequence goes on', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one'), reportCheck('two')])
    await bench.report(1, [reportCheck('one', 'fail'), reportCheck('two')])
    const { entries } = await bench.report(-23, [reportCheck('one', 'fail'), reportCheck('two', 'error')])
    expect(entries.map(({ event }) => event?.action)).toEqual(['ASSET_CLOCK', 'ASSET_COMPLIANCE'])
    expect(entries[0]?.event?.changes).toEqual({
      time: { last: '2026-03-04T13:00:00.000+00:00', latest: '2026-03-03T13:00:00.000+00:00' },
    })
    expect(await tellAt(bench, -23)).toBe('fail since -23')
    expect(await tellAt(bench, -23, 'two')).toBe('error since -23, pass since -23')
    await bench.report(-22, [reportCheck('one', 'fail'), reportCheck('two')])
    await bench.report(-21, [reportCheck('one'), reportCheck('two')])
    expect(await tellAt(bench, -22.5)).toBe('fail since -23')
    expect(await tellAt(bench, -21)).toBe('pass since -21')
    expect(await tellAt(bench, -24)).toBeUndefined()
    const sequences = (await bench.store.events({})).map(({ sequence }) => sequence)
    expect(sequences).toEqual(sequences.map((_, index) => index + 1))
  })

  it('forward by a year and back: the year is no silence, and what changed in it is known', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one'), reportCheck('two')])
    await bench.report(1, [reportCheck('one'), reportCheck('two')])
    await bench.report(YEAR, [reportCheck('one', 'fail'), reportCheck('two')])
    expect(await tellAt(bench, 100)).toBe('error since 3, pass since 0')
    await bench.report(2, [reportCheck('one', 'fail'), reportCheck('two')])
    await bench.report(3, [reportCheck('one', 'fail'), reportCheck('two')])
    await bench.report(4, [reportCheck('one', 'fail'), reportCheck('two')])
    expect([
      await tellAt(bench, 1.5),
      await tellAt(bench, 2),
      await tellAt(bench, 3.5),
      await tellAt(bench, 4),
    ]).toEqual(['pass since 0', 'fail since 2', 'fail since 2', 'fail since 2'])
    expect(await tellAt(bench, 4, 'two')).toBe('pass since 0')
    bench.clock.now = START + 100 * 3_600_000
    expect(await tellAt(bench, 100, 'two')).toBe('error since 6, pass since 0')
  })

  it('keep a silence that was one by either clock', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one')])
    await bench.report(YEAR, [reportCheck('one')])
    await bench.report(10, [reportCheck('one')])
    expect([await tellAt(bench, 2), await tellAt(bench, 5), await tellAt(bench, 10)]).toEqual([
      'pass since 0',
      'error since 2, pass since 0',
      'pass since 0',
    ])
  })

  it('are followed also for the checks that the report does not name', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one'), reportCheck('two')])
    await bench.report(YEAR, [reportCheck('one'), reportCheck('two', 'fail')])
    await bench.report(1, [reportCheck('one')])
    expect((await bench.store.read(WEB_1)).checks.get('two')).toMatchObject({
      verdict: 'fail',
      since: START + 3_600_000,
      seenAt: START + 3_600_000,
    })
    await bench.report(2, [reportCheck('one')])
    expect(await tellAt(bench, 1.5, 'two')).toBe('fail since 1')
    bench.clock.now = START + 4 * 3_600_000
    expect(await tellAt(bench, 4, 'two')).toBe('error since 3, fail since 1')
  })

  it('bring back what was taken out of use at a time still to come', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one'), reportCheck('two')])
    await bench.report(YEAR, [reportCheck('two')], { expected: new Set(['two']) })
    await bench.report(1, [reportCheck('one'), reportCheck('two')])
    expect((await bench.store.read(WEB_1)).checks.get('one')?.removedAt).toBeNull()
    expect([await tellAt(bench, 0.5), await tellAt(bench, 1)]).toEqual(['pass since 0', 'pass since 0'])
  })

  it('do not tell of reports about different checks that come in another order', async () => {
    const bench = await openBench(open)
    await bench.report(1, [reportCheck('one')])
    await bench.report(0.9, [reportCheck('two')])
    await bench.report(2, [reportCheck('one', 'fail')])
    const { entries } = await bench.report(1.9, [reportCheck('two', 'fail')])
    expect(entries.map(({ event }) => event?.action)).toEqual(['ASSET_COMPLIANCE'])
    expect([await tellAt(bench, 1), await tellAt(bench, 2)]).toEqual(['pass since 1', 'fail since 2'])
    expect([await tellAt(bench, 1, 'two'), await tellAt(bench, 2, 'two')]).toEqual(['pass since 0.9', 'fail since 1.9'])
  })

  it('that are set right by a second are not worth an entry', async () => {
    const bench = await openBench(open)
    await bench.report(1, [reportCheck('one')])
    const { entries } = await bench.report(1 - 1 / 3600, [reportCheck('one', 'fail')])
    expect(entries.map(({ event }) => event?.action)).toEqual(['ASSET_COMPLIANCE'])
    expect(await tellAt(bench, 1)).toBe(`fail since ${1 - 1 / 3600}`)
  })

  it('of one asset say nothing of another', async () => {
    const bench = await openBench(open)
    await bench.report(10, [reportCheck('one')])
    await bench.report(0, [reportCheck('one')], { asset: WEB_2 })
    await bench.report(1, [reportCheck('one', 'fail')], { asset: WEB_2 })
    expect((await bench.store.events({ actions: ['ASSET_CLOCK'] })).length).toBe(0)
    bench.clock.now = START + 10 * 3_600_000
    expect(await tellAt(bench, 10)).toBe('pass since 10')
  })
}
