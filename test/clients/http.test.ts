import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { describeUrl } from '../../src/clients/describe-url.ts'
import { HttpClient, type HttpClientOptions, MOST_BODY } from '../../src/clients/http.ts'
import { parseRetryAfter } from '../../src/clients/retry-after.ts'
import { type Certificate, issue, makeAuthority } from './certificates.ts'
import { findFreePort, startRaw, startReceiver } from './start-receiver.ts'

const folder = mkdtempSync(join(tmpdir(), 'keelson-http-'))
const open: { close(): unknown }[] = []
let authority: Certificate
let good: Certificate

beforeAll(() => {
  authority = makeAuthority(folder)
  good = issue(authority, folder, { name: 'good', subject: 'DNS:localhost' })
})

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const never = new AbortController().signal

function openClient(url: string, options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = new HttpClient({ url: new URL(url), headers: {}, timeout: 5000, connections: 2, ...options })
  open.push(client)
  return client
}

async function serve(...args: Parameters<typeof startReceiver>) {
  const receiver = await startReceiver(...args)
  open.push(receiver)
  return receiver
}

async function serveRaw(...args: Parameters<typeof startRaw>) {
  const server = await startRaw(...args)
  open.push(server)
  return server
}

describe('the HTTP client', () => {
  it('posts bytes as they are and keeps its connection', async () => {
    const receiver = await serve()
    const client = openClient(`${receiver.url}/in?a=b`, { headers: { 'x-one': '1' } })
    for (const body of ['é\n"', '']) {
      expect(await client.post(body, { 'x-two': '2' }, never)).toMatchObject({ status: 200, body: 'ok', cut: false })
    }
    expect(receiver.received.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/in?a=b', 'é\n"'],
      ['POST', '/in?a=b', ''],
    ])
    expect(receiver.received[0]?.headers).toMatchObject({ 'x-one': '1', 'x-two': '2', 'content-length': '4' })
    expect(new Set(receiver.received.map(({ port }) => port)).size).toBe(1)
  })

  it('gives redirects back instead of following them', async () => {
    const other = await serve()
    const receiver = await serve((_, response) => response.writeHead(307, { location: other.url }).end())
    expect(await openClient(receiver.url).post('{}', {}, never)).toMatchObject({ status: 307 })
    expect(other.received).toEqual([])
  })

  it('calls nobody but the address it was given, whatever proxy and trust the environment names', async () => {
    const proxy = await serve()
    const receiver = await serve()
    const wrong = await serve(undefined, { cert: good.cert, key: good.key })
    const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'NODE_USE_ENV_PROXY', 'NODE_TLS_REJECT_UNAUTHORIZED']
    const before = names.map((name) => [name, process.env[name]] as const)
    try {
      for (const name of names) process.env[name] = proxy.url
      process.env.NODE_USE_ENV_PROXY = '1'
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
      expect(await openClient(receiver.url).post('{}', {}, never)).toMatchObject({ status: 200 })
      expect(await openClient(wrong.url).post('{}', {}, never)).toMatchObject({ reason: 'unauthorized' })
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
    expect([proxy.received, wrong.received]).toEqual([[], []])
  })

  it('makes a request again when a kept connection was closed just then', async () => {
    let served = 0
    const server = await serveRaw((socket) => {
      let seen = 0
      socket.on('data', (chunk) => {
        if (!chunk.includes('POST')) return
        served++
        if (seen++ > 0) socket.destroy()
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
      })
    })
    const client = openClient(server.url)
    for (let n = 0; n < 4; n++) expect(await client.post('{}', {}, never)).toMatchObject({ status: 200 })
    expect(served).toBe(6)
  })

  it('tells of a name that does not resolve, and of a port that nobody listens on', async () => {
    expect(await openClient('http://nowhere.invalid/').post('{}', {}, never)).toEqual({
      reason: 'unreachable',
      message: expect.stringMatching(/^http:\/\/nowhere\.invalid cannot be found: its name does not resolve \(E/),
    })
    const port = await findFreePort()
    expect(await openClient(`http://localhost:${port}/`).post('{}', {}, never)).toEqual({
      reason: 'unreachable',
      message: `http://localhost:${port} refuses connections: nothing listens there (ECONNREFUSED)`,
    })
  })

  it('gives up on who accepts and never answers, also who answers byte by byte', async () => {
    const silent = await serveRaw(() => {})
    expect(await openClient(silent.url, { timeout: 100 }).post('{}', {}, never)).toEqual({
      reason: 'timeout',
      message: `${silent.url} did not answer within 0.1 s`,
    })
    const slow = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n')
      const timer = setInterval(() => socket.write('x'), 10)
      socket.on('close', () => clearInterval(timer))
    })
    expect(await openClient(slow.url, { timeout: 150 }).post('{}', {}, never)).toEqual({
      reason: 'timeout',
      message: `${slow.url} began to answer but did not end within 0.15 s`,
    })
    const inHeaders = await serveRaw((socket) => {
      const timer = setInterval(() => socket.write('H'), 10)
      socket.on('close', () => clearInterval(timer))
    })
    expect(await openClient(inHeaders.url, { timeout: 150 }).post('{}', {}, never)).toMatchObject({
      reason: expect.stringMatching(/timeout|server/),
    })
  })

  it('does not take half an answer for one', async () => {
    const broken = await serveRaw((socket) =>
      socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')),
    )
    expect(await openClient(broken.url).post('{}', {}, never)).toMatchObject({ reason: 'unreachable' })
    const closing = await serveRaw((socket) => socket.on('data', () => socket.destroy()))
    expect(await openClient(closing.url).post('{}', {}, never)).toMatchObject({ reason: 'unreachable' })
    const other = await serveRaw((socket) => socket.on('data', () => socket.end('220 mail.example ESMTP\r\n')))
    expect(await openClient(other.url).post('{}', {}, never)).toMatchObject({
      reason: 'server',
      message: expect.stringContaining('gave an answer that is not HTTP'),
    })
  })

  it('reads no more of an answer than it must', async () => {
    let written = 0
    const endless = await serveRaw((socket) => {
      socket.on('data', () => {
        socket.write('HTTP/1.1 503 Busy\r\ntransfer-encoding: chunked\r\n\r\n')
        const timer = setInterval(() => {
          written += 4096
          socket.write(`1000\r\n${'x'.repeat(4096)}\r\n`)
        })
        socket.on('close', () => clearInterval(timer))
      })
    })
    const answer = await openClient(endless.url).post('{}', {}, never)
    expect(answer).toMatchObject({ status: 503, cut: true, body: 'x'.repeat(MOST_BODY) })
    const after = written
    await sleep(100)
    expect(written - after).toBeLessThan(100 * 4096)
  })

  it('ends at once when it is told to, before and during an exchange', async () => {
    const silent = await serveRaw(() => {})
    const stop = new AbortController()
    const posting = openClient(silent.url, { timeout: 60_000 }).post('{}', {}, stop.signal)
    setTimeout(() => stop.abort(), 50)
    const stopped = { reason: 'local', message: `sending to ${silent.url} was stopped` }
    expect(await posting).toEqual(stopped)
    expect(await openClient(silent.url).post('{}', {}, stop.signal)).toEqual(stopped)
  })

  it('accepts a certificate of an authority that it was given, and shows its own', async () => {
    const mine = issue(authority, folder, { name: 'mine', subject: 'DNS:client' })
    const receiver = await serve(undefined, { ...good, ca: authority.cert, requestCert: true })
    const tls = { ca: authority.cert, cert: mine.cert, key: mine.key }
    expect(await openClient(receiver.url, { tls }).post('{}', {}, never)).toMatchObject({ status: 200 })
    const without = await openClient(receiver.url, { tls: { ca: authority.cert } }).post('{}', {}, never)
    expect(without).toMatchObject({ reason: 'unauthorized', message: expect.stringContaining('our certificate') })
  })

  it('says what is wrong with a certificate', async () => {
    const expired = issue(authority, folder, { name: 'old', subject: 'DNS:localhost', expired: true })
    const wrongName = issue(authority, folder, { name: 'wrong', subject: 'DNS:elsewhere.example' })
    const tls = { ca: authority.cert }
    const ask = async (certificate: Certificate, client: Partial<HttpClientOptions>) => {
      const receiver = await serve(undefined, { cert: certificate.cert, key: certificate.key })
      const result = await openClient(receiver.url, client).post('{}', {}, never)
      expect(receiver.received).toEqual([])
      return result
    }
    expect(await ask(expired, { tls })).toMatchObject({
      reason: 'unauthorized',
      message: expect.stringContaining('has a certificate that has expired (CERT_HAS_EXPIRED)'),
    })
    expect(await ask(wrongName, { tls })).toMatchObject({
      reason: 'unauthorized',
      message: expect.stringContaining('has a certificate for another name'),
    })
    expect(await ask(good, {})).toMatchObject({
      reason: 'unauthorized',
      message: expect.stringContaining('of an authority that is not trusted; name its authority in ca'),
    })
  })

  it('says when the other side speaks no TLS', async () => {
    const plain = await serve()
    const result = await openClient(plain.url.replace('http:', 'https:')).post('{}', {}, never)
    expect(result).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('TLS') })
  })

  it('survives a header that cannot be sent', async () => {
    const receiver = await serve()
    expect(await openClient(receiver.url).post('{}', { 'x-bad': 'a\r\nb: c' }, never)).toMatchObject({
      reason: 'unreachable',
      message: expect.not.stringContaining('b: c'),
    })
    expect(receiver.received).toEqual([])
  })
})

describe('Retry-After', () => {
  it('is read as seconds or as a date, and asks for a day at most', () => {
    const now = Date.parse('2026-03-04T14:18:00Z')
    expect(parseRetryAfter('120', now)).toBe(120_000)
    expect(parseRetryAfter(' 0 ', now)).toBe(0)
    expect(parseRetryAfter('Wed, 04 Mar 2026 14:19:00 GMT', now)).toBe(60_000)
    expect(parseRetryAfter('Wed, 04 Mar 2026 14:00:00 GMT', now)).toBe(0)
    expect(parseRetryAfter('999999999999', now)).toBe(86_400_000)
    for (const text of [undefined, '', '-5', '1.5', 'soon', '99999999999999999999', 'Wed, 99 Foo 2026 14:19:00 GMT']) {
      expect(parseRetryAfter(text, now), text).toBeUndefined()
    }
  })
})

describe('a URL in a message', () => {
  it('shows neither credentials nor path nor query', () => {
    expect(describeUrl(new URL('https://user:pw@hooks.slack.com/services/T0/B0/secret?token=x#y'))).toBe(
      'https://hooks.slack.com/…',
    )
    expect(describeUrl(new URL('http://[::1]:8080/'))).toBe('http://[::1]:8080')
  })
})
