import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Outgoing, Sink, SinkOptions } from '../../../src/core/sink.ts'
import { emailSink } from '../../../src/delivery/sinks/email.ts'
import { type Certificate, issue, makeAuthority } from '../../clients/certificates.ts'
import { findFreePort, startRaw } from '../../clients/start-receiver.ts'
import { type SmtpBehaviour, type SmtpMail, type SmtpServer, startSmtp } from '../../clients/start-smtp.ts'
import { countUp, HOSTILE, makeContext, makeEvent, makeEvents, never } from './make-events.ts'

const folder = mkdtempSync(join(tmpdir(), 'keelson-email-'))
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

const PLAIN = { host: '127.0.0.1', security: 'none', from: 'Keelson <keelson@example.org>', to: ['ops@example.org'] }

function openSink(options: SinkOptions, context = makeContext()): Sink {
  const sink = emailSink.open({ ...PLAIN, ...options } as SinkOptions, context)
  open.push(sink)
  return sink
}

async function serve(behaviour?: SmtpBehaviour): Promise<SmtpServer> {
  const server = await startSmtp(behaviour)
  open.push(server)
  return server
}

/** The headers of a mail by their names, unfolded, and its parts by their types, decoded. */
function readMail({ data }: SmtpMail) {
  const headersOf = (text: string) =>
    Object.fromEntries(
      text
        .replace(/\r\n[ \t]+/g, ' ')
        .split('\r\n')
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
    ) as Record<string, string>
  const [head = ''] = data.split('\r\n\r\n')
  const headers = headersOf(head)
  const boundary = /boundary="(.*?)"/.exec(headers['content-type'] ?? '')?.[1] ?? ''
  const parts = data
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const at = part.indexOf('\r\n\r\n')
      const { 'content-type': type = '', 'content-transfer-encoding': coding } = headersOf(part.slice(2, at))
      return [type.split(';')[0] ?? '', decode(part.slice(at + 4), coding)] as const
    })
  return { headers, head, parts: Object.fromEntries(parts) as Record<string, string> }
}

