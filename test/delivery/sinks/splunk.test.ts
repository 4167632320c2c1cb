import { afterEach, describe, expect, it } from 'vitest'
import type { Sink, SinkOptions } from '../../../src/core/sink.ts'
import { splunkSink } from '../../../src/delivery/sinks/splunk.ts'
import { type Answer, type Receiver, startRaw, startReceiver } from '../../clients/start-receiver.ts'
import { countUp, HOSTILE, makeContext, makeEvent, makeEvents, never } from './make-events.ts'

const open: { close(): unknown }[] = []
const TOKEN = '4f0c6e9a-token-of-splunk'

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

function openSink(options: SinkOptions): Sink {
  const sink = splunkSink.open({ token: TOKEN, ...options }, makeContext())
  open.push(sink)
  return sink
}

async function serve(answer: Answer): Promise<Receiver> {
  const receiver = await startReceiver(answer)
  open.push(receiver)
  return receiver
}

const reply = (status: number, text: string, code: number, at?: number): Answer => {
  const said = { text, code, ...(at === undefined ? {} : { 'invalid-event-number': at }) }
  return (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said))
}
const success = reply(200, 'Success', 0)
const parse = (body: string) => body.split('\n').map((line) => JSON.parse(line))
const sequencesIn = (body: string): number[] => parse(body).map(({ event }) => event.meta.sequence)

describe('the splunk sink', () => {
  it('sends several events in one request, in order, with what Splunk files them by', async () => {
    const receiver = await serve(success)
    const sink = openSink({ url: receiver.url, index: 'compliance' })
    expect(await sink.send(makeEvents(500), never)).toEqual({ settled: 500 })
    expect(receiver.received).toHaveLength(1)
    const [request] = receiver.received
    expect(request?.path).toBe('/services/collector/event')
    expect(request?.headers.authorization).toBe(`Splunk ${TOKEN}`)
    const body = parse(request?.body ?? '')
    expect(body.map(({ event }) => event.meta.sequence)).toEqual(countUp(500))
    expect(body[0]).toEqual({
      time: 1772633894,
      host: 'host-1',
      source: 'keelson',
      sourcetype: '_json',
      index: 'compliance',
      event: makeEvent(1).document,
    })
  })

  it('keeps hostile text inside its event', async () => {
    const receiver = await serve(success)
    const outgoing = makeEvent(1, { title: HOSTILE, meta: { text: HOSTILE } })
    await openSink({ url: receiver.url, host: 'fixed' }).send([outgoing, makeEvent(2)], never)
    const body = parse(receiver.received[0]?.body ?? '')
    expect(body).toHaveLength(2)
    expect(body[0].event).toEqual(JSON.parse(JSON.stringify(outgoing.document)))
    expect(body[0].host).toBe('fixed')
  })

  it('keeps a path that is given, also behind a proxy', async () => {
    const receiver = await serve(success)
    await openSink({ url: `${receiver.url}/splunk/` }).send(makeEvents(1), never)
    await openSink({ url: `${receiver.url}/services/collector` }).send(makeEvents(1), never)
    expect(receiver.received.map(({ path }) => path)).toEqual([
      '/splunk/services/collector/event',
      '/services/collector',
    ])
  })

  it.each([12, 13, 15, 6])('refuses the event that code %d blames, and sends the others', async (code) => {
    const taken: number[] = []
    const receiver = await serve((request, response, raw) => {
      const at = sequencesIn(request.body).indexOf(4)
      if (at < 0) taken.push(...sequencesIn(request.body))
      const answer = at < 0 ? success : reply(400, 'Event field is required', code, at)
      answer(request, response, raw)
    })
    const result = await openSink({ url: receiver.url }).send(makeEvents(10), never)
    expect(result).toMatchObject({ settled: 10, refused: [{ index: 3 }] })
    expect(result.refused).toHaveLength(1)
    expect(taken).toEqual([1, 2, 3, 5, 6, 7, 8, 9, 10])
  })

  it('finds that event by halves where its number is not told', async () => {
    const receiver = await serve((request, response, raw) => {
      const answer = sequencesIn(request.body).includes(4) ? reply(400, 'Invalid data format', 6) : success
      answer(request, response, raw)
    })
    const result = await openSink({ url: receiver.url }).send(makeEvents(10), never)
    expect(result).toMatchObject({ settled: 10, refused: [{ index: 3 }] })
  })

  it('sends less at a time to who finds it too much', async () => {
    const receiver = await serve((request, response, raw) => {
      const isLarge = request.body.length > 3000
      if (isLarge) response.writeHead(413).end()
      else success(request, response, raw)
    })
    expect(await openSink({ url: receiver.url }).send(makeEvents(20), never)).toEqual({ settled: 20 })
  })

  it.each([
    [401, 3, 'Invalid authorization', 'unauthorized', 'check its credentials'],
    [403, 4, 'Invalid token', 'unauthorized', 'check its credentials'],
    [403, 1, 'Token disabled', 'unauthorized', 'check its credentials'],
    [400, 7, 'Incorrect index', 'unauthorized', 'let the token write to this index'],
    [400, 10, 'Data channel is missing', 'unauthorized', 'turn off indexer acknowledgement'],
    [404, 404, 'not found', 'server', 'check the address in url'],
    [429, 26, 'Queue is full', 'rate_limited', ''],
    [500, 8, 'Internal server error', 'server', ''],
    [503, 9, 'Server is busy', 'server', ''],
    [200, 99, 'What?', 'server', 'check url'],
  ])('tries again after %d with code %d: %s', async (status, code, text, reason, hint) => {
    const receiver = await serve(reply(status, text, code, 3))
    const { settled, refused, failure } = await openSink({ url: receiver.url }).send(makeEvents(5), never)
    expect([settled, refused, failure?.reason]).toEqual([0, undefined, reason])
    expect(failure?.message).toContain(text)
    expect(failure?.message).toContain(hint)
  })

  it('does not take the page of a proxy for success', async () => {
    const receiver = await serve((_, response) => response.end('<html>Please log in</html>'))
    expect(await openSink({ url: receiver.url }).send(makeEvents(1), never)).toMatchObject({
      settled: 0,
      failure: { reason: 'server' },
    })
  })

  it('never shows its token', async () => {
    const receiver = await serve(({ headers }, response) => response.writeHead(403).end(String(headers.authorization)))
    const { failure } = await openSink({ url: receiver.url }).send(makeEvents(1), never)
    expect(failure?.message).toContain('***')
    expect(failure?.message).not.toContain(TOKEN)
    const attempt = () => splunkSink.open({ url: receiver.url, token: 'hunter2\n' }, makeContext())
    expect(attempt).toThrow('sink ops: token must be printable ASCII')
    expect(attempt).not.toThrow('hunter2')
  })

  it('ends when it is told to, and gives up on who never answers', async () => {
    const silent = await startRaw(() => {})
    open.push(silent)
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 50)
    const stopped = await openSink({ url: silent.url }).send(makeEvents(3), stop.signal)
    expect(stopped).toMatchObject({ settled: 0, failure: { reason: 'local' } })
    const late = await openSink({ url: silent.url, timeout: 1 }).send(makeEvents(3), never)
    expect(late).toMatchObject({ settled: 0, failure: { reason: 'timeout' } })
  })
})
