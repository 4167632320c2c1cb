import { afterEach, describe, expect, it } from 'vitest'
import type { Sink, SinkOptions } from '../../../src/core/sink.ts'
import { elasticSink } from '../../../src/delivery/sinks/elastic.ts'
import { type Receiver, startRaw, startReceiver } from '../../clients/start-receiver.ts'
import { countUp, HOSTILE, makeContext, makeEvent, makeEvents, never } from './make-events.ts'

const open: { close(): unknown }[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

function openSink(options: SinkOptions): Sink {
  const sink = elasticSink.open({ index: 'keelson-events', ...options }, makeContext())
  open.push(sink)
  return sink
}

interface Item {
  readonly status: number
  readonly error?: { readonly type: string; readonly reason: string }
}

const CREATED: Item = { status: 201 }
const CONFLICT: Item = { status: 409, error: { type: 'version_conflict_engine_exception', reason: 'document exists' } }
const BUSY: Item = { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'queue full' } }
const UNFIT: Item = { status: 400, error: { type: 'document_parsing_exception', reason: 'field [x] of type [long]' } }

/** An index that remembers ids, as `create` does, unless a document meets with something else. */
async function serveIndex(meet: (sequence: number) => Item | undefined = () => undefined) {
  const ids = new Set<string>()
  const receiver = await serve((request, response) => {
    const items = readPairs(request.body).map(({ id, sequence }) => {
      const met = meet(sequence)
      if (met || ids.has(id)) return { create: met ?? CONFLICT }
      ids.add(id)
      return { create: CREATED }
    })
    response.end(JSON.stringify({ errors: items.some(({ create }) => create.status > 299), items }))
  })
  return { receiver, ids }
}

async function serve(...args: Parameters<typeof startReceiver>): Promise<Receiver> {
  const receiver = await startReceiver(...args)
  open.push(receiver)
  return receiver
}

function readPairs(body: string) {
  if (!body.endsWith('\n')) throw new Error('the last line must end')
  const lines = body
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
  return lines.flatMap((line, at) =>
    at % 2 === 0
      ? [{ id: line.create._id as string, sequence: lines[at + 1].meta.sequence as number, document: lines[at + 1] }]
      : [],
  )
}