function decode(text: string, coding: string | undefined): string {
  if (coding === 'base64') return Buffer.from(text, 'base64').toString()
  if (coding !== 'quoted-printable') return text
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

const mailOf = (server: SmtpServer, at = 0) => readMail(server.mails[at] as SmtpMail)

const failing: Outgoing = makeEvent(1, {
  meta: {
    kind: 'transition',
    severity: 'high',
    reason: 'the firewall is off',
    evidence: [{ verdict: 'fail', resource: 'alf', found: { global_state: 0 } }],
    evidence_total: 1,
  },
})

describe('the email sink', () => {
  it('mails what happened, as text and as HTML', async () => {
    const server = await serve()
    const sink = openSink({ port: server.port, to: ['ops@example.org', 'Boss <boss@example.org>'] })
    expect(await sink.send([failing], never)).toEqual({ settled: 1 })
    expect(server.mails).toHaveLength(1)
    expect(server.mails[0]).toMatchObject({ from: 'keelson@example.org', to: ['ops@example.org', 'boss@example.org'] })
    const { headers, parts } = mailOf(server)
    expect(headers).toMatchObject({
      from: 'Keelson <keelson@example.org>',
      to: 'ops@example.org, Boss <boss@example.org>',
      subject: 'Keelson: Host firewall is on: fail on host-1',
      'auto-submitted': 'auto-generated',
    })
    expect(headers['message-id']).toMatch(new RegExp(`^<${failing.event.uuid}\\.[0-9a-f]{16}@example\\.org>$`))
    expect(parts['text/plain']?.replaceAll('\r\n', '\n')).toContain(
      [
        'Host firewall is on: fail on host-1',
        'pass → FAIL: the firewall is off',
        '    alf  global_state=0',
        'ERROR · severity high · host-firewall · asset host-1 · 2026-03-04T14:18:14.000+00:00 · entry 1',
      ].join('\n'),
    )
    expect(parts['text/html']).toContain('<h3>Host firewall is on: fail on host-1</h3>')
    expect(parts['text/html']).toContain('<pre>alf  global_state=0</pre>')
  })

  it('puts the events of a batch into one mail, in order, and keeps its id when it is sent again', async () => {
    const server = await serve()
    const sink = openSink({ port: server.port, subject: 'Fleet' })
    for (let n = 0; n < 2; n++) expect(await sink.send(makeEvents(100), never)).toEqual({ settled: 100 })
    await sink.send(makeEvents(99), never)
    const [first, second, other] = server.mails.map(readMail)
    expect(first?.headers.subject).toBe('Fleet: 100 events, such as Host firewall is on: fail on host-1')
    const entries = [...(first?.parts['text/plain'] ?? '').matchAll(/entry (\d+)/g)].map(([, entry]) => Number(entry))
    expect(entries).toEqual(countUp(100))
    expect(second?.headers['message-id']).toBe(first?.headers['message-id'])
    expect(other?.headers['message-id']).not.toBe(first?.headers['message-id'])
  })

  it('lets no text of others become a header, a command, or markup', async () => {
    const server = await serve()
    const nasty = `x\r\nBcc: evil@example.org\r\n\r\n.\r\nMAIL FROM:<evil@example.org>\r\n<script>&"' ${HOSTILE}`
    const outgoing = makeEvent(1, {
      title: nasty,
      meta: { reason: nasty, fix: nasty, check: nasty, evidence: [{ verdict: 'fail', found: { [nasty]: nasty } }] },
    })
    const hostile = { ...outgoing, event: { ...outgoing.event, uuid: `${nasty}` } }
    expect(await openSink({ port: server.port, subject: nasty.replaceAll('\0', '') }).send([hostile], never)).toEqual({
      settled: 1,
    })
    expect(server.mails).toHaveLength(1)
    expect(server.mails[0]?.to).toEqual(['ops@example.org'])
    expect(server.commands.filter((line) => /^(?:MAIL|RCPT)/.test(line))).toHaveLength(2)
    const { headers, head, parts } = mailOf(server)
    expect(head).not.toMatch(/^bcc/im)
    expect(headers.bcc).toBeUndefined()
    expect(parts['text/html']).not.toMatch(/<script|[\u202e\u001b\0]/)
    expect(parts['text/plain']).not.toMatch(/[\u202e\u001b\0]/)
  })

  it('logs in, over TLS that was asked for by STARTTLS or from the start', async () => {
    const login = { host: 'localhost', user: 'keelson', password: 'hunter2', ca: authority.certPath }
    const starting = await serve({ tls: good })
    expect(await openSink({ ...login, security: 'starttls', port: starting.port }).send([failing], never)).toEqual({
      settled: 1,
    })
    const implicit = await serve({ tls: good, implicit: true })
    expect(await openSink({ ...login, security: 'tls', port: implicit.port }).send([failing], never)).toEqual({
      settled: 1,
    })
    for (const { mails } of [starting, implicit]) {
      expect(mails[0]).toMatchObject({ login: '\0keelson\0hunter2', secure: true })
    }
  })

  it('says nothing of the mail or the login to a server whose certificate is not in order', async () => {
    const expired = issue(authority, folder, { name: 'old', subject: 'DNS:localhost', expired: true })
    const wrongName = issue(authority, folder, { name: 'wrong', subject: 'DNS:elsewhere.example' })
    const trusted = { ca: authority.certPath }
    const cases: readonly [Certificate, SinkOptions, string][] = [
      [expired, trusted, 'has expired'],
      [wrongName, trusted, 'for another name'],
      [good, {}, 'not trusted'],
    ]
    for (const implicit of [false, true]) {
      for (const [tls, options, words] of cases) {
        const server = await serve({ tls, implicit })
        const login = { host: 'localhost', user: 'u', password: 'hunter2', security: implicit ? 'tls' : 'starttls' }
        const result = await openSink({ ...login, ...options, port: server.port }).send([failing], never)
        expect(result).toMatchObject({ settled: 0, failure: { reason: 'unauthorized' } })
        expect(result.failure?.message).toContain(words)
        expect(server.commands.join()).not.toMatch(/AUTH|MAIL/)
      }
    }
  })

  it('sends nothing where STARTTLS is missing', async () => {
    const server = await serve()
    const result = await openSink({ host: 'localhost', security: 'starttls', port: server.port }).send([failing], never)
    expect(result).toMatchObject({ settled: 0, failure: { reason: 'server' } })
    expect(result.failure?.message).toContain('does not speak TLS')
    expect(server.commands.join()).not.toMatch(/MAIL/)
  })

  it.each([
    ['GREETING', '421 too busy', 'server'],
    ['GREETING', '554 go away', 'server'],
    ['MAIL', '451 later', 'server'],
    ['MAIL', '550 sender unknown', 'unauthorized'],
    ['MAIL', '530 log in first', 'unauthorized'],
    ['RCPT', '450 greylisted', 'server'],
    ['RCPT', '550 no such user', 'unauthorized'],
    ['DATA', '451 later', 'server'],
    ['END', '452 disk full', 'server'],
    ['AUTH', '535 no', 'unauthorized'],
    ['AUTH', '454 later', 'server'],
  ])('tries again after %s met with %s: %s', async (at, line, reason) => {
    const server = await serve({ reply: (command) => (command.startsWith(at) ? line : undefined) })
    const login = at === 'AUTH' ? { user: 'u', password: 'hunter2' } : {}
    const { settled, refused, failure } = await openSink({ ...login, port: server.port }).send(makeEvents(3), never)
    expect([settled, refused, failure?.reason]).toEqual([0, undefined, reason])
    expect(failure?.message).toContain(line)
  })

  it('refuses for good the event whose mail is refused for what is in it', async () => {
    const server = await serve({
      reply: (command, { data }) => (command === 'END' && data?.includes('poison') ? '554 spam\u001b[31m' : undefined),
    })
    const events = countUp(8).map((n) => makeEvent(n, n === 3 ? { title: 'poison' } : {}))
    const result = await openSink({ port: server.port }).send(events, never)
    expect(result).toEqual({
      settled: 8,
      refused: [{ index: 2, message: `127.0.0.1:${server.port} did not take the mail: 554 spam␛[31m` }],
    })
    const entries = server.mails.flatMap((mail) => [
      ...(readMail(mail).parts['text/plain'] ?? '').matchAll(/entry (\d+)/g),
    ])
    expect(entries.map(([, entry]) => Number(entry))).toEqual([1, 2, 4, 5, 6, 7, 8])
  })

  it('sends less in one mail to a server that takes small ones only', async () => {
    const server = await serve({ extensions: ['SIZE 9000'] })
    expect(await openSink({ port: server.port }).send(makeEvents(40), never)).toEqual({ settled: 40 })
    expect(server.mails.length).toBeGreaterThan(1)
  })

  it('tells the operator once of a recipient that is not taken, and mails to the others', async () => {
    const server = await serve({ reply: (command) => (command.includes('gone@') ? '550 no such user' : undefined) })
    const context = makeContext()
    const sink = openSink({ port: server.port, to: ['gone@example.org', 'ops@example.org'] }, context)
    for (let n = 0; n < 2; n++) expect(await sink.send([failing], never)).toEqual({ settled: 1 })
    expect(server.mails.map(({ to }) => to)).toEqual([['ops@example.org'], ['ops@example.org']])
    expect(context.told).toEqual(['sink ops: the mail server does not take gone@example.org of to: 550 no such user'])
  })

  it('never shows its password', async () => {
    const server = await serve({
      reply: (command) => (command.startsWith('AUTH') ? `535 ${command} hunter2` : undefined),
    })
    const { failure } = await openSink({ user: 'keelson', password: 'hunter2', port: server.port }).send(
      [failing],
      never,
    )
    expect(failure?.message).toContain('***')
    expect(failure?.message).not.toContain('hunter2')
    expect(failure?.message).not.toContain(Buffer.from('\0keelson\0hunter2').toString('base64'))
  })

  it('gives up on who never answers, who answers without end, and who hangs up', async () => {
    const silent = await startRaw(() => {})
    open.push(silent)
    expect(await openSink({ port: silent.port, timeout: 1 }).send([failing], never)).toEqual({
      settled: 0,
      failure: { reason: 'timeout', message: `127.0.0.1:${silent.port} did not take a mail within 1 s` },
    })
    const slow = await startRaw((socket) => {
      const timer = setInterval(() => socket.write('2'), 50)
      socket.on('close', () => clearInterval(timer))
    })
    open.push(slow)
    const late = await openSink({ port: slow.port, timeout: 1 }).send([failing], never)
    expect(late).toMatchObject({ settled: 0, failure: { reason: 'timeout' } })
    const endless = await startRaw((socket) => {
      const timer = setInterval(() => socket.write('x'.repeat(60_000)))
      socket.on('close', () => clearInterval(timer))
    })
    open.push(endless)
    const long = await openSink({ port: endless.port, timeout: 10 }).send([failing], never)
    expect(long).toMatchObject({ settled: 0, failure: { reason: expect.stringMatching(/server|unreachable/) } })
    const closing = await startRaw((socket) => socket.end('220 hello\r\n'))
    open.push(closing)
    const closed = await openSink({ port: closing.port, timeout: 10 }).send([failing], never)
    expect(closed).toMatchObject({ settled: 0, failure: { reason: expect.stringMatching(/server|unreachable/) } })
    const inData = await serve({ reply: (command) => (command === 'END' ? 'nothing' : undefined) })
    const unanswered = await openSink({ port: inData.port, timeout: 1 }).send([failing], never)
    expect(unanswered).toMatchObject({ settled: 0, failure: { reason: 'timeout' } })
  })

  it('says that nobody is there', async () => {
    const refused = await openSink({ port: await findFreePort() }).send([failing], never)
    expect(refused.failure?.message).toContain('nothing listens there')
    const unknown = await openSink({ host: 'mail.invalid', port: 25, timeout: 10 }).send([failing], never)
    expect(unknown).toMatchObject({ settled: 0, failure: { reason: expect.stringMatching(/unreachable|timeout/) } })
  })

  it('ends when it is told to', async () => {
    const silent = await startRaw((socket) => socket.write('220 hello\r\n'))
    open.push(silent)
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 100)
    const failure = { reason: 'local', message: `sending mail to 127.0.0.1:${silent.port} was stopped` }
    expect(await openSink({ port: silent.port }).send([failing], stop.signal)).toEqual({ settled: 0, failure })
    expect(await openSink({ port: silent.port }).send([failing], stop.signal)).toEqual({ settled: 0, failure })
  })

  it.each([
    [{ to: [] }, 'to is empty'],
    [{ to: ['ops'] }, 'to holds what is no address'],
    [{ to: ['a@example.org\r\nRCPT TO:<b@example.org>'] }, 'to holds what is no address'],
    [{ to: ['a@example.org, b@example.org'] }, 'to holds what is no address'],
    [{ from: 'Evil\r\nBcc: x@example.org <a@example.org>' }, 'from holds what is no address'],
    [{ host: 'mail.example.org\r\n' }, 'host is no name or address'],
    [{ host: 'mail.example.org', user: 'u', password: 'hunter2' }, 'password would be sent so that others can read it'],
    [{ user: 'u' }, 'user says nothing without password'],
    [{ security: 'maybe' }, 'security must be one of starttls, tls, none'],
  ])('refuses options that cannot be: %j', (options, message) => {
    const attempt = () => openSink(options as SinkOptions)
    expect(attempt).toThrow(`sink ops: ${message}`)
    expect(attempt).not.toThrow('hunter2')
  })
})
