import { describe, expect, it } from 'vitest'
import { startReceiver } from '../clients/start-receiver.ts'
import { until } from '../osquery/real-sockets.ts'
import { actionsOf, makeDelivery } from './make-delivery.ts'
import { startChecks } from './run-checks.ts'
import { readStatus, startWatch } from './start-watch.ts'

const FILE = 'log: { type: file, path: events.jsonl, begin: start }'

/** The sinks of a place, by name. */
async function listSinks(place: ReturnType<typeof makeDelivery>) {
  const { stdout } = await place.run(['sinks', '--format', 'json'])
  return Object.fromEntries((JSON.parse(stdout) as { name: string }[]).map((sink) => [sink.name, sink]))
}

describe('checks watch --once', () => {
  it('delivers what waits, and leaves the rest to the next', async () => {
    const place = makeDelivery(`${FILE}\nhook: { type: webhook, url: 'http://127.0.0.1:9', begin: start }`)
    const { code, stderr } = await place.deliver()
    expect(code).toBe(0)
    expect(stderr).toMatch(/sink hook: .*ECONNREFUSED/)
    expect(actionsOf(place.events())).toEqual(['LEDGER_OPENED', 'ASSET_BASELINE'])
    expect(await listSinks(place)).toMatchObject({
      log: { type: 'file', delivered: 2, waiting: 0, failure: null },
      hook: { type: 'webhook', delivered: 0, waiting: 2, failure: { reason: 'unreachable' } },
    })
    place.say(false)
    await place.deliver()
    expect(place.events().at(-1)).toMatchObject({ action: 'ASSET_COMPLIANCE', level: 'ERROR', meta: { sequence: 3 } })
    expect(await readStatus(place.state)).toMatchObject({ sinks: [{ name: 'hook', waiting: 3 }, { name: 'log' }] })
  })

  it('begins nothing when a sink is wrong, and tells every mistake', async () => {
    const place = makeDelivery('log: { type: file, pth: x }\nhook: { type: webhok }')
    const { code, stderr } = await place.deliver()
    expect(code).toBe(3)
    expect(stderr).toMatch(/keelson.yaml:3:22: error: file has no option pth/)
    expect(stderr).toMatch(/keelson.yaml:4:17: error: type must be one of/)
    expect((await place.run(['status'])).stderr).toMatch(/there is no state/)
  })
})

describe('checks sinks', () => {
  it('pauses, resumes, skips, lists dead letters and sends them once more; the ledger holds each act', async () => {
    const receiver = await startReceiver((_, response) => response.writeHead(500).end('broken'))
    const place = makeDelivery(`${FILE}\nhook: { type: webhook, url: '${receiver.url}', begin: start }`)
    await place.deliver()
    expect((await place.run(['sinks'])).stdout).toMatch(/hook: .*500 Internal Server Error: broken.*attempt/)
    expect((await place.run(['sinks', 'skip', 'hook'])).stdout).toMatch(/skipped entry 1/)
    expect((await place.run(['sinks', 'dead', 'hook'])).stdout).toMatch(/^1 .*the ledger begins +skipped by \w+/m)
    receiver.answer = (_, response) => response.end()
    await place.run(['sinks', 'pause', 'hook'])
    await place.run(['sinks', 'retry', 'hook'])
    const before = receiver.received.length
    await place.deliver()
    expect(receiver.received.length).toBe(before)
    await place.run(['sinks', 'resume', 'hook'])
    await place.deliver()
    const got = () => receiver.received.slice(before).map(({ body }) => JSON.parse(body).meta.sequence as number)
    expect(got()).toEqual([2, 3, 4, 5, 6])
    expect((await place.run(['sinks', 'redrive', 'hook'])).stdout).toMatch(/entry 1 will be sent once more/)
    await place.deliver()
    expect(got().sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
    const dead = await place.run(['sinks', 'dead', 'hook'])
    expect(dead.stderr).toBe('hook has no dead letters\n')
    const acts = place.events().filter(({ action }) => action === 'LEDGER_DELIVERY_CHANGED')
    expect(acts.map(({ meta }) => [meta?.act, meta?.sink])).toEqual([
      ['skip', 'hook'],
      ['pause', 'hook'],
      ['retry', 'hook'],
      ['resume', 'hook'],
      ['redrive', 'hook'],
    ])
    expect(acts.every(({ user }) => typeof user?.name === 'string')).toBe(true)
    await receiver.close()
  })

  it('sends a test event past everything else, and tells what became of it', async () => {
    const receiver = await startReceiver()
    const place = makeDelivery(
      `hook: { type: webhook, url: '${receiver.url}', exclude: [{ action: '*' }] }\ngone: { type: webhook, url: 'http://127.0.0.1:9' }`,
    )
    const { stdout, code } = await place.run(['sinks', 'test', 'hook'])
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^hook took the test event [\w-]{36}, within \d+ ms\n$/)])
    expect(receiver.received).toHaveLength(1)
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      action: 'SINK_TEST',
      meta: { kind: 'emitted' },
    })
    const failed = await place.run(['sinks', 'test', 'gone'])
    expect([failed.code, failed.stderr]).toEqual([
      1,
      expect.stringMatching(/gone did not take the test event: .*ECONNREFUSED/),
    ])
    const unknown = await place.run(['sinks', 'test', 'hok'])
    expect([unknown.code, unknown.stderr]).toEqual([
      3,
      expect.stringMatching(/no sink called hok\n.*did you mean hook\?/),
    ])
    await receiver.close()
  })

  it('says what there is to say of a sink that nothing was delivered to, and of one that is not there', async () => {
    const place = makeDelivery(FILE)
    await place.deliver()
    const { stderr, code } = await place.run(['sinks', 'pause', 'lgo'])
    expect([code, stderr]).toEqual([3, expect.stringMatching(/called lgo\n.*did you mean log\?/)])
    place.write('other: { type: stdout }')
    const listed = await place.run(['sinks'])
    expect(listed.stdout).toMatch(/^log +\(removed\)/m)
    expect(listed.stderr).toMatch(/^other: nothing was delivered yet/m)
  })
})

