import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { Sink, SinkOptions } from '../../../src/core/sink.ts'
import { syslogSink } from '../../../src/delivery/sinks/syslog.ts'
import { countUp, HOSTILE, makeContext, makeEvent, makeEvents, never } from './make-events.ts'
import { type Receiver, type ReceiverOptions, readFrames, sequenceOf, startReceiver } from './syslog-receiver.ts'

const ending: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

async function receive(options?: ReceiverOptions): Promise<Receiver> {
  const receiver = await startReceiver(options)
  ending.push(() => receiver.close())
  return receiver
}

function openSink(port: number, options: SinkOptions = {}): Sink {
  const sink = syslogSink.open({ address: `127.0.0.1:${port}`, transport: 'tcp', ...options }, makeContext())
  ending.push(() => sink.close())
  return sink
}

async function waitUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5)
}

/** A port where nobody listens. */
async function findFreePort(): Promise<number> {
  const receiver = await startReceiver()
  await receiver.close()
  return receiver.port
}

interface DatagramReceiver {
  readonly port: number
  readonly messages: string[]
}

async function receiveDatagrams(address = '127.0.0.1'): Promise<DatagramReceiver> {
  const socket: DatagramSocket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const messages: string[] = []
  socket.on('message', (message) => void messages.push(message.toString()))
  socket.bind(0, address)
  await once(socket, 'listening')
  ending.push(() => void socket.close())
  return { port: (socket.address() as AddressInfo).port, messages }
}

