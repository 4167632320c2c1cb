import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type DeliveryPolicy, retryDelay } from '../../src/core/delivery.ts'
import type { Event } from '../../src/core/event.ts'
import type { Outgoing, SendResult, Sink } from '../../src/core/sink.ts'
import { SinkRunner, type SinkRunnerOptions } from '../../src/delivery/sink-runner.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { SqliteDeliveries } from '../../src/state/sqlite-deliveries.ts'
import { SinkSteering } from '../../src/state/steer-sinks.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { commitReport, HOUR, reportCheck, WEB_1, WEB_2 } from '../state/fill-store.ts'

const START = Date.parse('2026-03-04T05:06:07Z')
const EVERYTHING: DeliveryPolicy = { exclude: [], alarms: [] }
const signal = new AbortController().signal

type Answer = (events: readonly Outgoing[]) => SendResult

/** A sink that keeps what it took, and answers as the test says. */
class RecordingSink implements Sink {
  readonly taken: Outgoing[] = []
  answer: Answer = (events) => ({ settled: events.length })

  async send(events: readonly Outgoing[]): Promise<SendResult> {
    const result = this.answer(events)
    const refused = new Set(result.refused?.map(({ index }) => index))
    this.taken.push(...events.slice(0, result.settled).filter((_, index) => !refused.has(index)))
    return result
  }

  async close(): Promise<void> {}

  get sequences(): number[] {
    return this.taken.map(({ sequence }) => sequence)
  }
}

async function open(policy: DeliveryPolicy = EVERYTHING, batch = 10, more: Partial<SinkRunnerOptions> = {}) {
  const clock = { now: START }
  const store = await openSqlite(join(makeFolder(), 'state.db'), { clock: () => clock.now })
  onTestFinished(() => store.close())
  const deliveries = new SqliteDeliveries(store.db)
  await deliveries.sink('siem', 0)
  const sink = new RecordingSink()
  const makeRunner = () =>
    new SinkRunner({
      name: 'siem',
      sink,
      batch,
      store: deliveries,
      policy: () => policy,
      format: (event: Event) => event,
      clock: () => clock.now,
      random: () => 1,
      ...more,
    })
  /** Two machines report once more; the verdicts of their checks `a` and `b`. */
  const report = async (...verdicts: readonly (readonly ['web-1' | 'web-2', 'pass' | 'fail', 'pass' | 'fail'])[]) => {
    for (const [asset, a, b] of verdicts) {
      clock.now += HOUR
      const facts = asset === 'web-1' ? WEB_1 : WEB_2
      await commitReport(store, clock.now, [reportCheck('a', a), reportCheck('b', b)], { asset: facts })
    }
  }
  /** Steps until nothing is to be done now. */
  const drain = async (runner = makeRunner()) => {
    for (let steps = 0; steps < 1000; steps++) {
      const pause = await runner.step(signal)
      if (pause > 0) return pause
    }
    throw new Error('it does not come to an end')
  }
  return { clock, store, deliveries, sink, makeRunner, report, drain, state: () => deliveries.sink('siem') }
}

