import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openState } from '../../../src/app/state.ts'
import { ExpiryService } from '../../../src/app/waivers/expiry-service.ts'
import { makeConfig } from '../../../src/config.ts'
import { writeFiles } from '../../scenarios/write-checks.ts'

const DAY = 86_400_000
const END = Date.UTC(2026, 3, 1)

const WAIVER = {
  id: 'lab',
  checks: ['usb'],
  assets: { all: true },
  reason: 'r',
  approver: 'a',
  risk: 'low',
  from: '2026-01-01T00:00:00Z',
  until: '2026-04-01T00:00:00Z',
}

/** A service on a state, with a clock that is set by hand. */
async function open({ written = { waivers: [WAIVER] } as object, create = true } = {}) {
  const folder = writeFiles({ 'waivers/w.yaml': JSON.stringify(written) })
  const state = join(folder, 'state.db')
  const config = makeConfig({ waivers: [join(folder, 'waivers')], state })
  const time = { now: END - 30 * DAY }
  const clock = () => time.now
  if (create) await (await openState(config, { clock, create: true })).close()
  const logged: string[] = []
  const log = (level: string, event: string, message: string) => void logged.push(`${level} ${event}: ${message}`)
  let told = 0
  const service = new ExpiryService({ flags: {}, config, state, log, clock, onTold: () => void told++ })
  onTestFinished(() => service.stop())
  const actions = async () => {
    const opened = await openState(config, { clock, create: true })
    const events = await opened.store.events({})
    await opened.close()
    return events.flatMap(({ event }) => (event?.action.startsWith('WAIVER') ? [event.action] : []))
  }
  return { service, config, time, clock, logged, actions, told: () => told }
}

describe('the watch', () => {
  it('tells of a waiver that ends soon and of its end when these are due, once each', async () => {
    const { service, time, logged, actions, told } = await open()
    await service.start()
    expect(await actions()).toEqual([])
    for (const [now, expected] of [
      [END - 14 * DAY, ['WAIVER_EXPIRING']],
      [END, ['WAIVER_EXPIRING']],
      [END + 1, ['WAIVER_EXPIRING', 'WAIVER_EXPIRED']],
      [END - 10 * DAY, ['WAIVER_EXPIRING', 'WAIVER_EXPIRED']],
      [END + 90 * DAY, ['WAIVER_EXPIRING', 'WAIVER_EXPIRED']],
    ] as const) {
      time.now = now
      await service.drain()
      expect(await actions()).toEqual(expected)
    }
    expect(told()).toBe(2)
    expect(logged).toEqual([
      expect.stringMatching(/^warning change: waiver lab of usb on all assets expires at /),
      expect.stringMatching(/^error change: waiver lab of usb on all assets expired at /),
    ])
  })

  it('finds what is given meanwhile within an hour', async () => {
    const { service, config, time, clock, actions } = await open({ written: { waivers: [] } })
    await service.start()
    const { acceptances, close } = await openState(config, { clock, create: true })
    const { id: _, ...waiver } = WAIVER
    const assets = { all: true, ids: [], names: [], labels: [] }
    const terms = { kind: 'waiver', risk: 'low', assets, from: time.now, until: time.now + DAY } as const
    await acceptances.give({ ...waiver, ...terms }, { user: 'ann', now: time.now })
    await close()
    time.now += 3_600_000
    await service.drain()
    expect(await actions()).toEqual(['WAIVER_GRANTED', 'WAIVER_EXPIRING'])
  })

  it('makes no state of its own, and goes on where files are wrong', async () => {
    const none = await open({ create: false })
    await none.service.start()
    expect(none.logged).toEqual([])
    const wrong = await open({ written: { waivers: [{ ...WAIVER, id: 'wrong', from: 'soon' }, WAIVER] } })
    wrong.time.now = END + DAY
    await wrong.service.start()
    expect(wrong.logged[0]).toMatch(/files of waivers have errors/)
    expect(await wrong.actions()).toEqual(['WAIVER_EXPIRED'])
  })
})