describe('the elastic sink', () => {
  it('creates a document for each event under its UUID, in order', async () => {
    const { receiver, ids } = await serveIndex()
    const sink = openSink({ url: `${receiver.url}/es/`, api_key: 'a2V5' })
    expect(await sink.send(makeEvents(500), never)).toEqual({ settled: 500 })
    const [request] = receiver.received
    expect(request?.path).toBe(
      '/es/keelson-events/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason',
    )
    expect(request?.headers).toMatchObject({ 'content-type': 'application/x-ndjson', authorization: 'ApiKey a2V5' })
    const pairs = readPairs(request?.body ?? '')
    expect(pairs.map(({ sequence }) => sequence)).toEqual(countUp(500))
    const { event } = makeEvent(1)
    expect(pairs[0]).toMatchObject({ id: event.uuid, document: { ...event, '@timestamp': event.timestamp } })
    expect(ids.size).toBe(500)
  })

  it('leaves the time of a document that has one, and logs in by name', async () => {
    const { receiver } = await serveIndex()
    const outgoing = { ...makeEvent(1), document: { '@timestamp': 'then', meta: { sequence: 1 } } }
    await openSink({ url: receiver.url, user: 'keelson', password: 'pä:ss' }).send([outgoing], never)
    expect(readPairs(receiver.received[0]?.body ?? '')[0]?.document).toEqual(outgoing.document)
    const basic = Buffer.from('keelson:pä:ss').toString('base64')
    expect(receiver.received[0]?.headers.authorization).toBe(`Basic ${basic}`)
  })

  it('keeps hostile text inside its document', async () => {
    const { receiver, ids } = await serveIndex()
    const outgoing = makeEvent(1, { title: HOSTILE, meta: { text: HOSTILE } })
    expect(await openSink({ url: receiver.url }).send([outgoing, makeEvent(2)], never)).toEqual({ settled: 2 })
    expect(ids.size).toBe(2)
  })

  it('makes no second document of an event that is sent again', async () => {
    const { receiver, ids } = await serveIndex()
    const sink = openSink({ url: receiver.url })
    for (let n = 0; n < 2; n++) expect(await sink.send(makeEvents(10), never)).toEqual({ settled: 10 })
    expect(ids.size).toBe(10)
  })

  it('tries again from the first document that the index was too busy for', async () => {
    let isBusy = true
    const { receiver, ids } = await serveIndex((sequence) => (isBusy && sequence % 4 === 0 ? BUSY : undefined))
    const sink = openSink({ url: receiver.url })
    const events = makeEvents(10)
    expect(await sink.send(events, never)).toEqual({
      settled: 3,
      failure: {
        reason: 'rate_limited',
        message: 'the index answered 429: es_rejected_execution_exception: queue full',
      },
    })
    isBusy = false
    expect(await sink.send(events.slice(3), never)).toEqual({ settled: 7 })
    expect(ids.size).toBe(10)
  })

  it('refuses for good the documents that do not fit the index', async () => {
    const { receiver, ids } = await serveIndex((sequence) => (sequence === 2 || sequence === 5 ? UNFIT : undefined))
    const message = 'the index answered 400: document_parsing_exception: field [x] of type [long]'
    expect(await openSink({ url: receiver.url }).send(makeEvents(6), never)).toEqual({
      settled: 6,
      refused: [
        { index: 1, message },
        { index: 4, message },
      ],
    })
    expect(ids.size).toBe(4)
  })

  it.each([
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'server'],
    [429, 'rate_limited'],
    [503, 'server'],
  ])('tries again after a document met with %d', async (status, reason) => {
    const { receiver } = await serveIndex((sequence) =>
      sequence === 3 ? { status, error: { type: 'x', reason: 'y' } } : undefined,
    )
    expect(await openSink({ url: receiver.url }).send(makeEvents(5), never)).toMatchObject({
      settled: 2,
      failure: { reason },
    })
  })

  it.each([
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'server'],
    [429, 'rate_limited'],
    [502, 'server'],
    [302, 'server'],
  ])('tries again after the whole request met with %d', async (status, reason) => {
    const receiver = await serve((_, response) => response.writeHead(status, { 'retry-after': '7' }).end('{}'))
    const result = await openSink({ url: receiver.url }).send(makeEvents(3), never)
    expect(result).toMatchObject({ settled: 0, failure: { reason, retryAfter: 7000 } })
    expect(result.refused).toBeUndefined()
  })

  it('sends less at a time where a request or its answer becomes too large', async () => {
    const { receiver, ids } = await serveIndex((sequence) =>
      sequence <= 100 ? { ...UNFIT, error: { type: 'x', reason: 'long '.repeat(400) } } : undefined,
    )
    const { answer } = receiver
    receiver.answer = (request, response, raw) => {
      if (request.body.length > 60_000) response.writeHead(413).end()
      else answer(request, response, raw)
    }
    const result = await openSink({ url: receiver.url }).send(makeEvents(300), never)
    expect(result.failure).toBeUndefined()
    expect(result.settled).toBe(300)
    expect(result.refused?.map(({ index }) => index)).toEqual(countUp(100, 0))
    expect(ids.size).toBe(200)
  })

  it('does not take another answer for success', async () => {
    const receiver = await serve((_, response) => response.end('{"ok":true}'))
    for (const body of ['{"ok":true}', '<html>', '{"items":[]}', '{"items":[{"create":{}}]}', '{"items":[null]}', '']) {
      receiver.answer = (_, response) => response.end(body)
      const result = await openSink({ url: receiver.url }).send(makeEvents(1), never)
      expect(result, body).toMatchObject({ settled: 0, failure: { reason: 'server' } })
    }
  })

  it('leaves the name of the index readable in what it is told', async () => {
    const said = 'no such index [keelson-events]'
    const { receiver } = await serveIndex(() => ({ status: 404, error: { type: 'index_not_found', reason: said } }))
    const { failure } = await openSink({ url: receiver.url }).send(makeEvents(1), never)
    expect(failure?.message).toBe(`the index answered 404: index_not_found: ${said}`)
  })

  it('never shows its password', async () => {
    const receiver = await serve(({ headers }, response) => {
      response.writeHead(401).end(`${headers.authorization} hunter2`)
    })
    const { failure } = await openSink({ url: receiver.url, user: 'u', password: 'hunter2' }).send(makeEvents(1), never)
    expect(failure?.message).toContain('401 Unauthorized: *** ***; check its credentials')
  })

  it('gives up on who never answers', async () => {
    const silent = await startRaw(() => {})
    open.push(silent)
    const late = await openSink({ url: silent.url, timeout: 1 }).send(makeEvents(3), never)
    expect(late).toMatchObject({ settled: 0, failure: { reason: 'timeout' } })
  })

  it.each([
    [{ index: 'Events' }, 'index is no name of an index'],
    [{ index: '../_cluster' }, 'index is no name of an index'],
    [{ index: '_all' }, 'index is no name of an index'],
    [{ api_key: 'k', user: 'u' }, 'api_key is given beside a user'],
    [{ user: 'u' }, 'user says nothing without password'],
    [{ password: 'hunter2' }, 'password says nothing without user'],
    [{ user: 'a:b', password: 'hunter2' }, 'user must not hold a colon'],
  ])('refuses options that cannot be: %j', (options, message) => {
    const attempt = () => openSink({ url: 'http://127.0.0.1:9200', ...options } as SinkOptions)
    expect(attempt).toThrow(`sink ops: ${message}`)
    expect(attempt).not.toThrow('hunter2')
  })
})