describe('delivery to a sink', () => {
  it('brings every entry in the order of the ledger, once, and goes on where it stopped', async () => {
    const { report, drain, sink, state } = await open(EVERYTHING, 3)
    await report(['web-1', 'pass', 'pass'], ['web-2', 'pass', 'pass'], ['web-1', 'fail', 'pass'])
    await drain()
    expect(sink.sequences).toEqual([1, 2, 3, 4])
    expect(sink.taken.at(-1)?.event).toMatchObject({ action: 'ASSET_COMPLIANCE', meta: { sequence: 4, check: 'a' } })
    await report(['web-1', 'pass', 'pass'])
    await drain()
    expect(sink.sequences).toEqual([1, 2, 3, 4, 5])
    expect(await state()).toMatchObject({ cursor: 5, delivered: 5, parked: [], failure: null })
  })

  it('begins with what comes after it was set up', async () => {
    const { report, deliveries } = await open()
    await report(['web-1', 'pass', 'fail'])
    expect(await deliveries.sink('new')).toMatchObject({ cursor: 2, delivered: 0 })
  })

  it('holds back only the asset of an event that is refused for now, and brings it in order later', async () => {
    const { report, drain, sink, state, clock } = await open()
    await report(
      ['web-1', 'pass', 'pass'],
      ['web-2', 'pass', 'pass'],
      ['web-1', 'fail', 'fail'],
      ['web-2', 'fail', 'fail'],
    )
    const failure = { reason: 'event', message: 'not now' } as const
    sink.answer = (events) => {
      const at = events.findIndex(({ sequence }) => sequence === 4)
      return at < 0 ? { settled: events.length } : { settled: at, failure }
    }
    await drain()
    // 4 and 5 are of web-1, 6 and 7 of web-2.
    expect(sink.sequences).toEqual([1, 2, 3, 6, 7])
    expect(await state()).toMatchObject({
      cursor: 7,
      parked: [{ asset: WEB_1.uuid, sequence: 4, attempts: 0, failure }],
    })
    await report(['web-1', 'pass', 'fail'])
    await drain()
    expect(sink.sequences).toEqual([1, 2, 3, 6, 7])
    clock.now += HOUR
    sink.answer = (events) => ({ settled: events.length })
    await drain()
    expect(sink.sequences).toEqual([1, 2, 3, 6, 7, 4, 5, 8])
    expect(await state()).toMatchObject({ cursor: 8, parked: [], failure: null })
  })

  it('lets the whole sink wait for anything else, longer each time, as long as it asks for', async () => {
    const { report, drain, sink, state, clock } = await open()
    await report(['web-1', 'pass', 'pass'])
    sink.answer = () => ({ settled: 0, failure: { reason: 'unreachable', message: 'nobody there' } })
    const pauses: number[] = []
    for (let i = 0; i < 4; i++) {
      pauses.push(await drain())
      clock.now += pauses.at(-1) as number
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000])
    expect(await state()).toMatchObject({ cursor: 0, attempts: 4, failure: { message: 'nobody there' } })
    sink.answer = () => ({ settled: 1, failure: { reason: 'rate_limited', message: 'slowly', retryAfter: 60_000 } })
    expect(await drain()).toBe(60_000)
    expect(await state()).toMatchObject({ cursor: 1, attempts: 1, delivered: 1 })
    sink.answer = (events) => ({ settled: events.length })
    expect(await drain()).toBeGreaterThan(0)
    clock.now += 60_000
    await drain()
    expect(sink.sequences).toEqual([1, 2])
    expect(await state()).toMatchObject({ attempts: 0, failure: null, nextTry: null })
  })

  it('does not wait for a time that a clock promised which was set back since', async () => {
    const { report, drain, sink, clock, state } = await open()
    await report(['web-1', 'pass', 'pass'])
    sink.answer = () => ({ settled: 0, failure: { reason: 'unreachable', message: 'nobody there' } })
    await drain()
    clock.now -= 24 * HOUR
    sink.answer = () => ({ settled: 0, failure: { reason: 'event', message: 'not now' } })
    await drain()
    expect((await state()).parked.length).toBeGreaterThan(0)
    clock.now -= 24 * HOUR
    sink.answer = (events) => ({ settled: events.length })
    await drain()
    expect(sink.sequences).toEqual([1, 2])
    // What it asked for itself is kept to, unless the clock says that it cannot be.
    await report(['web-1', 'fail', 'pass'])
    sink.answer = () => ({ settled: 0, failure: { reason: 'rate_limited', message: 'slowly', retryAfter: HOUR } })
    expect(await drain()).toBe(HOUR)
    clock.now -= HOUR / 2
    sink.answer = (events) => ({ settled: events.length })
    await drain()
    // Two of this report: its clock, and what it found.
    expect(sink.sequences).toEqual([1, 2, 3, 4])
  })

  it('keeps what a sink refuses for good, and goes on', async () => {
    const { report, drain, sink, store } = await open()
    await report(['web-1', 'pass', 'pass'], ['web-1', 'fail', 'pass'])
    sink.answer = (events) => ({ settled: events.length, refused: [{ index: 1, message: 'too odd' }] })
    await drain()
    expect(sink.sequences).toEqual([1, 3])
    expect(store.db.prepare('SELECT sequence, message FROM sink_dead').all()).toEqual([
      { sequence: 2, message: 'too odd' },
    ])
  })

  it('survives a sink that breaks its promise and throws', async () => {
    const { report, drain, sink, state } = await open()
    await report(['web-1', 'pass', 'pass'])
    sink.answer = () => {
      throw new Error('a fault of its own')
    }
    expect(await drain()).toBe(1000)
    expect(await state()).toMatchObject({ cursor: 0, failure: { reason: 'local', message: 'a fault of its own' } })
  })

  it('sends nothing while it is paused', async () => {
    const { report, drain, sink, store } = await open()
    await report(['web-1', 'pass', 'pass'])
    store.db.exec('UPDATE sink SET paused = 1')
    expect(await drain()).toBe(Number.POSITIVE_INFINITY)
    expect(sink.taken).toEqual([])
  })
})

