import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toWire } from '../../src/core/event.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { commitReport, fillStore, HOUR, openStore, reportCheck, WEB_1 } from './fill-store.ts'

const START = Date.UTC(2026, 2, 4, 12)

async function openFilled() {
  const path = join(makeFolder(), 'state.db')
  await fillStore(path, START)
  const opened = await openStore(path, START + 11 * HOUR)
  onTestFinished(() => opened.store.close())
  return opened
}

describe('what readers ask of a store', () => {
  it('knows every check by its id, and by those it had before', async () => {
    const { store } = await openFilled()
    expect(await store.checks()).toEqual([
      { id: 'added', formerly: [] },
      { id: 'disk-encryption', formerly: [] },
      { id: 'host-firewall', formerly: [] },
      { id: 'leaving', formerly: [] },
      { id: 'new-id', formerly: ['old-id'] },
    ])
  })

  it('gives with a check what is about no single one', async () => {
    const { store } = await openFilled()
    const actions = async (general: boolean) => {
      const entries = await store.events({ checks: ['old-id'], assets: [WEB_1.uuid], general })
      return entries.map(({ event }) => event?.action)
    }
    expect(await actions(false)).toEqual(['ASSET_CHECK_RENAMED'])
    expect(await actions(true)).toEqual(['ASSET_BASELINE', 'ASSET_GAP', 'ASSET_CHECK_RENAMED'])
  })

  it('reads on from an entry within a time', async () => {
    const { store } = await openFilled()
    const all = await store.events({})
    const since = START + 2 * HOUR
    const pages = []
    let after = 0
    for (;;) {
      const page = await store.events({ since, after, limit: 2 })
      if (page.length === 0) break
      pages.push(...page)
      after = page.at(-1)?.sequence ?? 0
    }
    expect(pages).toEqual(all.filter(({ observedAt }) => observedAt >= since))
    expect(pages.length).toBeGreaterThan(4)
  })

  it('adds the place in the ledger to the event, before everything else of its meta', async () => {
    const { store } = await openFilled()
    const [, baseline] = await store.events({})
    const event = baseline && toWire(baseline)
    expect(Object.keys(event?.meta ?? {}).slice(0, 3)).toEqual(['sequence', 'recorded_at', 'asset_sequence'])
    expect(event?.meta?.sequence).toBe(2)
    expect(toWire({ sequence: 3, event: null })).toBeNull()
  })

  it('does not take the past back when something is written by another clock', async () => {
    const { store, clock } = await openFilled()
    clock.now = START - HOUR
    const entry = { action: 'SESSION_AUTH', level: 'INFO', observedAt: START - HOUR, changes: null, meta: {} } as const
    await store.commit(WEB_1, () => ({ entries: [entry] }))
    const then = await store.posture(WEB_1, { at: START + HOUR / 2, now: START + 11 * HOUR })
    expect(then.map(({ check, verdict }) => [check, verdict])).toContainEqual(['host-firewall', 'pass'])
  })

  it('keeps a name given by hand when the asset reports another one', async () => {
    const { store } = await openFilled()
    const changes = { givenName: { last: null, latest: 'James (laptop)' } }
    const entry = { action: 'ASSET_UPDATED', level: 'INFO', observedAt: START + 11 * HOUR, changes, meta: {} } as const
    await store.commit(WEB_1, ({ asset }) => ({
      entries: [entry],
      ...(asset ? { asset: { ...asset, givenName: 'James (laptop)' } } : {}),
    }))
    await commitReport(store, START + 12 * HOUR, [reportCheck('host-firewall', 'fail')], {
      asset: { ...WEB_1, name: 'web-1b' },
    })
    const [asset] = await store.assets()
    expect(asset).toMatchObject({ name: 'web-1b', givenName: 'James (laptop)' })
    const last = (await store.events({ limit: 1 }))[0]?.event
    expect(last?.asset?.name).toBe('James (laptop)')
  })
})
