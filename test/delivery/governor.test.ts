import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { DeliveryPolicy } from '../../src/core/delivery.ts'
import { toEmittedEntry } from '../../src/core/emit-event.ts'
import type { Event } from '../../src/core/event.ts'
import { EVENT_SCHEMA } from '../../src/core/event-schema.ts'
import type { Governor } from '../../src/core/governor.ts'
import { readGovernor } from '../../src/core/read-governor.ts'
import type { Outgoing, SendResult, Sink } from '../../src/core/sink.ts'
import type { AssetFacts } from '../../src/core/state.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { GovernedRunner } from '../../src/delivery/governed-runner.ts'
import { SinkRunner } from '../../src/delivery/sink-runner.ts'
import { EVENT_FORMAT_NAMES, EVENT_FORMATS } from '../../src/formats/event-formats.ts'
import { eraseAsset } from '../../src/state/erase.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { SqliteDeliveries } from '../../src/state/sqlite-deliveries.ts'
import { SqliteGovernor } from '../../src/state/sqlite-governor.ts'
import { createUuidOf } from '../../src/state/uuid-of.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { commitReport, DAY, HOUR, reportCheck, WEB_1, WEB_2 } from '../state/fill-store.ts'

const START = Date.parse('2026-03-04T12:00:00Z')
const MINUTE = 60_000
const QUIETLY = [{ action: 'LEDGER_*' }, { action: 'ASSET_BASELINE' }, { action: 'ASSET_GAP' }]
const signal = new AbortController().signal
const validate = new Ajv2020({ validateFormats: false, allowUnionTypes: true }).compile(EVENT_SCHEMA)

/** A governor as it is written. */
function governorOf(written: object): Governor {
  const { governor, problems } = readGovernor(written)
  expect(problems).toEqual([])
  return governor
}

class RecordingSink implements Sink {
  readonly taken: Event[] = []
  /** How many events each send brought. */
  readonly sends: number[] = []
  answer: (events: readonly Outgoing[]) => SendResult = (events) => ({ settled: events.length })

  async send(events: readonly Outgoing[]): Promise<SendResult> {
    const result = this.answer(events)
    this.taken.push(...events.slice(0, result.settled).map(({ event }) => event))
    if (result.settled > 0) this.sends.push(result.settled)
    return result
  }

  async close(): Promise<void> {}
}

/** In how many writes a process is killed, and whether before or after that one was done. */
interface Death {
  writes: number
  after: boolean
}
const WRITES = ['settle', 'write', 'sumUp', 'forget']

/** The same store, in a process that may be killed. */
function makeMortal<Part extends object>(part: Part, death: Death): Part {
  return new Proxy(part, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function' || !WRITES.includes(String(key))) {
        return typeof value === 'function' ? value.bind(target) : value
      }
      return async (...given: unknown[]) => {
        death.writes -= 1
        if (death.writes === 0 && !death.after) throw new Error('killed')
        const answer: unknown = await value.apply(target, given)
        if (death.writes === 0) throw new Error('killed')
        return answer
      }
    },
  })
}

type Verdicts = Readonly<Record<string, Verdict>>

