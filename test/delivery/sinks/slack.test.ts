import { afterEach, describe, expect, it } from 'vitest'
import type { Outgoing, Sink, SinkOptions } from '../../../src/core/sink.ts'
import { slackSink } from '../../../src/delivery/sinks/slack.ts'
import { type Answer, type Receiver, startRaw, startReceiver } from '../../clients/start-receiver.ts'
import { countUp, HOSTILE, makeContext, makeEvent, makeEvents, never } from './make-events.ts'

const open: { close(): unknown }[] = []
const PATH = '/services/T0TEAM/B0HOOK/secretpartofit'

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

function openSink(url: string, options: SinkOptions = {}): Sink {
  const sink = slackSink.open({ url: `${url}${PATH}`, interval: 0, ...options }, makeContext())
  open.push(sink)
  return sink
}

async function serve(answer?: Answer): Promise<Receiver> {
  const receiver = await startReceiver(answer)
  open.push(receiver)
  return receiver
}

const answerWith = (status: number, body: string, headers = {}): Answer => {
  return (_, response) => response.writeHead(status, headers).end(body)
}

interface Text {
  readonly type: string
  readonly text: string
  readonly emoji?: boolean
  readonly verbatim?: boolean
}

interface Message {
  readonly text: string
  readonly blocks: readonly { readonly type: string; readonly text?: Text; readonly elements?: readonly Text[] }[]
}

const messagesOf = (receiver: Receiver) => receiver.received.map(({ body }) => JSON.parse(body) as Message)
const textsOf = ({ blocks }: Message) =>
  blocks.flatMap(({ text, elements = [] }) => (text ? [text, ...elements] : elements))

const failing = (meta: Readonly<Record<string, unknown>> = {}): Outgoing =>
  makeEvent(1, {
    meta: {
      kind: 'transition',
      severity: 'high',
      reason: 'the firewall is off',
      evidence: [{ verdict: 'fail', resource: 'alf', found: { global_state: 0 }, reason: 'off' }],
      evidence_total: 7,
      ...meta,
    },
  })

