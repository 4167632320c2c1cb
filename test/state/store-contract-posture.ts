import { expect, it } from 'vitest'
import type { CheckPosture } from '../../src/core/store.ts'
import { DAY, defineCheck, HOUR, reportCheck, WEB_1, WEB_2 } from './fill-store.ts'
import { type Bench, type OpenStore, openBench, START } from './store-bench.ts'

/** What is known of a check at so many hours after the start, as asked at the time of the last report. */
export async function postureAt({ store, clock }: Bench, hours: number, id = 'one'): Promise<CheckPosture | undefined> {
  const posture = await store.posture(WEB_1, { at: START + hours * HOUR, now: clock.now })
  return posture.find(({ check }) => check === id)
}

/** In a word: the verdict, and since how many hours after the start it holds or is not known. */
export async function tellAt(bench: Bench, hours: number, id = 'one'): Promise<string | undefined> {
  const posture = await postureAt(bench, hours, id)
  if (!posture) return undefined
  const { verdict, judged, unknown } = posture
  const told = (word: string, since: number) => `${word} since ${(since - START) / HOUR}`
  const before = judged ? told(judged.verdict, judged.since) : 'never judged'
  return unknown ? `${told(verdict, unknown.since)}, ${before}` : before
}

export function describePosture(open: OpenStore): void {
  it('is told as of any time, from the very moment of an entry on', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one')])
    await bench.report(1, [reportCheck('one', 'fail')])
    await bench.report(2, [reportCheck('one', 'fail')])
    await bench.report(3, [reportCheck('one', 'warn')])
    const told = []
    for (const hours of [-1, -1 / HOUR, 0, 1 - 1 / HOUR, 1, 2.5, 3 - 1 / HOUR, 3, 4])
      told.push(await tellAt(bench, hours))
    const [passed, failed, warned] = ['pass since 0', 'fail since 1', 'warn since 3']
    expect(told).toEqual([undefined, undefined, passed, passed, failed, failed, failed, warned, warned])
  })

  it('gives evidence, reason, version and definition as of then', async () => {
    const bench = await openBench(open)
    const found = (state: number) => [{ verdict: 'fail' as const, found: { state } }]
    const definition = defineCheck({ check: 'one', wording: 2 })
    await bench.report(0, [reportCheck('one', 'fail', { evidence: found(1), reason: 'first' })])
    await bench.report(1, [reportCheck('one')])
    await bench.report(2, [
      reportCheck('one', 'fail', { evidence: found(2), reason: 'second', version: 'v2', definition }),
    ])
    expect(await postureAt(bench, 0.5)).toMatchObject({
      evidence: found(1),
      reason: 'first',
      version: 'v1',
      sequence: 2,
    })
    expect(await postureAt(bench, 1.5)).toMatchObject({ evidence: [], reason: null, version: 'v1', sequence: 3 })
    const latest = { evidence: found(2), reason: 'second', version: 'v2', definition: definition.digest, sequence: 4 }
    expect(await postureAt(bench, 2)).toMatchObject({ ...latest, seenAt: START + 2 * HOUR, pruned: false })
  })

  it('keeps the judged verdict beside what cannot be judged now', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one'), reportCheck('two', 'error')])
    await bench.report(1, [reportCheck('one', 'error', { reason: 'a' }), reportCheck('two', 'error')])
    await bench.report(2, [reportCheck('one', 'error', { reason: 'b' }), reportCheck('two', 'error')])
    expect(await tellAt(bench, 1)).toBe('error since 1, pass since 0')
    expect(await tellAt(bench, 2)).toBe('error since 1, pass since 0')
    expect(await tellAt(bench, 2, 'two')).toBe('error since 0, never judged')
    expect(await postureAt(bench, 2)).toMatchObject({ unknown: { reason: 'b' }, reason: 'b' })
    await bench.report(3, [reportCheck('one', 'fail'), reportCheck('two')])
    expect(await tellAt(bench, 2.5)).toBe('error since 1, pass since 0')
    expect(await tellAt(bench, 3)).toBe('fail since 3')
    expect(await tellAt(bench, 3, 'two')).toBe('pass since 3')
  })

  it('is not known after two periods of silence, and neither later for that time', async () => {
    const bench = await openBench(open)
    const times = [2, 2 + 1 / HOUR, 5, 10 - 1 / HOUR]
    const lost = 'error since 2, pass since 0'
    const tellAll = async () => {
      const told = []
      for (const hours of times) told.push(await tellAt(bench, hours))
      return told
    }
    await bench.report(0, [reportCheck('one'), reportCheck('daily', 'pass', { period: 86_400 })])
    expect(await tellAll()).toEqual(['pass since 0', lost, lost, lost])
    await bench.report(10, [reportCheck('one'), reportCheck('daily', 'pass', { period: 86_400 })])
    expect(await tellAll()).toEqual(['pass since 0', lost, lost, lost])
    expect(await tellAt(bench, 10)).toBe('pass since 0')
    expect(await tellAt(bench, 5, 'daily')).toBe('pass since 0')
    expect((await postureAt(bench, 5))?.unknown?.reason).toBe('nothing was heard of it until 2026-03-04T22:00:00.000Z')
  })

  it('knows what could not be judged before a silence as not judged within it', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one', 'error', { reason: 'unreadable' })])
    await bench.report(10, [reportCheck('one')])
    expect(await tellAt(bench, 5)).toBe('error since 0, never judged')
    expect((await postureAt(bench, 5))?.unknown?.reason).toBe('unreadable')
  })

  it('measures a silence by the period that held when it began', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('slow', 'pass', { period: 86_400 }), reportCheck('quick')])
    await bench.report(10, [reportCheck('slow'), reportCheck('quick', 'pass', { period: 86_400 })])
    expect(await tellAt(bench, 5, 'slow')).toBe('pass since 0')
    expect(await tellAt(bench, 5, 'quick')).toBe('error since 2, pass since 0')
  })

  it('is never lost by silence where a check is run by hand', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one', 'pass', { period: null })])
    bench.clock.now = START + 365 * DAY
    expect(await tellAt(bench, 365 * 24)).toBe('pass since 0')
    await bench.report(365 * 24, [reportCheck('one', 'pass', { period: null })])
    expect((await bench.store.events({ actions: ['ASSET_GAP'] })).length).toBe(0)
  })

  it('leaves out what was taken out of use, until it returns', async () => {
    const bench = await openBench(open)
    const others = [reportCheck('two')]
    await bench.report(0, [reportCheck('one'), ...others])
    await bench.report(1, others, { expected: new Set(['two']) })
    expect(await tellAt(bench, 1)).toBeUndefined()
    await bench.report(2, others, { expected: new Set(['two']) })
    await bench.report(3, [reportCheck('one'), ...others], { expected: new Set(['one', 'two']) })
    expect([await tellAt(bench, 0.5), await tellAt(bench, 1), await tellAt(bench, 2.9)]).toEqual([
      'pass since 0',
      undefined,
      undefined,
    ])
    expect(await tellAt(bench, 3)).toBe('pass since 0')
    expect((await bench.store.events({ checks: ['one'] })).map(({ event }) => event?.action)).toEqual([
      'ASSET_CHECK_REMOVED',
      'ASSET_CHECK_RETURNED',
    ])
  })

  it('tells of the silence before a check was taken out of use', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one'), reportCheck('two')])
    await bench.report(10, [reportCheck('two')], { expected: new Set(['two']) })
    expect(await tellAt(bench, 5)).toBe('error since 2, pass since 0')
    expect(await tellAt(bench, 10)).toBeUndefined()
  })

  it('knows nothing of a check before its first report, though another had its id once', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one')])
    await bench.report(1, [reportCheck('renamed', 'pass', { formerly: ['one'] })])
    await bench.report(2, [reportCheck('renamed'), reportCheck('one', 'fail')])
    expect(await tellAt(bench, 1.5)).toBeUndefined()
    expect(await tellAt(bench, 2)).toBe('fail since 2')
    expect(await tellAt(bench, 0, 'renamed')).toBe('pass since 0')
  })

  it('is each asset’s own', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one')])
    await bench.report(0, [reportCheck('one', 'fail')], { asset: WEB_2 })
    await bench.report(1, [reportCheck('one')], { asset: WEB_2 })
    expect(await tellAt(bench, 0.5)).toBe('pass since 0')
    const other = await bench.store.posture(WEB_2, { at: START, now: bench.clock.now })
    expect(other.map(({ verdict }) => verdict)).toEqual(['fail'])
  })

  it('knows a first report in which nothing could be judged', async () => {
    const bench = await openBench(open)
    await bench.report(0, [reportCheck('one', 'error'), reportCheck('two', 'error')])
    expect(await tellAt(bench, 0)).toBe('error since 0, never judged')
    await bench.report(1, [reportCheck('one'), reportCheck('two', 'error')])
    expect([await tellAt(bench, 0.5), await tellAt(bench, 1)]).toEqual(['error since 0, never judged', 'pass since 1'])
  })
}