describe('what is meant for a sink', () => {
  it('leaves out what a filter excludes, and records why; but the end of a failure reaches whoever heard of it', async () => {
    const policy = {
      exclude: [{ action: 'ASSET_COMPLIANCE', levels: ['INFO' as const] }, { action: '*_BASELINE' }],
      alarms: [],
    }
    const { report, drain, sink, store } = await open(policy)
    await report(['web-1', 'pass', 'pass'], ['web-1', 'fail', 'pass'], ['web-1', 'pass', 'pass'])
    await drain()
    expect(sink.taken.map(({ event }) => [event.action, event.changes?.passed?.latest])).toEqual([
      ['LEDGER_OPENED', undefined],
      ['ASSET_COMPLIANCE', false],
      // A pass is INFO and would be excluded, were its failure not known there.
      ['ASSET_COMPLIANCE', true],
    ])
    expect(store.db.prepare('SELECT sequence, reason FROM sink_suppressed').all()).toEqual([
      { sequence: 2, reason: 'excluded: action *_BASELINE' },
    ])
    expect(store.db.prepare('SELECT count(*) FROM sink_owed').pluck().get()).toBe(0)
  })

  it('lets an alarm pass every filter, at the highest level', async () => {
    const policy = { exclude: [{}], alarms: [{ action: 'ASSET_COMPLIANCE', level: 'ERROR' as const }] }
    const { report, drain, sink } = await open(policy)
    await report(['web-1', 'pass', 'pass'], ['web-1', 'fail', 'pass'])
    await drain()
    expect(sink.taken.map(({ document }) => document)).toMatchObject([
      { action: 'ASSET_COMPLIANCE', level: 'CRITICAL', meta: { alarm: true, check: 'a' } },
    ])
  })

  it('knows a check by its tags', async () => {
    const { report, drain, sink } = await open({ exclude: [{ tag: 'sample' }], alarms: [] })
    await report(['web-1', 'pass', 'pass'], ['web-1', 'fail', 'pass'])
    await drain()
    expect(sink.taken.map(({ event }) => event.action)).toEqual(['LEDGER_OPENED', 'ASSET_BASELINE'])
  })
})

