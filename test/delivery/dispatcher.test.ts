import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { DeliveryPolicy, DeliveryStore } from '../../src/core/delivery.ts'
import { toEmittedEntry } from '../../src/core/emit-event.ts'
import type { Outgoing, SendResult, Sink } from '../../src/core/sink.ts'
import { type DispatchedSink, Dispatcher } from '../../src/delivery/dispatcher.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { SqliteDeliveries } from '../../src/state/sqlite-deliveries.ts'
import { until } from '../osquery/real-sockets.ts'
import { makeFolder } from '../scenarios/run-checks.ts'

const EVERYTHING: DeliveryPolicy = { exclude: [], alarms: [] }

/** A sink that keeps what it is given, and does with it as the test says. */
class WillingSink implements Sink {
  readonly taken: number[] = []
  most = 0
  closed = false
  readonly #then: (signal: AbortSignal) => Promise<void>

  constructor(then: (signal: AbortSignal) => Promise<void> = async () => {}) {
    this.#then = then
  }

  async send(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    this.most = Math.max(this.most, events.length)
    await this.#then(signal)
    if (signal.aborted) return { settled: 0, failure: { reason: 'local', message: 'stopped' } }
    this.taken.push(...events.map(({ sequence }) => sequence))
    return { settled: events.length }
  }

  async close(): Promise<void> {
    this.closed = true
  }
}

/** Never answers, until it is told to stop. */
const hang = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

async function open() {
  const store = await openSqlite(join(makeFolder(), 'state.db'), { clock: Date.now })
  onTestFinished(() => store.close())
  const deliveries = new SqliteDeliveries(store.db)
  const emit = (count: number) =>
    store.commit(null, () => ({
      entries: Array.from({ length: count }, (_, n) =>
        toEmittedEntry({ type: 'EVENT', message: `number ${n}` }, Date.now()),
      ),
    }))
  const dispatch = (
    sinks: Readonly<Record<string, Sink>>,
    more: Partial<DispatchedSink> = {},
    store = deliveries as DeliveryStore,
  ) => {
    const troubles: string[] = []
    const dispatcher = new Dispatcher({
      sinks: Object.entries(sinks).map(([name, sink]) => ({
        name,
        sink,
        batch: 10,
        begin: 'start' as const,
        policy: () => EVERYTHING,
        format: (event) => event,
        ...more,
      })),
      store,
      clock: Date.now,
      random: () => 0.5,
      onTrouble: (name, message) => troubles.push(`${name}: ${message}`),
    })
    dispatcher.start()
    onTestFinished(() => dispatcher.stop())
    return { dispatcher, troubles }
  }
  return { store, deliveries, emit, dispatch }
}

const upTo = (last: number) => Array.from({ length: last }, (_, n) => n + 1)

describe('delivery to several sinks', () => {
  it('lets one that hangs delay no other, and hold one batch', async () => {
    const { emit, dispatch } = await open()
    await emit(50)
    const [slow, quick] = [new WillingSink(hang), new WillingSink()]
    const { dispatcher } = dispatch({ slow, quick })
    await until(() => quick.taken.length === 51)
    await emit(9)
    dispatcher.wake()
    await until(() => quick.taken.length === 60)
    expect(quick.taken).toEqual(upTo(60))
    expect(slow).toMatchObject({ taken: [], most: 10 })
  })

  it('stops in good order: what was under way is left to the next, and says nothing of the sink', async () => {
    const { emit, dispatch, deliveries } = await open()
    await emit(3)
    const [slow, quick] = [new WillingSink(hang), new WillingSink()]
    const { dispatcher } = dispatch({ slow, quick })
    await until(() => quick.taken.length === 4)
    await dispatcher.stop()
    expect([slow.closed, quick.closed]).toEqual([true, true])
    expect(await deliveries.sink('slow')).toMatchObject({ cursor: 0, failure: null, attempts: 0 })
    const again = new WillingSink()
    dispatch({ slow: again })
    await until(() => again.taken.length === 4)
    expect(again.taken).toEqual(upTo(4))
  })

  it('begins a new sink with what comes from now on, unless it is to begin at the start', async () => {
    const { emit, dispatch } = await open()
    await emit(5)
    const sink = new WillingSink()
    const { dispatcher } = dispatch({ sink }, { begin: 'now' })
    await dispatcher.settled()
    await emit(2)
    dispatcher.wake()
    await until(() => sink.taken.length === 2)
    expect(sink.taken).toEqual([7, 8])
  })

  it('tells when nothing is left to do for now', async () => {
    const { emit, dispatch } = await open()
    await emit(100)
    const sink = new WillingSink()
    const failing: Sink = {
      send: async () => ({ settled: 0, failure: { reason: 'server', message: 'no' } }),
      close: async () => {},
    }
    const { dispatcher } = dispatch({ sink, failing })
    await dispatcher.settled()
    expect(sink.taken).toEqual(upTo(101))
    await dispatcher.settled()
  })

  it('goes on after an error of the state itself, and tells of it', async () => {
    const { emit, dispatch, deliveries } = await open()
    await emit(1)
    let isGone = true
    const faulty: DeliveryStore = {
      sink: async (...args) => {
        if (isGone) throw new Error('the disk is gone')
        return deliveries.sink(...args)
      },
      settle: (...args) => deliveries.settle(...args),
      entries: (query) => deliveries.entries(query),
      entriesAt: (sequences) => deliveries.entriesAt(sequences),
      owed: (...args) => deliveries.owed(...args),
      tags: (definition) => deliveries.tags(definition),
    }
    const sink = new WillingSink()
    const { dispatcher, troubles } = dispatch({ sink }, {}, faulty)
    await dispatcher.settled()
    expect(troubles).toEqual(['sink: the disk is gone'])
    isGone = false
    dispatcher.wake()
    await until(() => sink.taken.length === 2)
  })
})