describe('the slack sink', () => {
  it('posts what happened to whom, with its evidence, in Block Kit', async () => {
    const receiver = await serve()
    expect(await openSink(receiver.url).send([failing()], never)).toEqual({ settled: 1 })
    expect(receiver.received[0]?.path).toBe(PATH)
    expect(messagesOf(receiver)).toEqual([
      {
        text: 'Host firewall is on: fail on host-1',
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: 'Host firewall is on: fail on host-1', emoji: false } },
          { type: 'section', text: { type: 'plain_text', text: 'pass → FAIL: the firewall is off', emoji: false } },
          {
            type: 'section',
            text: { type: 'mrkdwn', text: '```alf  global_state=0  (off)\n… and 6 more```', verbatim: true },
          },
          {
            type: 'context',
            elements: [
              {
                type: 'plain_text',
                text: 'ERROR · severity high · host-firewall · asset host-1 · 2026-03-04T14:18:14.000+00:00 · entry 1',
                emoji: false,
              },
            ],
          },
        ],
      },
    ])
  })

  it('says how to mend it where the event does', async () => {
    const receiver = await serve()
    await openSink(receiver.url).send([failing({ fix: 'Turn it on <here>.' })], never)
    const texts = textsOf(messagesOf(receiver)[0] as Message).map(({ text }) => text)
    expect(texts).toContain('Fix: Turn it on &lt;here&gt;.')
  })

  it('lets no text of others mention anyone, make links, break out of its place, or be too long', async () => {
    const receiver = await serve()
    const nasty = `<!channel> <@U1> & \`\`\`*b* ${HOSTILE} ${'&<>'.repeat(2000)}`
    const outgoing = makeEvent(1, {
      title: nasty,
      meta: { reason: nasty, fix: nasty, check: nasty, evidence: [{ verdict: 'fail', found: { [nasty]: nasty } }] },
    })
    expect(await openSink(receiver.url).send([outgoing], never)).toEqual({ settled: 1 })
    const [message] = messagesOf(receiver) as [Message]
    for (const { text, type, emoji, verbatim } of [...textsOf(message), { text: message.text, type: 'text' } as Text]) {
      expect(text).not.toMatch(/[<>\u202e\u001b\0]|&(?!amp;|lt;|gt;)/)
      expect(text.length).toBeGreaterThan(0)
      expect(text.length).toBeLessThanOrEqual(3000)
      if (type === 'plain_text') expect(emoji).toBe(false)
      if (type === 'mrkdwn') {
        expect(verbatim).toBe(true)
        expect(text.slice(3, -3)).not.toContain('`')
      }
    }
    expect(message.blocks[0]?.text?.text.length).toBeLessThanOrEqual(150)
  })

  it('puts ten events into a message at most, in order', async () => {
    const receiver = await serve()
    expect(await openSink(receiver.url).send(makeEvents(500), never)).toEqual({ settled: 500 })
    const messages = messagesOf(receiver)
    expect(messages).toHaveLength(50)
    for (const { blocks } of messages) expect(blocks.length).toBeLessThanOrEqual(50)
    const entries = messages.flatMap((message) =>
      textsOf(message).flatMap(({ text }) => /entry (\d+)$/.exec(text)?.[1] ?? []),
    )
    expect(entries.map(Number)).toEqual(countUp(500))
  })

  it('waits between two messages, and no longer than it may', async () => {
    const receiver = await serve()
    expect(await openSink(receiver.url, { interval: 1 }).send(makeEvents(20), never)).toEqual({ settled: 20 })
    const stop = new AbortController()
    const sink = openSink(receiver.url, { interval: 60 })
    setTimeout(() => stop.abort(), 100)
    expect(await sink.send(makeEvents(20), stop.signal)).toMatchObject({ settled: 10, failure: { reason: 'local' } })
  })

  it('finds the event of a message that Slack does not understand', async () => {
    const receiver = await serve(({ body }, response) => {
      const isBad = body.includes('poison')
      response.writeHead(isBad ? 400 : 200).end(isBad ? 'invalid_payload' : 'ok')
    })
    const events = countUp(10).map((n) => makeEvent(n, n === 4 ? { title: 'poison' } : {}))
    const message = `${receiver.url}/… answered 400 Bad Request: invalid_payload`
    expect(await openSink(receiver.url).send(events, never)).toEqual({ settled: 10, refused: [{ index: 3, message }] })
  })

  it.each([
    [403, 'invalid_token', 'make a new incoming webhook'],
    [403, 'action_prohibited', 'ask for leave'],
    [404, 'no_service', 'make a new incoming webhook'],
    [404, 'channel_not_found', 'the channel is gone'],
    [404, '', 'make a new incoming webhook'],
    [410, 'channel_is_archived', 'unarchive the channel'],
    [400, 'user_not_found', 'the user is gone'],
  ])('says what to do about %d %s', async (status, body, advice) => {
    const receiver = await serve(answerWith(status, body))
    const { settled, refused, failure } = await openSink(receiver.url).send(makeEvents(3), never)
    expect([settled, refused, failure?.reason]).toEqual([0, undefined, 'unauthorized'])
    expect(failure?.message).toContain(advice)
  })

  it.each([
    [429, 'rate_limited', 'rate_limited'],
    [500, 'rollup_error', 'server'],
    [503, '', 'server'],
    [302, '', 'server'],
  ])('tries again after %d %s, when it is told to', async (status, body, reason) => {
    const receiver = await serve(answerWith(status, body, { 'retry-after': '30' }))
    expect(await openSink(receiver.url).send(makeEvents(3), never)).toMatchObject({
      settled: 0,
      failure: { reason, retryAfter: 30_000 },
    })
  })

  it('never shows any part of its address', async () => {
    const receiver = await serve(({ path }, response) => response.writeHead(500).end(`no ${path}`))
    const results = [await openSink(receiver.url).send(makeEvents(1), never)]
    receiver.answer = ({ path }, response) => response.writeHead(302, { location: `${receiver.url}${path}` }).end()
    results.push(await openSink(receiver.url).send(makeEvents(1), never))
    const silent = await startRaw((socket) => socket.destroy())
    open.push(silent)
    results.push(await openSink(silent.url).send(makeEvents(1), never))
    expect(results.every(({ failure }) => failure)).toBe(true)
    expect(JSON.stringify(results)).not.toMatch(/T0TEAM|B0HOOK|secretpartofit/)
    const attempt = () => slackSink.open({ url: `slack.example${PATH}` }, makeContext())
    expect(attempt).toThrow('sink ops: url is no address')
    expect(attempt).not.toThrow('secretpartofit')
  })
})