describe('a first report', () => {
  const NOT_INFO = { exclude: [{ levels: ['INFO' as const], action: 'ASSET_COMPLIANCE' }], alarms: [] }

  it('is a told failure for each check that fails in it, so that their recoveries follow', async () => {
    const { report, drain, sink, store } = await open(NOT_INFO)
    await report(['web-1', 'fail', 'pass'])
    await drain()
    expect(store.db.prepare('SELECT count(*) FROM sink_owed').pluck().get()).toBe(1)
    await report(['web-1', 'pass', 'pass'])
    await drain()
    expect(sink.taken.map(({ event }) => [event.action, event.meta?.check])).toEqual([
      ['LEDGER_OPENED', undefined],
      ['ASSET_BASELINE', undefined],
      ['ASSET_COMPLIANCE', 'a'],
    ])
    expect(store.db.prepare('SELECT count(*) FROM sink_owed').pluck().get()).toBe(0)
  })

  it('owes nothing to a sink that it was kept from', async () => {
    const { report, drain, sink } = await open({ exclude: [{ action: '*_BASELINE' }, ...NOT_INFO.exclude], alarms: [] })
    await report(['web-1', 'fail', 'pass'], ['web-1', 'pass', 'pass'])
    await drain()
    expect(sink.taken.map(({ event }) => event.action)).toEqual(['LEDGER_OPENED'])
  })

  it('is an event of each check that matters for a sink which is told of checks, of the same UUIDs each time', async () => {
    const uuidOf = (name: string) => `uuid of ${name}`
    const { report, drain, sink, makeRunner, clock } = await open(EVERYTHING, 2, { perCheck: true, uuidOf })
    await report(['web-1', 'fail', 'pass'], ['web-2', 'fail', 'fail'])
    const sent: Outgoing[] = []
    let calls = 0
    sink.answer = (events) => {
      expect(events.length).toBeLessThanOrEqual(2)
      sent.push(...events)
      calls++
      // The second first report is torn apart, once.
      const torn = calls === 3
      return torn ? { settled: 1, failure: { reason: 'server', message: 'no' } } : { settled: events.length }
    }
    const runner = makeRunner()
    await drain(runner)
    clock.now += HOUR
    await drain(runner)
    const first = sink.taken.filter(({ sequence }) => sequence > 1)
    expect(first.map(({ sequence, event }) => [sequence, event.action, event.meta?.check, event.level])).toEqual([
      [2, 'ASSET_BASELINE', undefined, 'INFO'],
      [2, 'ASSET_COMPLIANCE', 'a', 'ERROR'],
      [3, 'ASSET_BASELINE', undefined, 'INFO'],
      [3, 'ASSET_COMPLIANCE', 'a', 'ERROR'],
      [3, 'ASSET_COMPLIANCE', 'b', 'ERROR'],
    ])
    const [baseline, derived] = first as [Outgoing, Outgoing]
    expect(derived.event).toMatchObject({
      uuid: `uuid of baseline:${baseline.event.uuid}:a`,
      item: { id: 'uuid of check:a', name: 'Title of a' },
      changes: { passed: { last: null, latest: false }, verdict: { last: null, latest: 'fail' } },
      meta: { sequence: 2, kind: 'first', reason: 'a is not as it should be', judged: { verdict: 'fail' } },
      asset: { uuid: WEB_1.uuid },
    })
    // What was taken of the torn one was not sent again.
    expect(new Set(first.map(({ event }) => event.uuid)).size).toBe(first.length)
  })
})

describe('dead letters', () => {
  it('are sent once more when an operator wants it, and stay dead when they are refused again', async () => {
    const { report, drain, sink, store, state } = await open()
    await report(['web-1', 'pass', 'pass'], ['web-1', 'fail', 'fail'])
    sink.answer = (events) => ({
      settled: events.length,
      refused: events.map((_, index) => ({ index, message: 'no' })),
    })
    await drain()
    expect(sink.taken).toEqual([])
    const steering = SinkSteering.find(store.db, 'siem')
    expect(steering?.redrive()).toEqual([1, 2, 3, 4])
    sink.answer = (events) => ({ settled: events.length, refused: [{ index: 1, message: 'never' }] })
    await drain()
    expect(sink.sequences).toEqual([1, 3, 4])
    expect(store.db.prepare('SELECT sequence, message FROM sink_dead').all()).toEqual([
      { sequence: 2, message: 'never' },
    ])
    steering?.redrive(2)
    sink.answer = () => ({ settled: 0, failure: { reason: 'event', message: 'not now' } })
    await drain()
    expect(store.db.prepare('SELECT message FROM sink_dead').pluck().all()).toEqual(['not now'])
    steering?.redrive(2)
    sink.answer = (events) => ({ settled: events.length })
    await drain()
    expect(sink.sequences).toEqual([1, 3, 4, 2])
    expect(await state()).toMatchObject({ delivered: 4, redrive: [] })
  })
})