async function open(
  written: object,
  { policy, batch = 10, perCheck = false }: { policy?: DeliveryPolicy; batch?: number; perCheck?: boolean } = {},
) {
  const governor = governorOf(written)
  const clock = { now: START }
  const store = await openSqlite(join(makeFolder(), 'state.db'), { clock: () => clock.now })
  onTestFinished(() => store.close())
  const deliveries = new SqliteDeliveries(store.db)
  await deliveries.sink('slack', 0)
  const sink = new RecordingSink()
  const death: Death = { writes: 0, after: false }
  const makeRunner = () =>
    new GovernedRunner({
      name: 'slack',
      sink,
      batch,
      perCheck,
      store: makeMortal(deliveries, death),
      memory: makeMortal(new SqliteGovernor(store.db), death),
      governor,
      uuidOf: createUuidOf(),
      policy: () => policy ?? { exclude: QUIETLY, alarms: [] },
      format: (event: Event) => event,
      clock: () => clock.now,
      random: () => 1,
    })
  let runner = makeRunner()
  /** Another process goes on. */
  const restart = () => {
    runner = makeRunner()
  }
  const report = (verdicts: Verdicts, asset: AssetFacts = WEB_1) =>
    commitReport(
      store,
      clock.now,
      Object.entries(verdicts).map(([check, verdict]) => reportCheck(check, verdict)),
      { asset },
    )
  /** Steps until nothing is to be done now; answers the pause. */
  const drain = async () => {
    for (let steps = 0; steps < 5000; steps++) {
      const pause = await runner.step(signal)
      if (pause > 0) return pause
    }
    throw new Error('it does not come to an end')
  }
  /** Lets time pass, and delivers what is due then. */
  const wait = async (milliseconds: number) => {
    clock.now += milliseconds
    return drain()
  }
  const emit = (type: string, alarm = false, asset: AssetFacts = WEB_1) =>
    store.commit(asset, () => ({ entries: [toEmittedEntry({ type, message: 'It happened.', alarm }, clock.now)] }))
  const suppressed = () =>
    store.db.prepare('SELECT sequence, reason FROM sink_suppressed WHERE sink = 1 ORDER BY sequence').all() as {
      sequence: number
      reason: string
    }[]
  const told = () =>
    sink.taken.map(({ action, meta, changes, asset }) =>
      action === 'ASSET_COMPLIANCE' ? `${asset?.name} ${meta?.check} ${changes?.verdict?.latest}` : action,
    )
  return {
    clock,
    store,
    deliveries,
    sink,
    death,
    restart,
    report,
    drain,
    wait,
    emit,
    suppressed,
    told,
    step: () => runner.step(signal),
  }
}

const machine = (number: number): AssetFacts => ({
  ...WEB_1,
  uuid: `4e8924a8-31ff-4895-8956-${String(number).padStart(12, '0')}`,
  name: `m${number}`,
})

