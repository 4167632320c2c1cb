import { expect, it } from 'vitest'
import type { ReportedCheck } from '../../src/core/state.ts'
import type { Committed } from '../../src/core/store.ts'
import { HOUR, reportCheck, WEB_1 } from './fill-store.ts'
import { type OpenStore, openBench, START } from './store-bench.ts'

const CONFIRMED: Committed = { decided: false, entries: [] }
const LOOKED_AT: Committed = { decided: true, entries: [] }

export function describeConfirming(open: OpenStore): void {
  it('is only confirmed: nothing is decided, and it was heard of', async () => {
    const { store, report } = await openBench(open)
    const checks = [reportCheck('one'), reportCheck('two', 'error')]
    expect((await report(0, checks)).decided).toBe(true)
    expect(await report(1, checks)).toEqual(CONFIRMED)
    expect(await report(2, checks)).toEqual(CONFIRMED)
    const state = await store.read(WEB_1)
    expect([...state.checks.values()].map(({ seenAt, since }) => [seenAt, since])).toEqual([
      [START + 2 * HOUR, START],
      [START + 2 * HOUR, START],
    ])
    expect((await store.assets())[0]?.lastSeenAt).toBe(START + 2 * HOUR)
  })

  it.each<[string, (checks: readonly ReportedCheck[]) => readonly ReportedCheck[]]>([
    ['a verdict', ([one, two]) => [{ ...(one as ReportedCheck), verdict: 'fail' }, two as ReportedCheck]],
    ['the reason of an error', ([one, two]) => [one as ReportedCheck, { ...(two as ReportedCheck), reason: 'other' }]],
    ['a version', ([one, two]) => [{ ...(one as ReportedCheck), version: 'v2' }, two as ReportedCheck]],
    ['a period', ([one, two]) => [{ ...(one as ReportedCheck), period: 7200 }, two as ReportedCheck]],
    ['a check less', ([one]) => [one as ReportedCheck]],
    ['another order', ([one, two]) => [two as ReportedCheck, one as ReportedCheck]],
  ])('is looked at when it differs by %s', async (_, change) => {
    const { report } = await openBench(open)
    const checks = [reportCheck('one'), reportCheck('two', 'error')]
    await report(0, checks)
    expect((await report(1, change(checks))).decided).toBe(true)
  })

  it('is looked at when the asset is not what it was', async () => {
    const { store, report } = await openBench(open)
    await report(0, [reportCheck('one')])
    const { entries } = await report(1, [reportCheck('one')], {
      asset: { ...WEB_1, os: 'Debian GNU/Linux 13 (trixie)' },
    })
    expect(entries.map(({ event }) => [event?.action, event?.changes])).toEqual([
      ['ASSET_UPDATED', { os: { last: WEB_1.os, latest: 'Debian GNU/Linux 13 (trixie)' } }],
    ])
    // What a source could not tell is no news.
    expect(await report(2, [reportCheck('one')], { asset: { ...WEB_1, os: '' } })).toEqual(LOOKED_AT)
    expect((await store.read(WEB_1)).asset?.os).toBe('Debian GNU/Linux 13 (trixie)')
  })

  it('is looked at after a selection of its checks was confirmed on its own', async () => {
    const { store, report } = await openBench(open)
    const checks = [reportCheck('one'), reportCheck('two')]
    await report(0, checks)
    expect(await report(1, [reportCheck('one')])).toEqual(LOOKED_AT)
    const seen = async () => [...(await store.read(WEB_1)).checks.values()].map(({ seenAt }) => (seenAt - START) / HOUR)
    expect(await seen()).toEqual([1, 0])
    expect(await report(2, checks)).toEqual(LOOKED_AT)
    expect(await seen()).toEqual([2, 2])
    expect(await report(3, checks)).toEqual(CONFIRMED)
    // The selection is no longer what says it.
    expect(await report(4, [reportCheck('one')])).toEqual(LOOKED_AT)
  })

  it('is looked at, and the silence recorded, when it comes later than two of the shortest periods', async () => {
    const { report } = await openBench(open)
    const checks = [reportCheck('one'), reportCheck('daily', 'pass', { period: 86_400 })]
    await report(0, checks)
    expect(await report(2, checks)).toEqual(CONFIRMED)
    const { entries } = await report(4.5, checks)
    expect(entries.map(({ event }) => [event?.action, event?.meta?.gaps])).toEqual([
      ['ASSET_GAP', [{ check: 'one', since: '2026-03-04T16:00:00.000+00:00' }]],
    ])
    expect(await report(5, checks)).toEqual(CONFIRMED)
  })

  it('is looked at when the clock went back', async () => {
    const { report } = await openBench(open)
    await report(5, [reportCheck('one')])
    const { entries } = await report(4, [reportCheck('one')])
    expect(entries.map(({ event }) => event?.action)).toEqual(['ASSET_CLOCK'])
  })

  it('is looked at once a day, so that evidence is taken anew where it differs', async () => {
    const { store, report, clock } = await openBench(open)
    const at = (state: number) => [{ verdict: 'fail' as const, found: { state } }]
    await report(0, [reportCheck('one', 'fail', { period: 43_200, evidence: at(0) })])
    expect(await report(12, [reportCheck('one', 'fail', { period: 43_200, evidence: at(1) })])).toEqual(CONFIRMED)
    expect(await report(24, [reportCheck('one', 'fail', { period: 43_200, evidence: at(2) })])).toEqual(LOOKED_AT)
    expect(await report(36, [reportCheck('one', 'fail', { period: 43_200, evidence: at(3) })])).toEqual(CONFIRMED)
    const [now] = await store.posture(WEB_1, { at: clock.now, now: clock.now })
    expect(now).toMatchObject({ evidence: at(2), judged: { since: START }, sequence: (await store.head()).sequence })
  })

  it('is looked at when a check of it was taken out of use meanwhile', async () => {
    const { store, report } = await openBench(open)
    await report(0, [reportCheck('one'), reportCheck('two')])
    await report(1, [reportCheck('one')])
    await report(1, [reportCheck('two')], { expected: new Set(['two']) })
    expect((await store.read(WEB_1)).checks.get('one')?.removedAt).toBe(START + HOUR)
    const { entries } = await report(2, [reportCheck('one')])
    expect(entries.map(({ event }) => event?.action)).toEqual(['ASSET_CHECK_RETURNED'])
    expect((await store.read(WEB_1)).checks.get('one')?.removedAt).toBeNull()
  })

  it('is looked at when all of it was taken out of use meanwhile', async () => {
    const { report } = await openBench(open)
    const actions = ({ entries }: Committed) => entries.map(({ event }) => event?.action)
    const whole = { expected: new Set(['one']) }
    const nothing = { expected: new Set<string>() }
    await report(0, [reportCheck('one')], whole)
    expect(actions(await report(1, [], nothing))).toEqual(['ASSET_CHECK_REMOVED'])
    expect(actions(await report(1.5, [reportCheck('one')], whole))).toEqual(['ASSET_CHECK_RETURNED'])
    expect(actions(await report(2, [], nothing))).toEqual(['ASSET_CHECK_REMOVED'])
    expect(await report(3, [], nothing)).toEqual(CONFIRMED)
  })

  it('is looked at when a check came that it does not know', async () => {
    const { report } = await openBench(open)
    const whole = { expected: new Set(['one']) }
    await report(0, [reportCheck('one')], whole)
    await report(1, [reportCheck('new')])
    const { entries } = await report(2, [reportCheck('one')], whole)
    expect(entries.map(({ event }) => event?.action)).toEqual(['ASSET_CHECK_REMOVED'])
  })

  it('is looked at when it says again what was renamed meanwhile', async () => {
    const { report } = await openBench(open)
    await report(0, [reportCheck('one')], { expected: new Set(['one']) })
    await report(1, [reportCheck('two', 'pass', { formerly: ['one'] })], { expected: new Set(['two']) })
    const { entries } = await report(2, [reportCheck('one')], { expected: new Set(['one']) })
    expect(entries.map(({ event }) => [event?.action, event?.meta?.check])).toEqual([
      ['ASSET_COMPLIANCE', 'one'],
      ['ASSET_CHECK_REMOVED', 'two'],
    ])
  })

  it('costs no more than one row, for 300 checks as for one', async () => {
    const { store, report } = await openBench(open)
    const checks = Array.from({ length: 300 }, (_, n) => reportCheck(`check-${n}`, n % 7 === 0 ? 'fail' : 'pass'))
    for (let hours = 0; hours < 1000; hours += 24) await report(hours, checks)
    const { sequence } = await store.head()
    for (let hours = 1000; hours < 2000; hours++) await report(hours, checks)
    expect((await store.head()).sequence - sequence).toBeLessThanOrEqual(1)
    const state = await store.read(WEB_1)
    expect(state.checks.size).toBe(300)
    for (const check of state.checks.values())
      expect(check).toMatchObject({ seenAt: START + 1999 * HOUR, since: START })
  })
}