describe('what an operator skips', () => {
  it('is the event that everything waits for, and stays skipped though it was under way', async () => {
    const { report, drain, sink, store, state, clock } = await open()
    await report(['web-1', 'pass', 'pass'])
    const steering = SinkSteering.find(store.db, 'siem')
    expect(steering?.skip({ message: 'skipped by ann', now: 0 })).toEqual([])
    sink.answer = () => {
      // In the midst of the second attempt.
      const skipped = calls++ === 1 ? steering?.skip({ message: 'skipped by ann', now: 0 }) : []
      if (calls === 2) expect(skipped).toEqual([1])
      return { settled: 0, failure: { reason: 'server', message: 'no' } }
    }
    let calls = 0
    clock.now += await drain()
    await drain()
    expect(await state()).toMatchObject({ cursor: 1 })
    clock.now += HOUR
    sink.answer = (events) => ({ settled: events.length })
    await drain()
    expect(sink.sequences).toEqual([2])
  })

  it('is what holds back an asset', async () => {
    const { report, drain, sink, store, state } = await open()
    await report(['web-1', 'pass', 'pass'], ['web-1', 'fail', 'fail'], ['web-2', 'pass', 'pass'])
    sink.answer = (events) => {
      const at = events.findIndex(({ sequence }) => sequence === 3)
      return at < 0 ? { settled: events.length } : { settled: at, failure: { reason: 'event', message: 'odd' } }
    }
    await drain()
    expect(await state()).toMatchObject({ parked: [{ sequence: 3 }] })
    expect(SinkSteering.find(store.db, 'siem')?.skip({ message: 'x', now: 0 })).toEqual([3])
    await drain()
    expect(sink.sequences).toEqual([1, 2, 5, 4])
    expect(await state()).toMatchObject({ parked: [] })
  })
})

describe('whatever a sink does', () => {
  it('no event is missing, none is out of order within its asset, and what comes twice has the same UUID', async () => {
    const step = fc.record({ settle: fc.nat(6), kind: fc.constantFrom('ok', 'event', 'sink', 'crash') })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), async (steps, batch) => {
        const { report, drain, sink, makeRunner, clock, state, store } = await open(EVERYTHING, batch)
        await report(
          ...Array.from({ length: 6 }, (_, i) => {
            const [a, b] = i % 2 === 0 ? (['pass', 'fail'] as const) : (['fail', 'pass'] as const)
            return [['web-1', a, b] as const, ['web-2', b, a] as const]
          }).flat(),
        )
        const sent: Outgoing[] = []
        for (const { settle, kind } of steps) {
          sink.answer = (events) => {
            const settled = kind === 'ok' ? events.length : Math.min(settle, events.length - 1)
            sent.push(...events.slice(0, settled))
            // What was sent before a crash was not stored as sent.
            if (kind === 'crash') throw new Error('crash')
            const reason = kind === 'event' ? ('event' as const) : ('server' as const)
            return kind === 'ok' ? { settled } : { settled, failure: { reason, message: kind } }
          }
          clock.now += 400_000
          await makeRunner().step(signal)
        }
        sink.answer = (events) => {
          sent.push(...events)
          return { settled: events.length }
        }
        do {
          clock.now += 400_000
          await drain()
        } while ((await state()).parked.length > 0)
        const all = store.db.prepare('SELECT sequence FROM entry ORDER BY sequence').pluck().all()
        expect([...new Set(sent.map(({ sequence }) => sequence))].sort((one, other) => one - other)).toEqual(all)
        const uuids = new Map<number, string>()
        const highest = new Map<string, number>()
        for (const { sequence, event } of sent) {
          expect(uuids.get(sequence) ?? event.uuid).toBe(event.uuid)
          const repeated = uuids.has(sequence)
          uuids.set(sequence, event.uuid)
          const asset = event.asset?.uuid ?? ''
          if (!repeated) expect(sequence).toBeGreaterThan(highest.get(asset) ?? 0)
          highest.set(asset, Math.max(sequence, highest.get(asset) ?? 0))
        }
      }),
      { numRuns: 40 },
    )
  })

  it('is asked again at random times, so that many who failed together do not come back together', () => {
    expect([0, 1, 2, 30].map((attempts) => retryDelay(attempts, 1))).toEqual([1000, 2000, 4000, 300_000])
    expect(retryDelay(5, 0)).toBe(0)
    expect(retryDelay(0, 0, 5000)).toBe(5000)
  })
})