describe('damping', () => {
  it('delivers a transition once enough observations agree', async () => {
    const { report, drain, wait, told } = await open({ damping: { agree: 2, of: 3 } })
    await report({ a: 'pass' })
    await wait(HOUR)
    await report({ a: 'fail' })
    expect(await drain()).toBe(HOUR)
    expect(told()).toEqual([])
    await wait(HOUR)
    expect(told()).toEqual([])
    await report({ a: 'fail' })
    await wait(30 * MINUTE)
    expect(told()).toEqual(['web-1 a fail'])
  })

  it('leaves out a flip that did not last together with its way back', async () => {
    const { report, wait, told, suppressed } = await open({ damping: { agree: 2, of: 3 } })
    for (const a of ['pass', 'pass', 'fail', 'pass', 'pass', 'pass', 'fail', 'fail', 'pass', 'fail'] as const) {
      await report({ a })
      await wait(HOUR)
    }
    await wait(DAY)
    expect(told()).toEqual(['web-1 a fail'])
    expect(suppressed().filter(({ reason }) => reason.startsWith('damped'))).toEqual([
      { sequence: 3, reason: 'damped: it did not last' },
      { sequence: 4, reason: 'damped: back to what the sink was told last' },
      { sequence: 6, reason: 'damped: it did not last' },
      { sequence: 7, reason: 'damped: back to what the sink was told last' },
    ])
  })

  it('lets the later events of the asset wait for an undecided one, and no other asset', async () => {
    const { report, drain, wait, emit, told } = await open({ damping: { agree: 2, of: 3 } })
    await report({ a: 'pass', b: 'pass' })
    await report({ a: 'pass', b: 'pass' }, WEB_2)
    await wait(HOUR)
    await report({ a: 'fail', b: 'pass' })
    await emit('DOOR_OPENED')
    await emit('DOOR_CLOSED')
    await report({ a: 'pass', b: 'fail' }, WEB_2)
    await drain()
    expect(told()).toEqual([])
    await report({ a: 'pass', b: 'fail' }, WEB_2)
    await wait(HOUR)
    await report({ a: 'pass', b: 'fail' }, WEB_2)
    await report({ a: 'fail', b: 'pass' })
    await wait(HOUR)
    expect(told()).toEqual(expect.arrayContaining(['web-2 b fail', 'web-1 a fail', 'DOOR_OPENED', 'DOOR_CLOSED']))
    expect(told().filter((text) => !text.startsWith('web-2'))).toEqual(['web-1 a fail', 'DOOR_OPENED', 'DOOR_CLOSED'])
  })

  it('lets an alarm pass with what its asset waits with before it', async () => {
    const { report, drain, wait, emit, told } = await open({ damping: { agree: 3, of: 4 } })
    await report({ a: 'pass' })
    await wait(HOUR)
    await report({ a: 'fail' })
    await drain()
    await emit('DOOR_OPENED')
    await emit('DOOR_FORCED', true)
    await emit('DOOR_CLOSED')
    await drain()
    expect(told().slice(0, 3)).toEqual(['web-1 a fail', 'DOOR_OPENED', 'DOOR_FORCED'])
    // Whoever was told of the failure hears of its end, and once only.
    for (let hours = 0; hours < 6; hours++) {
      await report({ a: 'pass' })
      await wait(HOUR)
    }
    expect(told()).toEqual(['web-1 a fail', 'DOOR_OPENED', 'DOOR_FORCED', 'DOOR_CLOSED', 'web-1 a pass'])
  })

  it('does not wait for ever for an asset that reports no more', async () => {
    const { report, drain, wait, told } = await open({ damping: { agree: 2, of: 3 } })
    await report({ a: 'pass' })
    await wait(HOUR)
    await report({ a: 'fail' })
    await drain()
    let waited = 0
    while (told().length === 0 && waited < DAY) {
      const pause = await drain()
      waited += pause
      await wait(pause)
    }
    expect(told()).toEqual(['web-1 a fail'])
    expect(waited).toBe(5 * HOUR)
  })
})

describe('a budget', () => {
  it('sums up what a check has too much of, and always delivers the end of what was told', async () => {
    const { report, drain, wait, sink, told, suppressed } = await open({ budget: { transitions: 2, per: '1h' } })
    for (let number = 1; number <= 5; number++) await report({ a: 'pass', b: 'pass' }, machine(number))
    await wait(HOUR)
    for (let number = 1; number <= 5; number++)
      await report({ a: 'fail', b: number === 5 ? 'fail' : 'pass' }, machine(number))
    expect(await drain()).toBe(HOUR)
    expect(told()).toEqual(['m1 a fail', 'm2 a fail', 'm5 b fail'])
    expect(suppressed().filter(({ reason }) => reason.startsWith('budget'))).toEqual(
      [9, 10, 11].map((sequence) => ({ sequence, reason: 'budget: more than 2 transitions within 1h' })),
    )
    // One that was not told of is over; one that was, too.
    await report({ a: 'pass', b: 'pass' }, machine(4))
    await report({ a: 'pass', b: 'pass' }, machine(1))
    await wait(HOUR)
    expect(told().slice(3)).toEqual(['m1 a pass', 'DELIVERY_SUMMARY'])
    expect(sink.taken.at(-1)).toMatchObject({
      level: 'WARNING',
      timestamp: '2026-03-04T14:00:00.000+00:00',
      meta: {
        cause: 'budget',
        limit: { transitions: 2, seconds: 3600 },
        transitions: 3,
        assets: 3,
        checks: [{ check: 'a', transitions: 3, assets: 3 }],
        standing: [
          { asset: { name: 'm3' }, check: 'a', verdict: 'fail' },
          { asset: { name: 'm5' }, check: 'a', verdict: 'fail' },
        ],
        standing_total: 2,
      },
      asset: null,
    })
    // The summary told of m3's failure, so that its end is told as well.
    await report({ a: 'pass', b: 'pass' }, machine(3))
    await drain()
    expect(told().at(-1)).toBe('m3 a pass')
  })

  it('tells the same summary again, with the same UUID, after a sink did not answer', async () => {
    const { report, wait, drain, sink, restart, told } = await open({ budget: { transitions: 1, per: '1h' } })
    for (const a of ['pass', 'fail'] as const) {
      for (let number = 1; number <= 3; number++) await report({ a }, machine(number))
      await wait(MINUTE)
    }
    const seen: Event[] = []
    sink.answer = (events) => {
      seen.push(...events.map(({ event }) => event))
      return { settled: 0, failure: { reason: 'timeout', message: 'no answer' } }
    }
    await wait(HOUR)
    restart()
    await wait(HOUR)
    sink.answer = (events) => ({ settled: events.length })
    await wait(HOUR)
    await drain()
    expect(told()).toEqual(['m1 a fail', 'DELIVERY_SUMMARY'])
    expect(seen.length).toBeGreaterThan(1)
    for (const event of seen) expect(event).toEqual(sink.taken.at(-1))
  })
})