describe('the syslog sink over TCP', () => {
  it('sends each event as one message of RFC 5424 with its length in front', async () => {
    const receiver = await receive()
    const sink = openSink(receiver.port, { hostname: 'sender', facility: 'audit', app_name: 'ours' })
    const events = [makeEvent(1, { level: 'CRITICAL' }), makeEvent(2, { action: 'LEDGER_OPENED', title: 'é😀' })]
    expect(await sink.send(events, never)).toEqual({ settled: 2 })
    const [first, second] = readFrames(receiver.streams[0] as Buffer) as [string, string]
    const head = `<106>1 2026-03-04T14:18:14.000+00:00 sender ours ${process.pid} ASSET_COMPLIANCE - `
    expect(first).toBe(head + JSON.stringify(events[0]?.document))
    expect(second).toContain(' LEDGER_OPENED - {')
    expect(JSON.parse(second.slice(second.indexOf('{')))).toEqual(events[1]?.document)
  })

  it('keeps order over many sends on one connection', async () => {
    const receiver = await receive()
    const sink = openSink(receiver.port)
    for (let n = 0; n < 3; n++) expect(await sink.send(makeEvents(500, 1 + 500 * n), never)).toEqual({ settled: 500 })
    expect(receiver.streams).toHaveLength(1)
    await waitUntil(() => receiver.sequences().length === 1500)
    expect(receiver.sequences()).toEqual(countUp(1500))
  })

  it('keeps hostile text within its message, also in structured data', async () => {
    const receiver = await receive()
    const sink = openSink(receiver.port, { pen: 32473 })
    const hostile = makeEvent(1, { title: HOSTILE, action: 'A B\n5 <1>', meta: { check: HOSTILE } })
    await sink.send([hostile, makeEvent(2)], never)
    const frames = readFrames(receiver.streams[0] as Buffer)
    expect(frames).toHaveLength(2)
    expect(frames[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(frames[0]).toMatch(/ A_B_5_<1> \[keelson@32473 uuid=/)
    expect(frames[0]).toContain('\\"\\\\')
    const json = frames[0]?.slice(frames[0].indexOf('] {') + 2) as string
    expect(JSON.parse(json)).toEqual(hostile.document)
  })

  it('refuses for good what a receiver may cut, says why, and sends the others', async () => {
    const receiver = await receive()
    const long = makeEvent(2, { meta: { evidence: 'x'.repeat(9000) } })
    const result = await openSink(receiver.port).send([makeEvent(1), long, makeEvent(3)], never)
    const message = expect.stringMatching(
      /^it is 9\d{3} bytes long as a message, and a receiver may cut what is over 8192: raise max_bytes to what yours takes$/,
    )
    expect(result).toEqual({ settled: 3, refused: [{ index: 1, message }] })
    expect(receiver.sequences()).toEqual([1, 3])
    expect(await openSink(receiver.port, { max_bytes: 100_000 }).send([long], never)).toEqual({ settled: 1 })
  })

  it('connects again when the receiver was restarted, or closed the idle connection', async () => {
    const first = await receive()
    const sink = openSink(first.port)
    await sink.send(makeEvents(2), never)
    first.sockets[0]?.end()
    await once(first.sockets[0] as Socket, 'close')
    await sleep(20)
    expect(await sink.send(makeEvents(2, 3), never)).toEqual({ settled: 2 })
    await first.close()
    ending.splice(0, 1)
    expect(await sink.send(makeEvents(1, 5), never)).toMatchObject({ settled: 0, failure: { reason: 'unreachable' } })
    const second = await receive({ port: first.port })
    expect(await sink.send(makeEvents(1, 5), never)).toEqual({ settled: 1 })
    expect(second.sequences()).toEqual([5])
  })

  it.each([
    ['closes the connection', (socket: Socket) => void socket.end()],
    ['breaks the connection', (socket: Socket) => void socket.resetAndDestroy()],
    ['closes after the first bytes', (socket: Socket) => void socket.once('data', () => socket.destroy())],
  ])('does not count as delivered what was sent while the receiver %s', async (_, onConnection) => {
    const receiver = await receive({ onConnection })
    for (const delivered of ['sent', 'closed']) {
      const result = await openSink(receiver.port, { delivered }).send(makeEvents(100), never)
      expect(result).toMatchObject({ settled: 0, failure: { reason: 'unreachable' } })
      expect(result.failure?.message).toMatch(/^syslog receiver 127\.0\.0\.1:\d+ (?:closed|broke) the connection/)
    }
  })

  it('ends its wait for a receiver that never reads', async () => {
    const receiver = await receive({ onConnection: (socket) => void socket.pause() })
    const big = makeEvents(500).map((event) => ({ ...event, document: { meta: 'x'.repeat(100_000) } }))
    const result = await openSink(receiver.port, { timeout: 1, max_bytes: 1_000_000 }).send(big, never)
    const message = `syslog receiver 127.0.0.1:${receiver.port} did not take all within 1 s`
    expect(result).toEqual({ settled: 0, failure: { reason: 'timeout', message } })
  })

  it('ends its wait when it is told to stop', async () => {
    const receiver = await receive({ onConnection: (socket) => void socket.pause() })
    const big = makeEvents(500).map((event) => ({ ...event, document: { meta: 'x'.repeat(100_000) } }))
    const stop = new AbortController()
    const sending = openSink(receiver.port, { timeout: 3600, max_bytes: 1_000_000 }).send(big, stop.signal)
    await waitUntil(() => receiver.sockets.length > 0)
    stop.abort()
    const message = `sending to syslog receiver 127.0.0.1:${receiver.port} was stopped`
    expect(await sending).toEqual({ settled: 0, failure: { reason: 'local', message } })
  })

  it('tells that nobody listens', async () => {
    const { failure } = await openSink(await findFreePort()).send(makeEvents(1), never)
    expect(failure).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('ECONNREFUSED') })
  })

  it.each(['tcp', 'udp', 'tls'])('tells over %s that a name does not resolve', async (transport) => {
    const { failure } = await openSink(0, { address: 'logs.invalid:514', transport }).send(makeEvents(1), never)
    expect(failure?.reason).toBe('unreachable')
    expect(failure?.message).toMatch(/^syslog receiver logs\.invalid:514 .*name does not resolve/)
  })
})

describe('delivered: closed', () => {
  it('counts a batch once the receiver has closed the connection after reading it', async () => {
    const receiver = await receive()
    const sink = openSink(receiver.port, { delivered: 'closed' })
    for (let n = 0; n < 3; n++) {
      expect(await sink.send(makeEvents(500, 1 + 500 * n), never)).toEqual({ settled: 500 })
      // All of it has been read by now.
      expect(receiver.sequences()).toEqual(countUp(500 * (n + 1)))
    }
    expect(receiver.streams).toHaveLength(3)
  })

  it('waits for a receiver that reads slowly', async () => {
    let bytes = 0
    const onConnection = (socket: Socket) => {
      socket.on('readable', async () => {
        for (let piece = socket.read(2000) ?? socket.read(); piece; piece = socket.read(2000) ?? socket.read()) {
          bytes += piece.length
          await sleep(1)
        }
      })
    }
    const receiver = await receive({ onConnection })
    expect(await openSink(receiver.port, { delivered: 'closed' }).send(makeEvents(100), never)).toEqual({
      settled: 100,
    })
    expect(bytes).toBeGreaterThan(50_000)
  })

  it('does not count what a receiver took into its buffers and never read', async () => {
    const receiver = await receive({ onConnection: (socket) => void socket.pause() })
    const result = await openSink(receiver.port, { delivered: 'closed', timeout: 1 }).send(makeEvents(10), never)
    expect(result).toMatchObject({ settled: 0, failure: { reason: 'timeout' } })
  })
})

describe('the syslog sink over UDP', () => {
  it('sends each event as one datagram, in order', async () => {
    const receiver = await receiveDatagrams()
    const sink = openSink(receiver.port, { transport: 'udp' })
    expect(await sink.send(makeEvents(500), never)).toEqual({ settled: 500 })
    await waitUntil(() => receiver.messages.length === 500)
    expect(receiver.messages.map(sequenceOf)).toEqual(countUp(500))
    expect(receiver.messages[0]).toMatch(
      /^<131>1 2026-03-04T14:18:14\.000\+00:00 \S+ keelson \d+ ASSET_COMPLIANCE - \{/,
    )
  })

  it('refuses for good what a receiver may cut, and takes more when it is told to', async () => {
    const receiver = await receiveDatagrams()
    const long = makeEvent(1, { meta: { evidence: 'x'.repeat(3000) } })
    const result = await openSink(receiver.port, { transport: 'udp' }).send([long, makeEvent(2)], never)
    const message = expect.stringContaining('over 2048: raise max_bytes to what yours takes, or use tcp')
    expect(result).toEqual({ settled: 2, refused: [{ index: 0, message }] })
    const sink = openSink(receiver.port, { transport: 'udp', max_bytes: 65_507 })
    const huge = makeEvent(3, { meta: { evidence: 'x'.repeat(66_000) } })
    expect(await sink.send([long, huge], never)).toMatchObject({ settled: 2, refused: [{ index: 1 }] })
    await waitUntil(() => receiver.messages.length === 2)
    expect(receiver.messages.map(sequenceOf)).toEqual([2, 1])
  })

  it('tells that nobody listens, where the machine says so', async () => {
    const sink = openSink(await findFreePort(), { transport: 'udp' })
    expect(await sink.send(makeEvents(3), never)).toMatchObject({ settled: 0, failure: { reason: 'unreachable' } })
  })

  it('is not begun once it was told to stop', async () => {
    const receiver = await receiveDatagrams()
    const stop = new AbortController()
    stop.abort()
    const result = await openSink(receiver.port, { transport: 'udp' }).send(makeEvents(3), stop.signal)
    expect(result).toMatchObject({ settled: 0, failure: { reason: 'local' } })
  })
})

describe('the options of the syslog sink', () => {
  it.each<[string, SinkOptions, string]>([
    ['no transport', {}, 'transport is missing'],
    ['an unknown transport', { transport: 'http' }, 'transport must be one of udp, tcp, tls'],
    ['a URL', { transport: 'tcp', address: 'tcp://x:1' }, 'address must be a host and a port'],
    ['a bare IPv6 address', { transport: 'tcp', address: '::1' }, 'address must be a host and a port'],
    ['a port out of range', { transport: 'tcp', address: 'x:70000' }, 'address must be a host and a port'],
    ['an unknown facility', { transport: 'tcp', facility: 'local9' }, 'facility must be one of kern,'],
    ['words in app_name', { transport: 'tcp', app_name: 'a b' }, 'app_name must be at most 48 printable ASCII'],
    ['no number', { transport: 'tcp', pen: 0 }, 'pen must be at least 1'],
    ['delivered over udp', { transport: 'udp', delivered: 'sent' }, 'delivered says nothing over udp'],
    ['longer datagrams than there are', { transport: 'udp', max_bytes: 65_508 }, 'max_bytes must be at most 65507'],
    ['ca without tls', { transport: 'tcp', ca: 'x' }, 'ca says nothing over tcp'],
    ['cert without key', { transport: 'tls', cert: 'x' }, 'cert says nothing without key'],
    ['a ca that is not there', { transport: 'tls', ca: '/nonexistent' }, 'ca cannot be read: ENOENT'],
    ['a ca that is none', { transport: 'tls', ca: '-----BEGIN X' }, 'ca holds no certificate'],
  ])('refuse %s, and say how to mend it', (_, options, message) => {
    const attempt = () => syslogSink.open({ address: 'logs.example.net', ...options }, makeContext())
    expect(attempt).toThrow(`sink ops: ${message}`)
    expect(attempt).toThrow(expect.objectContaining({ code: 'config', hint: expect.stringMatching(/\w/) }))
  })

  it.each(['logs.example.net', '192.0.2.1:514', '[2001:db8::1]:6514', '[::1]'])('take %s', (address) => {
    expect(() => syslogSink.open({ address, transport: 'tls' }, makeContext())).not.toThrow()
  })
})
