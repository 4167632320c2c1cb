import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Sink, SinkOptions } from '../../../src/core/sink.ts'
import { syslogSink } from '../../../src/delivery/sinks/syslog.ts'
import { makeAuthority } from './make-certificates.ts'
import { countUp, makeContext, makeEvents, never } from './make-events.ts'
import { type Receiver, type ReceiverOptions, startReceiver } from './syslog-receiver.ts'

const ours = makeAuthority('Authority of ours')
const other = makeAuthority('Authority of others')
const server = ours.issue('127.0.0.1')
const client = ours.issue('client')

const ending: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

async function receive(options: ReceiverOptions = { tls: server }): Promise<Receiver> {
  const receiver = await startReceiver(options)
  ending.push(() => receiver.close())
  return receiver
}

function openSink({ port }: Receiver, options: SinkOptions = {}): Sink {
  const given = { address: `127.0.0.1:${port}`, transport: 'tls', ca: ours.cert, timeout: 5, ...options }
  const sink = syslogSink.open(given, makeContext())
  ending.push(() => sink.close())
  return sink
}

describe('the syslog sink over TLS', () => {
  it.each(['sent', 'closed'])('delivers in order with delivered: %s', async (delivered) => {
    const receiver = await receive()
    const sink = openSink(receiver, { delivered })
    for (let n = 0; n < 2; n++) expect(await sink.send(makeEvents(500, 1 + 500 * n), never)).toEqual({ settled: 500 })
    expect(receiver.sequences()).toEqual(countUp(1000))
    expect(receiver.streams).toHaveLength(delivered === 'sent' ? 1 : 2)
  })

  it('reads authorities, certificate and key from files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keelson-syslog-tls-'))
    ending.push(() => rmSync(folder, { recursive: true }))
    const files = { ca: ours.cert, cert: client.cert, key: client.key }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const receiver = await receive({ tls: { ...server, ca: ours.cert, requestCert: true } })
    const paths = Object.fromEntries(Object.keys(files).map((name) => [name, join(folder, name)]))
    expect(await openSink(receiver, paths).send(makeEvents(3), never)).toEqual({ settled: 3 })
  })

  it.each([
    ['has expired', ours.issue('127.0.0.1', -1), 'expired'],
    ['is for another name', ours.issue('logs.example.net'), 'another name'],
    ['is of an unknown authority', other.issue('127.0.0.1'), 'authority that is not trusted'],
  ])('sends nothing to a receiver whose certificate %s', async (_, pair, message) => {
    const receiver = await receive({ tls: pair })
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    ending.push(() => {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    })
    const { settled, failure } = await openSink(receiver).send(makeEvents(1), never)
    expect([settled, failure?.reason]).toEqual([0, 'unauthorized'])
    expect(failure?.message).toContain(`syslog receiver 127.0.0.1:${receiver.port}`)
    expect(failure?.message).toContain(message)
    expect(receiver.streams.filter(({ length }) => length > 0)).toEqual([])
  })

  it('trusts no authority of ours without ca', async () => {
    const receiver = await receive()
    const sink = syslogSink.open({ address: `127.0.0.1:${receiver.port}`, transport: 'tls' }, makeContext())
    ending.push(() => sink.close())
    expect(await sink.send(makeEvents(1), never)).toMatchObject({ settled: 0, failure: { reason: 'unauthorized' } })
  })

  it('tells that a receiver wants our certificate, though TLS 1.3 lets it say so late', async () => {
    const receiver = await receive({ tls: { ...server, ca: ours.cert, requestCert: true, rejectUnauthorized: true } })
    const { settled, failure } = await openSink(receiver).send(makeEvents(5), never)
    expect([settled, failure?.reason]).toEqual([0, 'unauthorized'])
    const pair = { cert: client.cert, key: client.key }
    expect(await openSink(receiver, pair).send(makeEvents(5), never)).toEqual({ settled: 5 })
    // This receiver closes the connection without a word where a certificate is not to its liking.
    const foreign = other.issue('client')
    const result = await openSink(receiver, { cert: foreign.cert, key: foreign.key }).send(makeEvents(5), never)
    expect(result).toMatchObject({ settled: 0, failure: { message: expect.stringContaining('closed the connection') } })
  })

  it('tells that a receiver does not speak TLS, or never answers', async () => {
    const plain = await receive({ onConnection: (socket) => void socket.write('220 mail.example.net\r\n') })
    const greeted = await openSink(plain).send(makeEvents(1), never)
    expect(greeted).toMatchObject({ settled: 0, failure: { reason: 'unreachable' } })
    expect(greeted.failure?.message).toContain('TLS')
    const silent = await receive({ onConnection: (socket) => void socket.pause() })
    const unanswered = await openSink(silent, { timeout: 1 }).send(makeEvents(1), never)
    expect(unanswered).toMatchObject({ settled: 0, failure: { reason: 'timeout' } })
  })

  it('refuses a key that does not belong to its certificate, and never shows it', () => {
    const attempt = () => openSink({ port: 1 } as Receiver, { cert: client.cert, key: server.key })
    expect(attempt).toThrow('sink ops: key cannot be used with cert')
    expect(attempt).not.toThrow(/BEGIN|MIG/)
    const mangled = client.key.split('\n')[1] as string
    const other = () => openSink({ port: 1 } as Receiver, { cert: client.cert, key: mangled })
    expect(other).toThrow('sink ops: key cannot be read')
    expect(other).not.toThrow(mangled)
  })
})