describe('a summary that waits', () => {
  it('says nothing of a machine that was erased meanwhile, and knows a check by its present name', async () => {
    const { report, wait, sink, store, clock } = await open({ budget: { transitions: 1, per: '1h' } })
    for (const a of ['pass', 'fail'] as const) {
      for (let number = 1; number <= 4; number++) await report({ a }, machine(number))
      await wait(MINUTE)
    }
    sink.answer = () => ({ settled: 0, failure: { reason: 'timeout', message: 'no answer' } })
    await wait(HOUR)
    await eraseAsset(store, machine(3), { clock: () => clock.now })
    const renamed = reportCheck('new-a', 'fail', { formerly: ['a'] })
    await commitReport(store, clock.now, [renamed], { asset: machine(2) })
    sink.answer = (events) => ({ settled: events.length })
    await wait(HOUR)
    const summary = sink.taken.find(({ action }) => action === 'DELIVERY_SUMMARY')
    expect(summary?.meta?.standing).toEqual([
      { asset: { uuid: machine(2).uuid, name: 'm2' }, check: 'new-a', verdict: 'fail' },
      { asset: { uuid: machine(4).uuid, name: 'm4' }, check: 'new-a', verdict: 'fail' },
    ])
    expect(summary?.meta?.standing_total).toBe(3)
    await commitReport(store, clock.now, [{ ...renamed, verdict: 'pass' }], { asset: machine(2) })
    await wait(0)
    expect(sink.taken.at(-1)).toMatchObject({ asset: { name: 'm2' }, changes: { verdict: { latest: 'pass' } } })
  })
})

describe('a clock that is set back', () => {
  it('by a day lets nothing wait for the old time', async () => {
    const { report, wait, drain, told, clock } = await open({
      damping: { agree: 2, of: 3 },
      budget: { transitions: 1, per: '10m' },
    })
    for (const a of ['pass', 'fail', 'fail'] as const) {
      for (let number = 1; number <= 3; number++) await report({ a }, machine(number))
      await wait(HOUR)
    }
    await report({ a: 'pass' }, machine(1))
    await drain()
    clock.now -= DAY
    await drain()
    for (let hours = 0; hours < 4; hours++) {
      await report({ a: 'pass' }, machine(1))
      await wait(HOUR)
    }
    expect(told().filter((text) => text !== 'ASSET_CLOCK')).toEqual(['m1 a fail', 'm1 a pass', 'DELIVERY_SUMMARY'])
  })
})

