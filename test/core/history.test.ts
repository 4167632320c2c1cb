import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type History, traceHistory } from '../../src/core/history.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { commitReport, defineCheck, fillStore, HOUR, openStore, reportCheck, WEB_1 } from '../state/fill-store.ts'

const START = Date.UTC(2026, 2, 4, 12)

async function openFilled() {
  const path = join(makeFolder(), 'state.db')
  await fillStore(path, START)
  const { store, clock } = await openStore(path, START + 11 * HOUR)
  onTestFinished(() => store.close())
  const trace = async (...ids: string[]): Promise<History> => {
    const about = { checks: [ids[0] as string], assets: [WEB_1.uuid] }
    const own = await store.events(about)
    const general = (await store.events({ ...about, general: true })).filter(
      ({ sequence }) => !own.some((entry) => entry.sequence === sequence),
    )
    return traceHistory(new Set(ids), { own, general })
  }
  return { store, clock, trace }
}

/** What each step says, with its hours since the start. */
function summarize({ steps }: History) {
  const hours = (time: number | null) => (time === null ? null : (time - START) / HOUR)
  return steps.map(({ at, until, verdict, silent, turns }) => {
    const what = silent ? 'silence' : turns ? verdict : 'same'
    return what === 'same' ? [hours(at), what] : [hours(at), what, hours(until)]
  })
}

describe("a check's history", () => {
  it('tells each verdict with the time for which it was known to hold', async () => {
    const { trace } = await openFilled()
    expect(summarize(await trace('host-firewall'))).toEqual([
      [0, 'pass', 1],
      [1, 'fail', 2],
      [2, 'pass', 4],
      [4, 'silence', 10],
    ])
  })

  it('tells that it could not be judged as something of its own', async () => {
    const { trace } = await openFilled()
    const history = await trace('disk-encryption')
    expect(summarize(history)).toEqual([
      [0, 'warn', 4],
      [4, 'silence', 10],
      [10, 'error', null],
    ])
    expect(history.steps.at(-1)?.reason).toBe('the table was not readable')
  })

  it('goes on under another id', async () => {
    const { trace } = await openFilled()
    expect(summarize(await trace('new-id', 'old-id'))).toEqual([
      [0, 'pass', 4],
      [4, 'silence', 10],
      [10, 'same'],
    ])
  })

  it('knows of removals, of returns, and of changes of the check itself', async () => {
    const { store, trace } = await openFilled()
    await commitReport(store, START + 11 * HOUR, [reportCheck('leaving')])
    const definition = defineCheck({ check: 'leaving', why: 'For another reason.' })
    await commitReport(store, START + 12 * HOUR, [reportCheck('leaving', 'pass', { definition })])
    expect(summarize(await trace('leaving')).filter(([, what]) => what !== 'silence')).toEqual([
      [0, 'pass', expect.any(Number)],
      [10, null, 11],
      [11, 'pass', null],
      [12, 'same'],
    ])
  })

  it('tells that entries were pruned, and that others may have spoken of it', async () => {
    const { store, trace } = await openFilled()
    store.db.exec('DELETE FROM payload WHERE sequence <= 3')
    const history = await trace('host-firewall')
    expect(history.lost).toBe(1)
    expect(summarize(history)).toEqual([
      [1, null, 2],
      [2, 'pass', 4],
      [4, 'silence', 10],
    ])
  })

  it('is empty for a check that was never reported', async () => {
    const { trace } = await openFilled()
    expect(await trace('no-such-check')).toEqual({ steps: [], lost: 0 })
  })
})
