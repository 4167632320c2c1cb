import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it } from 'vitest'
import type { Outgoing, Sink, SinkOptions } from '../../../src/core/sink.ts'
import { webhookSink } from '../../../src/delivery/sinks/webhook.ts'
import { type Answer, findFreePort, type Receiver, startRaw, startReceiver } from '../../clients/start-receiver.ts'
import { countUp, HOSTILE, makeContext, makeEvent, makeEvents, never } from './make-events.ts'

const open: { close(): unknown }[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

function openSink(options: SinkOptions, context = makeContext()): Sink {
  const sink = webhookSink.open(options, context)
  open.push(sink)
  return sink
}

async function serve(answer?: Answer): Promise<Receiver> {
  const receiver = await startReceiver(answer)
  open.push(receiver)
  return receiver
}

const newSecret = (bytes = 32) => `whsec_${randomBytes(bytes).toString('base64')}`
const sequenceOf = (body: string) => JSON.parse(body).meta.sequence as number
const answerWith = (status: number, body = '', headers = {}): Answer => {
  return (_, response) => response.writeHead(status, headers).end(body)
}
const assetOf = (body: string) => JSON.parse(body).asset.uuid as string

/** The sequences that were received, by asset, each only at its first time. */
function byAsset(receiver: Receiver): Record<string, number[]> {
  const found: Record<string, number[]> = {}
  for (const { body } of receiver.received) note(found, body)
  return found
}

function note(found: Record<string, number[]>, body: string): void {
  const list = found[assetOf(body)] ?? []
  if (!list.includes(sequenceOf(body))) list.push(sequenceOf(body))
  found[assetOf(body)] = list
}

describe('the webhook sink', () => {
  it('posts each event with the headers of Standard Webhooks, which others can verify', async () => {
    const receiver = await serve()
    const [older, newer] = [newSecret(24), newSecret(64)]
    const sink = openSink({ url: `${receiver.url}/in`, secret: `${newer} ${older}`, headers: { 'X-Team': 'blue' } })
    const outgoing = makeEvent(7, { title: HOSTILE, meta: { text: HOSTILE } })
    expect(await sink.send([outgoing], never)).toEqual({ settled: 1 })
    const [request] = receiver.received
    const headers = request?.headers as Record<string, string>
    expect([request?.method, request?.path]).toEqual(['POST', '/in'])
    expect(headers).toMatchObject({ 'x-team': 'blue', 'content-type': 'application/json', 'user-agent': 'keelson' })
    expect(headers['webhook-id']).toBe(outgoing.event.uuid)
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2)
    const sent = JSON.parse(JSON.stringify(outgoing.document))
    for (const secret of [older, newer]) {
      expect(new Webhook(secret).verify(request?.body ?? '', headers)).toEqual(sent)
    }
    expect(() => new Webhook(newSecret()).verify(request?.body ?? '', headers)).toThrow()
  })

  it('signs a repeated event anew, under the same id', async () => {
    const secret = newSecret()
    let now = Date.now() - 60_000
    const receiver = await serve(answerWith(503))
    const sink = openSink(
      { url: receiver.url, secret },
      makeContext(() => now),
    )
    await sink.send(makeEvents(1), never)
    now += 60_000
    await sink.send(makeEvents(1), never)
    const [first, second] = receiver.received.map(({ headers }) => headers)
    expect(second?.['webhook-id']).toBe(first?.['webhook-id'])
    expect(Number(second?.['webhook-timestamp'])).toBe(Math.floor(now / 1000))
    new Webhook(secret).verify(receiver.received[1]?.body ?? '', second as Record<string, string>)
  })

  it('sends unsigned where no secret is given, and CloudEvents as what they are', async () => {
    const receiver = await serve()
    const outgoing = { ...makeEvent(1), document: { specversion: '1.0', id: 'x' } }
    await openSink({ url: receiver.url }).send([outgoing], never)
    await openSink({ url: receiver.url, batch: true }).send([outgoing], never)
    await openSink({ url: receiver.url, headers: { 'Content-Type': 'text/plain' } }).send([outgoing], never)
    expect(receiver.received.map(({ headers }) => headers['content-type'])).toEqual([
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
      'text/plain',
    ])
    expect(receiver.received[0]?.headers['webhook-signature']).toBeUndefined()
  })

  it('keeps the order of each asset, never posts two of one at a time, and several assets at once', async () => {
    const busy = new Map<string, number>()
    const most = { ofAsset: 0, ofAll: 0 }
    const receiver = await serve(async ({ body }, response) => {
      const asset = assetOf(body)
      busy.set(asset, (busy.get(asset) ?? 0) + 1)
      most.ofAsset = Math.max(most.ofAsset, busy.get(asset) ?? 0)
      most.ofAll = Math.max(
        most.ofAll,
        [...busy.values()].reduce((sum, each) => sum + each, 0),
      )
      await sleep(Math.random() * 4)
      busy.set(asset, (busy.get(asset) ?? 0) - 1)
      response.end()
    })
    expect(await openSink({ url: receiver.url }).send(makeEvents(500), never)).toEqual({ settled: 500 })
    expect(most).toEqual({ ofAsset: 1, ofAll: 3 })
    expect(receiver.received).toHaveLength(500)
    for (const list of Object.values(byAsset(receiver))) expect(list).toEqual([...list].sort((a, b) => a - b))
  })

  it('posts one at a time with concurrency 1', async () => {
    const receiver = await serve()
    await openSink({ url: receiver.url, concurrency: 1 }).send(makeEvents(50), never)
    expect(receiver.received.map(({ body }) => sequenceOf(body))).toEqual(countUp(50))
  })

  it('settles what comes before an event that is refused for now, and names that event', async () => {
    const receiver = await serve(({ body }, response) => {
      response.writeHead(sequenceOf(body) === 8 ? 409 : 204).end()
    })
    const result = await openSink({ url: receiver.url }).send(makeEvents(12), never)
    expect(result).toEqual({
      settled: 7,
      failure: { reason: 'event', message: `${receiver.url} answered 409 Conflict` },
    })
    // 11 is of the asset of 8.
    expect(receiver.received.map(({ body }) => sequenceOf(body))).not.toContain(11)
  })

  it('settles all before such an event, also what must wait for others of its asset', async () => {
    const receiver = await serve(async ({ body }, response) => {
      const sequence = sequenceOf(body)
      await sleep(sequence === 1 ? 100 : 0)
      response.writeHead(sequence === 6 ? 425 : 200).end()
    })
    const events = [1, 2, 4, 7, 6].map((sequence) => makeEvent(sequence))
    const result = await openSink({ url: receiver.url }).send(events, never)
    expect(result).toMatchObject({ settled: 4, failure: { reason: 'event' } })
  })

  it('does not post again what was taken out of turn', async () => {
    let isDown = true
    const receiver = await serve(async ({ body }, response) => {
      const sequence = sequenceOf(body)
      await sleep(sequence === 2 ? 50 : 0)
      response.writeHead(isDown && sequence === 2 ? 503 : 200).end()
    })
    const sink = openSink({ url: receiver.url })
    const events = makeEvents(12)
    expect(await sink.send(events, never)).toMatchObject({ settled: 1, failure: { reason: 'server' } })
    isDown = false
    expect(await sink.send(events.slice(1), never)).toEqual({ settled: 11 })
    const sequences = receiver.received.map(({ body }) => sequenceOf(body)).sort((a, b) => a - b)
    expect(sequences).toEqual([1, 2, 2, ...countUp(10, 3)])
    expect(await sink.send([makeEvent(3)], never)).toEqual({ settled: 1 })
    expect(receiver.received).toHaveLength(14)
  })

  it('loses nothing to a receiver that fails at random, whatever the order of answers', async () => {
    const kinds: ((response: ServerResponse) => void)[] = [
      (response) => response.end(),
      (response) => response.end(),
      (response) => response.writeHead(503).end(),
      (response) => response.writeHead(409).end(),
      (response) => response.destroy(),
    ]
    const taken: Record<string, number[]> = {}
    const receiver = await serve(async ({ body }, response) => {
      await sleep(Math.random() * 3)
      const kind = Math.floor(Math.random() * kinds.length)
      if (kind < 2) note(taken, body)
      kinds[kind]?.(response)
    })
    const sink = openSink({ url: receiver.url })
    let events = makeEvents(200)
    for (let tries = 0; events.length > 0 && tries < 5000; tries++) {
      const { settled } = await sink.send(events.slice(0, 40), never)
      events = events.slice(settled)
    }
    expect(
      Object.values(taken)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual(countUp(200))
    for (const list of Object.values(taken)) expect(list).toEqual([...list].sort((a, b) => a - b))
  })

  it('refuses for good what its receiver will never take', async () => {
    const receiver = await serve(({ body }, response) => {
      response.writeHead(sequenceOf(body) % 2 === 0 ? 422 : 200).end(`no\u001b[31m such\nkey ${'x'.repeat(500)}`)
    })
    const result = await openSink({ url: receiver.url }).send(makeEvents(4), never)
    expect(result).toMatchObject({ settled: 4, refused: [{ index: 1 }, { index: 3 }] })
    const message = result.refused?.[0]?.message ?? ''
    expect(message).toContain(`${receiver.url} answered 422 Unprocessable Entity: no␛[31m such key xxx`)
    expect(message.length).toBeLessThan(350)
  })

  it.each([
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [408, 'timeout'],
    [409, 'event'],
    [425, 'event'],
    [429, 'rate_limited'],
    [500, 'server'],
    [502, 'server'],
    [503, 'server'],
    [504, 'server'],
    [301, 'server'],
    [304, 'server'],
  ])('tries again after %d: %s', async (status, reason) => {
    const receiver = await serve(answerWith(status))
    expect(await openSink({ url: receiver.url }).send(makeEvents(2), never)).toMatchObject({
      settled: 0,
      failure: { reason },
    })
  })

  it('waits as long as it is asked to', async () => {
    const now = Date.parse('2026-03-04T14:18:00Z')
    const receiver = await serve(answerWith(429, '', { 'retry-after': '30' }))
    const sink = openSink(
      { url: receiver.url },
      makeContext(() => now),
    )
    expect(await sink.send(makeEvents(1), never)).toMatchObject({
      failure: { reason: 'rate_limited', retryAfter: 30_000 },
    })
    receiver.answer = answerWith(503, '', { 'retry-after': 'Wed, 04 Mar 2026 14:20:00 GMT' })
    expect(await sink.send(makeEvents(1), never)).toMatchObject({ failure: { reason: 'server', retryAfter: 120_000 } })
  })

  it('does not follow a redirect, and says where it points without what may be secret', async () => {
    const other = await serve()
    const location = `${other.url.replace('//', '//user:pw@')}/path-secret?token=query-secret`
    const receiver = await serve(answerWith(308, '', { location }))
    const { failure } = await openSink({ url: receiver.url }).send(makeEvents(1), never)
    expect(failure?.message).toBe(
      `${receiver.url} answered 308 Permanent Redirect, which points to ${other.url}/…; redirects are not followed: write the address that it points to in url`,
    )
    expect(other.received).toEqual([])
  })

  it('stops for good when its receiver is gone, and tells the operator once', async () => {
    const receiver = await serve(answerWith(410))
    const context = makeContext()
    const sink = openSink({ url: receiver.url, concurrency: 1 }, context)
    const result = await sink.send(makeEvents(5), never)
    expect(result).toMatchObject({ settled: 5, refused: [{}, {}, {}, {}, {}] })
    await sink.send(makeEvents(5, 6), never)
    expect(receiver.received).toHaveLength(1)
    expect(context.told).toEqual([
      `sink ops: ${receiver.url} answered 410 Gone: it wants no more events; pause or remove this sink`,
    ])
  })

  it('shows no secret, even when its receiver says it', async () => {
    const secret = newSecret()
    const receiver = await serve(({ path, headers, body }, response) => {
      response.writeHead(500).end(`${path} ${headers.authorization} ${secret} ${body.length}`)
    })
    const url = `${receiver.url.replace('//', '//user:pass-word@')}/hooks/path-secret?token=query-secret`
    const sink = openSink({ url, secret, headers: { Authorization: 'Bearer header-secret' } })
    const text = JSON.stringify(await sink.send(makeEvents(1), never))
    expect(text).toContain('***')
    for (const each of ['path-secret', 'query-secret', 'header-secret', 'pass-word', secret.slice(6)]) {
      expect(text).not.toContain(each)
    }
  })

  it('posts several events as one array in a batch, under an id that stays the same', async () => {
    const secret = newSecret()
    const receiver = await serve(answerWith(503))
    const sink = openSink({ url: receiver.url, secret, batch: true })
    const events = makeEvents(500)
    expect(await sink.send(events, never)).toMatchObject({ settled: 0, failure: { reason: 'server' } })
    receiver.answer = answerWith(202)
    expect(await sink.send(events, never)).toEqual({ settled: 500 })
    const [first, second] = receiver.received
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    expect(second?.headers['webhook-id']).toMatch(/^[0-9a-f]{64}$/)
    const found = new Webhook(secret).verify(second?.body ?? '', second?.headers as Record<string, string>)
    expect((found as { meta: { sequence: number } }[]).map(({ meta }) => meta.sequence)).toEqual(countUp(500))
  })

  it('finds the one event of a batch that is refused, and takes the others', async () => {
    const receiver = await serve(({ body }, response) => {
      const sequences = (JSON.parse(body) as { meta: { sequence: number } }[]).map(({ meta }) => meta.sequence)
      response.writeHead(sequences.includes(37) ? 400 : 200).end()
    })
    const result = await openSink({ url: receiver.url, batch: true }).send(makeEvents(100), never)
    expect(result).toMatchObject({ settled: 100, refused: [{ index: 36 }] })
    expect(result.refused).toHaveLength(1)
  })

  it('blames no single event for what a whole batch met with', async () => {
    const receiver = await serve(answerWith(409))
    const result = await openSink({ url: receiver.url, batch: true }).send(makeEvents(3), never)
    expect(result).toMatchObject({ settled: 0, failure: { reason: 'server' } })
  })

  it('makes several requests of a batch that is too large for one', async () => {
    const receiver = await serve()
    const events = countUp(30).map((n) => makeEvent(n, { meta: { text: 'x'.repeat(100_000) } }))
    expect(await openSink({ url: receiver.url, batch: true }).send(events, never)).toEqual({ settled: 30 })
    expect(receiver.received.length).toBe(4)
    const sequences = receiver.received.flatMap(({ body }) =>
      JSON.parse(body).map((each: Outgoing['event']) => each.meta?.sequence),
    )
    expect(sequences).toEqual(countUp(30))
  })

  it('refuses a document that cannot be written', async () => {
    const receiver = await serve()
    const bad = { ...makeEvent(2), document: { n: 1n } }
    for (const batch of [false, true]) {
      const result = await openSink({ url: receiver.url, batch }).send([makeEvent(1), bad, makeEvent(3)], never)
      expect(result).toMatchObject({ settled: 3, refused: [{ index: 1, message: expect.stringContaining('BigInt') }] })
    }
  })

  it('ends soon when it is told to, with what was settled', async () => {
    const receiver = await serve(({ body }, response) => {
      if (sequenceOf(body) < 4) response.end()
    })
    const stop = new AbortController()
    const sending = openSink({ url: receiver.url, timeout: 300 }).send(makeEvents(9), stop.signal)
    setTimeout(() => stop.abort(), 100)
    expect(await sending).toEqual({
      settled: 3,
      failure: { reason: 'local', message: `sending to ${receiver.url} was stopped` },
    })
  })

  it('says that nobody answers, or that nobody is there', async () => {
    const silent = await startRaw(() => {})
    open.push(silent)
    const timeout = await openSink({ url: silent.url, timeout: 1 }).send(makeEvents(5), never)
    expect(timeout).toMatchObject({ settled: 0, failure: { reason: 'timeout' } })
    const refused = await openSink({ url: `http://127.0.0.1:${await findFreePort()}` }).send(makeEvents(5), never)
    expect(refused).toMatchObject({ settled: 0, failure: { reason: 'unreachable' } })
    const unknown = await openSink({ url: 'https://hooks.invalid/a' }).send(makeEvents(5), never)
    expect(unknown).toMatchObject({ settled: 0, failure: { reason: 'unreachable' } })
  })

  it.each([
    [{}, 'url is missing'],
    [{ url: 'ftp://example.org' }, 'url is no address'],
    [{ url: 'example.org/hook' }, 'url is no address'],
    [{ url: 'http://x', secret: 'hunter2hunter2' }, 'secret must begin with whsec_'],
    [{ url: 'http://x', secret: 'whsec_!!!!' }, 'secret must be base64 after whsec_'],
    [{ url: 'http://x', secret: newSecret(16) }, 'secret holds 16 bytes, not 24 to 64'],
    [{ url: 'http://x', secret: `${newSecret()} ${newSecret(65)}` }, 'secret (number 2) holds 65 bytes, not 24 to 64'],
    [{ url: 'http://x', headers: { 'Webhook-Id': '1' } }, 'headers must not set webhook-id'],
    [{ url: 'http://x', headers: { Host: 'y' } }, 'headers must not set host'],
    [{ url: 'http://x', headers: { 'a b': 'y' } }, 'headers names a header that cannot be'],
    [{ url: 'http://x', headers: { 'x-key': 'hunter2\n' } }, 'headers.x-key must be printable ASCII'],
    [{ url: 'http://x', concurrency: 0 }, 'concurrency must be at least 1'],
    [{ url: 'http://x', ca: '/nowhere.pem' }, 'ca cannot be read'],
    [{ url: 'http://x', cert: '/nowhere.pem' }, 'cert says nothing without key'],
  ])('refuses options that cannot be: %j', (options, message) => {
    const attempt = () => webhookSink.open(options as SinkOptions, makeContext())
    expect(attempt).toThrow(`sink ops: ${message}`)
    expect(attempt).not.toThrow('hunter2')
  })
})