describe('a breaker', () => {
  it('makes one summary of a storm, and lets go once there are fewer transitions', async () => {
    const { report, wait, drain, told, sink } = await open({ breaker: { transitions: 3, per: '10m' } })
    const storm = async (verdict: Verdict) => {
      for (let number = 1; number <= 6; number++) await report({ a: verdict, b: verdict }, machine(number))
    }
    await storm('pass')
    await wait(HOUR)
    await storm('fail')
    await drain()
    expect(told()).toEqual(['m1 a fail', 'm1 b fail', 'm2 a fail'])
    await wait(9 * MINUTE)
    expect(told()).toHaveLength(3)
    await wait(MINUTE)
    expect(told().slice(3)).toEqual(['DELIVERY_SUMMARY'])
    expect(sink.taken.at(-1)?.meta).toMatchObject({
      cause: 'breaker',
      transitions: 9,
      assets: 5,
      checks: [
        { check: 'b', transitions: 5, assets: 5 },
        { check: 'a', transitions: 4, assets: 4 },
      ],
      checks_total: 2,
      standing_total: 9,
    })
    // It goes on: nothing is let through until a whole time was calm.
    await report({ a: 'pass', b: 'pass', c: 'fail' }, machine(1))
    await drain()
    expect(told().slice(4)).toEqual(['m1 a pass', 'm1 b pass'])
    await wait(10 * MINUTE)
    expect(told().slice(6)).toEqual(['DELIVERY_SUMMARY'])
    await wait(MINUTE)
    await report({ a: 'fail', b: 'pass', c: 'fail' }, machine(1))
    await drain()
    expect(told().slice(7)).toEqual(['m1 a fail'])
  })

  it('gives the events of a first report as a whole or not at all', async () => {
    const { report, wait, told, sink, suppressed } = await open(
      { breaker: { transitions: 3, per: '10m' }, budget: { transitions: 1, per: '1h' } },
      { perCheck: true },
    )
    for (let number = 1; number <= 3; number++) await report({ a: 'fail', b: 'warn', c: 'pass' }, machine(number))
    await wait(0)
    expect(told()).toEqual(['m1 a fail', 'm1 b warn'])
    expect(suppressed().map(({ sequence, reason }) => [sequence, reason.split(':')[0]])).toEqual([
      [1, 'excluded'],
      [3, 'breaker'],
      [4, 'breaker'],
    ])
    await wait(HOUR)
    expect(sink.taken.at(-1)?.meta).toMatchObject({ transitions: 4, assets: 2, standing_total: 4 })
    await report({ a: 'pass', b: 'pass', c: 'pass' }, machine(3))
    await wait(0)
    expect(told().slice(3)).toEqual(['m3 a pass', 'm3 b pass'])
  })

  it('is of use in every format', async () => {
    const { report, wait, sink } = await open({ breaker: { transitions: 1, per: '10m' } })
    for (const a of ['pass', 'fail'] as const) {
      for (let number = 1; number <= 3; number++) await report({ a }, machine(number))
      await wait(HOUR)
    }
    const summary = sink.taken.at(-1) as Event
    expect(summary.action).toBe('DELIVERY_SUMMARY')
    expect(validate(summary), JSON.stringify(validate.errors)).toBe(true)
    for (const name of EVENT_FORMAT_NAMES) {
      const text = JSON.stringify(EVENT_FORMATS[name](summary, { ledger: '9b2c7f0e-1d3a-4a57-8a5e-2f6d1c0b9a88' }))
      expect(text).toContain(summary.uuid)
    }
  })
})