describe('a running watch', () => {
  it('delivers what other processes write, takes up filters and alarms at once, and changed sinks', async () => {
    const place = makeDelivery(FILE)
    const watch = startWatch(place.flags)
    await watch.said('evaluated')
    const emit = (type: string, ...more: string[]) =>
      place.run(['emit', '--type', type, '--message', 'x', '--no-asset', ...more])
    await emit('FIRST')
    await until(() => actionsOf(place.events()).includes('FIRST'))
    await place.run(['filters', 'add', '--action', 'NOISE_*', '--level', 'info'])
    await place.run(['alarms', 'add', 'NOISE_*', 'error'])
    await emit('NOISE_A')
    await emit('NOISE_B', '--severity', 'error')
    await emit('LAST')
    await until(() => actionsOf(place.events()).includes('LAST'))
    const noise = place.events().filter(({ action }) => action.startsWith('NOISE_'))
    expect(noise).toMatchObject([{ action: 'NOISE_B', level: 'CRITICAL', meta: { alarm: true } }])
    expect((await place.run(['filters'])).stdout).toMatch(/^1 +action NOISE_\*, level INFO$/m)
    expect((await place.run(['alarms'])).stdout).toMatch(/^NOISE_\* +ERROR$/m)
    await place.run(['filters', 'remove', '1'])
    await emit('NOISE_C')
    await until(() => actionsOf(place.events()).includes('NOISE_C'))
    // A file is written by one process at a time.
    const test = await place.run(['sinks', 'test', 'log'])
    expect([test.code, test.stderr]).toEqual([3, expect.stringMatching(/the running watch writes to log/)])
    place.write('log: { type: fil }')
    await watch.said('delivery', 'type must be one of')
    place.write(`${FILE}\nother: { type: file, path: other.jsonl, begin: start }`)
    await watch.said('delivery', 'the sinks have changed: log, other')
    // It is given what was left out before, too: that filter is gone.
    await until(() => place.events('other.jsonl').length === place.events().length + 1)
    expect(new Set(place.events().map(({ uuid }) => uuid)).size).toBe(place.events().length)
    watch.kill('SIGTERM')
    expect(await watch.ended).toBe(0)
  })

  it('goes on when nobody reads its standard output any longer', async () => {
    const place = makeDelivery(`out: { type: stdout, begin: start }\n${FILE}`)
    const child = startChecks(['watch', ...place.flags])
    let [ended, said] = [false, '']
    child.on('exit', () => {
      ended = true
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.stdout.destroy()
    await place.run(['emit', '--type', 'AFTER', '--message', 'x', '--no-asset'])
    await until(() => actionsOf(place.events()).includes('AFTER') && /EPIPE/.test(said))
    expect(ended).toBe(false)
  })

  it('tells Prometheus of its sinks', async () => {
    const place = makeDelivery(`${FILE}\nhook: { type: webhook, url: 'http://127.0.0.1:9', begin: start }`)
    const watch = startWatch([...place.flags, '--metrics', '127.0.0.1:19464'])
    await watch.said('delivery', 'sink hook')
    await until(() => place.events().length === 2)
    const text = await (await fetch('http://127.0.0.1:19464/metrics')).text()
    expect(text).toContain('keelson_sink_delivered_total{sink="log"} 2')
    expect(text).toContain('keelson_sink_queue_entries{sink="hook"} 2')
    expect(text).toContain('keelson_sink_failing{sink="hook"} 1')
    expect(text).toMatch(/keelson_sink_failures_total\{sink="hook",reason="unreachable"\} \d/)
  })
})

it('an alarm of a check passes every filter, and its recovery follows', async () => {
  const place = makeDelivery("log: { type: file, path: events.jsonl, exclude: [{ action: '*' }] }", 'alarm: true\n')
  await place.deliver()
  place.say(false)
  await place.deliver()
  place.say(true)
  await place.deliver()
  expect(place.events().map(({ level, changes }) => [level, changes?.verdict?.latest])).toEqual([
    ['CRITICAL', 'fail'],
    ['INFO', 'pass'],
  ])
})