describe('a digest', () => {
  it('gives events together once per period, and an alarm at once with what its asset waits with', async () => {
    const { report, drain, wait, emit, told, sink } = await open({ digest: '1h' }, { batch: 100 })
    await report({ a: 'pass' })
    await report({ a: 'pass' }, WEB_2)
    await wait(5 * MINUTE)
    await report({ a: 'fail' })
    await report({ a: 'fail' }, WEB_2)
    expect(await drain()).toBe(55 * MINUTE)
    expect(told()).toEqual([])
    await emit('DOOR_FORCED', true)
    await emit('DOOR_CLOSED')
    await wait(10 * MINUTE)
    expect(told()).toEqual(['web-1 a fail', 'DOOR_FORCED'])
    await wait(45 * MINUTE)
    expect(told()).toEqual(['web-1 a fail', 'DOOR_FORCED', 'web-2 a fail', 'DOOR_CLOSED'])
    expect(await drain()).toBe(Number.POSITIVE_INFINITY)
    await report({ a: 'pass' })
    await report({ a: 'pass' }, WEB_2)
    await wait(HOUR)
    expect(sink.sends.at(-1)).toBe(2)
  })
})

describe('quiet hours', () => {
  const NIGHT = { quiet: { between: '22:00-07:00', zone: 'UTC' } }

  it('deliver nothing but alarms, and afterwards all of it, in order', async () => {
    const { report, wait, emit, told, restart, sink } = await open(NIGHT, { batch: 3 })
    await report({ a: 'pass' })
    await report({ a: 'pass' }, WEB_2)
    await wait(11 * HOUR)
    await report({ a: 'fail' }, WEB_2)
    await report({ a: 'fail' })
    expect(await wait(0)).toBe(8 * HOUR)
    expect(told()).toEqual([])
    restart()
    await emit('ONE')
    await emit('DOOR_FORCED', true)
    await emit('TWO')
    await wait(HOUR)
    expect(told()).toEqual(['web-1 a fail', 'ONE', 'DOOR_FORCED'])
    restart()
    await emit('DOOR_BURNS', true)
    await report({ a: 'pass' }, WEB_2)
    await wait(HOUR)
    expect(told().slice(3)).toEqual(['TWO', 'DOOR_BURNS'])
    await wait(6 * HOUR)
    expect(told().slice(5)).toEqual(['web-2 a fail', 'web-2 a pass'])
    await emit('THREE')
    await wait(0)
    expect(told().slice(7)).toEqual(['THREE'])
    expect(new Set(sink.taken.map(({ uuid }) => uuid)).size).toBe(sink.taken.length)
  })

  it('do not let an alarm pass that the sink refuses for now, but keep it until it does', async () => {
    const { report, wait, emit, told, sink } = await open(NIGHT)
    await report({ a: 'pass' })
    await wait(11 * HOUR)
    await report({ a: 'fail' })
    await emit('DOOR_FORCED', true)
    sink.answer = () => ({ settled: 0, failure: { reason: 'event', message: 'not now' } })
    await wait(0)
    await emit('DOOR_CLOSED')
    await wait(MINUTE)
    sink.answer = (events) => ({ settled: events.length })
    await wait(10 * MINUTE)
    expect(told()).toEqual(['web-1 a fail', 'DOOR_FORCED'])
    await wait(9 * HOUR)
    expect(told()).toEqual(['web-1 a fail', 'DOOR_FORCED', 'DOOR_CLOSED'])
  })
})

describe('whatever the governor', () => {
  const rate = fc.record({ transitions: fc.integer({ min: 1, max: 4 }), per: fc.constantFrom('10m', '1h', '3h') })
  const governor = fc.record(
    {
      damping: fc.constantFrom({ agree: 2, of: 2 }, { agree: 2, of: 3 }, { agree: 3, of: 5 }),
      budget: rate,
      breaker: rate,
      digest: fc.constantFrom('30m', '2h', '1d'),
      quiet: fc.constantFrom({ between: '22:00-07:00', zone: 'UTC' }, { between: '12:30-14:00', zone: 'UTC' }),
    },
    { requiredKeys: [] },
  )
  const verdict = fc.constantFrom<Verdict>('pass', 'fail', 'fail', 'warn', 'error', 'not_applicable')
  const move = fc.record({
    minutes: fc.constantFrom(0, 10, 60, 60, 60, 200),
    asset: fc.integer({ min: 1, max: 3 }),
    a: verdict,
    b: verdict,
    alarm: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
    outcome: fc.constantFrom('ok', 'ok', 'ok', 'event', 'sink', 'crash'),
    settle: fc.nat(4),
    steps: fc.nat(8),
    writes: fc.constantFrom(0, 0, 1, 2, 3, 4),
    after: fc.boolean(),
  })

  type Move = typeof move extends fc.Arbitrary<infer Each> ? Each : never
  const STILL = {
    minutes: 0,
    asset: 3,
    a: 'pass',
    b: 'pass',
    alarm: false,
    outcome: 'ok',
    settle: 0,
    steps: 0,
    writes: 0,
  }
  const moves = (...given: Partial<Move>[]) => given.map((each) => ({ ...STILL, after: false, ...each }) as Move)
  // What an asset is held back with is refused, and lies before the cursor; what it reports meanwhile lies after it.
  type Written = typeof governor extends fc.Arbitrary<infer Each> ? Each : never
  const HELD_BACK: [Written, Move[], number] = [
    { budget: { transitions: 1, per: '10m' } } as Written,
    moves(
      { asset: 1, alarm: true, steps: 2 },
      { minutes: 200, asset: 1, b: 'error' },
      { b: 'warn', steps: 1 },
      { alarm: true, outcome: 'event', steps: 4 },
    ),
    5,
  ]

  it('what was told last is what holds, ends of failures are told, order is kept, and restarts change nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        governor,
        fc.array(move, { maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        async (written, moves, batch) => {
          const policy = { exclude: [], alarms: [] }
          const { clock, sink, death, report, emit, restart, drain, step, store, deliveries } = await open(written, {
            policy,
            batch,
          })
          const sent: Event[] = []
          for (let number = 1; number <= 3; number++) await report({ a: 'pass', b: 'pass' }, machine(number))
          const take = (events: readonly Outgoing[]) => {
            sent.push(...events.map(({ event }) => event))
            return { settled: events.length }
          }
          for (const { minutes, asset, a, b, alarm, outcome, settle, steps, writes, after } of moves) {
            clock.now += minutes * MINUTE
            await report({ a, b }, machine(asset))
            if (alarm) await emit('DOOR_FORCED', true, machine(asset))
            sink.answer = (events) => {
              if (outcome === 'ok') return take(events)
              const settled = Math.min(settle, events.length - 1)
              take(events.slice(0, settled))
              // What was sent before a crash was not stored as sent.
              if (outcome === 'crash') throw new Error('crash')
              return { settled, failure: { reason: outcome === 'event' ? 'event' : 'server', message: outcome } }
            }
            Object.assign(death, { writes, after })
            for (let count = 0; count < steps; count++) {
              await step().catch((error) => {
                expect(String(error)).toContain('killed')
                restart()
              })
            }
            Object.assign(death, { writes: 0 })
            restart()
          }
          sink.answer = take
          // Nothing changes any more, and what holds is confirmed for days.
          const last = new Map<number, Verdicts>()
          for (const { asset, a, b } of moves) last.set(asset, { a, b })
          for (let hours = 0; hours < 80; hours++) {
            clock.now += HOUR
            for (const [number, verdicts] of last) await report(verdicts, machine(number))
            await drain()
          }
          const told = new Map<string, unknown>()
          const uuids = new Map<unknown, string>()
          const highest = new Map<string, number>()
          const failing = new Set<string>()
          for (const { uuid, action, meta, changes, asset } of sent) {
            const sequence = Number(meta?.sequence ?? 0)
            if (sequence > 0) {
              expect(uuids.get(sequence) ?? uuid).toBe(uuid)
              const place = asset?.uuid ?? ''
              if (!uuids.has(sequence)) expect(sequence).toBeGreaterThan(highest.get(place) ?? 0)
              uuids.set(sequence, uuid)
              highest.set(place, Math.max(sequence, highest.get(place) ?? 0))
            }
            const standing = (meta?.standing ?? []) as { asset: { uuid: string }; check: string; verdict: Verdict }[]
            const said: readonly (readonly [string, unknown])[] = standing.map((each) => [
              `${each.asset.uuid} ${each.check}`,
              each.verdict,
            ])
            const own =
              action === 'ASSET_COMPLIANCE'
                ? [[`${asset?.uuid} ${meta?.check}`, changes?.verdict?.latest] as const]
                : []
            for (const [key, verdict] of [...said, ...own]) {
              told.set(key, verdict)
              if (verdict === 'fail' || verdict === 'warn') failing.add(key)
              else if (verdict !== 'error') failing.delete(key)
            }
          }
          for (const [number, verdicts] of last) {
            for (const [check, verdict] of Object.entries(verdicts)) {
              const key = `${machine(number).uuid} ${check}`
              const holds = verdict
              expect([key, told.get(key) ?? 'pass']).toEqual([key, holds])
              if (holds === 'pass' || holds === 'not_applicable') expect(failing.has(key)).toBe(false)
            }
          }
          // Each entry was told, or left out for a reason that is recorded.
          const left = store.db
            .prepare('SELECT sequence FROM sink_suppressed ORDER BY sequence')
            .pluck()
            .all() as number[]
          const all = store.db.prepare('SELECT sequence FROM entry ORDER BY sequence').pluck().all() as number[]
          expect([...new Set([...uuids.keys(), ...left])].map(Number).sort((one, other) => one - other)).toEqual(all)
          expect(left.filter((sequence) => uuids.has(sequence))).toEqual([])
          expect((await deliveries.sink('slack')).parked).toEqual([])
          for (const event of sent) expect(validate(JSON.parse(JSON.stringify(event)))).toBe(true)
        },
      ),
      { numRuns: 60, examples: [HELD_BACK] },
    )
  }, 120_000)

  it('the same is told in the same order by one process and by many', async () => {
    await fc.assert(
      fc.asyncProperty(governor, fc.array(move, { maxLength: 25 }), async (written, moves) => {
        const tell = async (restarts: boolean) => {
          const { clock, report, emit, restart, step, drain, told, suppressed } = await open(written, { batch: 3 })
          for (const { minutes, asset, a, b, alarm, steps } of moves) {
            clock.now += minutes * MINUTE
            await report({ a, b }, machine(asset))
            if (alarm) await emit('DOOR_FORCED', true, machine(asset))
            for (let count = 0; count < steps; count++) {
              await step()
              if (restarts) restart()
            }
          }
          for (let hours = 0; hours < 40; hours++) {
            clock.now += HOUR
            await drain()
          }
          return { told: told(), left: suppressed() }
        }
        expect(await tell(true)).toEqual(await tell(false))
      }),
      { numRuns: 25 },
    )
  }, 120_000)

  it('without anything to decide it delivers as without a governor', async () => {
    const { report, wait, sink, deliveries, clock } = await open({ budget: { transitions: 1000, per: '1h' } })
    const plain = new RecordingSink()
    await deliveries.sink('plain', 0)
    for (const a of ['pass', 'fail', 'error', 'fail', 'warn', 'pass'] as const) {
      await report({ a })
      await wait(HOUR)
    }
    const policy = () => ({ exclude: QUIETLY, alarms: [] })
    const common = { name: 'plain', sink: plain, batch: 10, store: deliveries, policy }
    const runner = new SinkRunner({ ...common, format: (event) => event, clock: () => clock.now, random: () => 1 })
    while ((await runner.step(signal)) === 0);
    expect(sink.taken).toEqual(plain.taken)
  })
})
