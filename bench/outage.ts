// What waits while receivers are down, or hang:
//   node bench/outage.ts [events]
// 1. Events that queued up while a receiver was down are drained in order once it is up again.
// 2. While every sink hangs, a commit takes what it takes to put it on the disk, and memory stays flat.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { toEmittedEntry } from '../src/core/emit-event.ts'
import type { SinkKind, SinkOptions } from '../src/core/sink.ts'
import { type DispatchedSink, Dispatcher } from '../src/delivery/dispatcher.ts'
import { SINK_KINDS } from '../src/delivery/sink-kinds.ts'
import { openSqlite } from '../src/state/open-sqlite.ts'
import { SqliteDeliveries } from '../src/state/sqlite-deliveries.ts'
import type { SqliteStore } from '../src/state/sqlite-store.ts'
import { commitReport, reportCheck, WEB_1 } from '../test/state/fill-store.ts'
import { ms, printRatio } from './measure.ts'

const total = Number(process.argv[2] ?? 100_000)
const ASSETS = 100
const COMMITS = 20_000
/** Megabytes. */
const FLAT = 50

/** Says its port, then how many events came and how many came before an earlier one of their asset. */
const RECEIVER = `
import { createServer } from 'node:http'
const [port] = process.argv.slice(1)
let [count, wrong] = [0, 0]
const last = new Map()
const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (text) => { body += text })
  request.on('end', () => {
    for (const { asset, meta } of [JSON.parse(body)].flat()) {
      const key = asset?.uuid
      if ((last.get(key) ?? 0) >= meta.sequence) wrong++
      last.set(key, meta.sequence)
      count++
    }
    response.writeHead(204).end()
  })
})
server.listen(Number(port), '127.0.0.1', () => console.log('up'))
process.stdin.resume().on('end', () => { console.log(JSON.stringify({ count, wrong })); process.exit() })
`

const uuidOf = (n: number) => `00000000-0000-4000-8000-${String(n % ASSETS).padStart(12, '0')}`
const draft = (n: number) =>
  toEmittedEntry({ type: 'BENCH', message: `event number ${n}`, originator: 'bench' }, Date.now())

async function makeStore(folder: string): Promise<SqliteStore> {
  const store = await openSqlite(join(folder, 'state.db'), { clock: Date.now })
  await Promise.all(
    Array.from({ length: ASSETS }, (_, n) =>
      commitReport(store, Date.now(), [reportCheck('one')], { asset: { ...WEB_1, uuid: uuidOf(n) } }),
    ),
  )
  return store
}

function dispatch(store: SqliteStore, sinks: Readonly<Record<string, SinkOptions>>): Dispatcher {
  const context = { clock: Date.now, log: () => {} }
  return new Dispatcher({
    sinks: Object.entries(sinks).map(([name, { type, ...options }]): DispatchedSink => {
      const kind = SINK_KINDS[String(type)] as SinkKind
      const sink = kind.open(options as SinkOptions, { ...context, name })
      const policy = () => ({ exclude: [], alarms: [] })
      return { name, sink, batch: kind.batch, begin: 'start', policy, format: (event) => event }
    }),
    store: new SqliteDeliveries(store.db),
    clock: Date.now,
    random: Math.random,
    onTrouble: (name, message) => console.error(`${name}: ${message}`),
  })
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

async function drainAfterOutage(folder: string, batch: boolean): Promise<number> {
  const store = await makeStore(folder)
  for (let from = 0; from < total; from += 1000) {
    await Promise.all(
      Array.from({ length: Math.min(1000, total - from) }, (_, n) =>
        store.commit({ uuid: uuidOf(from + n) }, () => ({ entries: [draft(from + n)] })),
      ),
    )
  }
  const port = await findPort()
  const dispatcher = dispatch(store, {
    siem: { type: 'webhook', url: `http://127.0.0.1:${port}/`, batch, concurrency: 8 },
  })
  dispatcher.start()
  await sleep(1500)
  const deliveries = new SqliteDeliveries(store.db)
  const before = await deliveries.sink('siem')
  if (before.delivered > 0 || !before.failure) throw new Error('the receiver was not down')
  const receiver = spawn(process.execPath, ['--input-type=module', '-e', RECEIVER, String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: receiver.stdout })
  await once(lines, 'line')
  store.db.prepare('UPDATE sink SET next_try = NULL').run()
  const started = performance.now()
  dispatcher.wake()
  const { sequence } = await store.head()
  while ((await deliveries.sink('siem')).cursor < sequence) await sleep(20)
  const seconds = (performance.now() - started) / 1000
  await dispatcher.stop()
  receiver.stdin.end()
  const [text] = (await once(lines, 'line')) as [string]
  const { count, wrong } = JSON.parse(text) as { count: number; wrong: number }
  const { length: leftOut } = store.db.prepare('SELECT 1 FROM sink_suppressed').all()
  if (count !== sequence - leftOut || wrong > 0) throw new Error(`${count} of ${sequence} came, ${wrong} out of order`)
  await store.close()
  return total / seconds
}

interface Committing {
  /** Milliseconds. */
  readonly p99: number
  /** Megabytes of memory, once everything was warm. */
  readonly grown: number
}

/** Commits one event after another, while every sink hangs; or while there is none. */
async function commitEvents(folder: string, hanging: boolean): Promise<Committing> {
  const store = await makeStore(folder)
  // Takes connections, and never says anything.
  const server = createServer((socket) => void socket.on('error', () => {}).pause()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const url = `http://127.0.0.1:${port}/`
  const timeout = 300
  const sinks = {
    webhook: { type: 'webhook', url, timeout },
    splunk: { type: 'splunk', url, token: 'none', timeout },
    elastic: { type: 'elastic', url, index: 'events', timeout },
    slack: { type: 'slack', url, timeout },
    syslog: { type: 'syslog', address: `127.0.0.1:${port}`, transport: 'tcp', delivered: 'closed', timeout },
    exec: { type: 'exec', command: ['sleep', '1000'], timeout },
  }
  const dispatcher = dispatch(store, hanging ? sinks : {})
  dispatcher.start()
  const took: number[] = []
  let [memory, most] = [0, 0]
  for (let n = 0; n < COMMITS; n++) {
    const started = performance.now()
    await store.commit({ uuid: uuidOf(n) }, () => ({ entries: [draft(n)] }))
    took.push(performance.now() - started)
    dispatcher.wake()
    if (n === COMMITS / 10) memory = process.memoryUsage().rss
    if (n > COMMITS / 10 && n % 100 === 0) most = Math.max(most, process.memoryUsage().rss)
  }
  server.close()
  await dispatcher.stop()
  await store.close()
  return { p99: percentile(took.slice(COMMITS / 10), 0.99), grown: (most - memory) / 1e6 }
}

/** Milliseconds that it takes to put 4 kB on this disk. */
function measureFsyncs(folder: string): number[] {
  const file = openSync(join(folder, 'probe'), 'w')
  const took = Array.from({ length: 500 }, () => {
    const started = performance.now()
    writeSync(file, Buffer.alloc(4096))
    fsyncSync(file)
    return performance.now() - started
  })
  closeSync(file)
  return took
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
}

const folders: string[] = []
const makeFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-outage-'))
  folders.push(folder)
  return folder
}
try {
  const each = await drainAfterOutage(makeFolder(), false)
  console.log(`${total} events queued, drained in order of each asset: ${Math.round(each)} events/s, one per request`)
  const batches = await drainAfterOutage(makeFolder(), true)
  console.log(`in batches: ${Math.round(batches)} events/s`)
  const alone = await commitEvents(makeFolder(), false)
  const { p99, grown } = await commitEvents(makeFolder(), true)
  const fsync = percentile(measureFsyncs(makeFolder()), 0.99)
  console.log(`commit p99 while six sinks hang: ${ms(p99)}; without any sink: ${ms(alone.p99)}`)
  console.log(`(one write and fsync of 4 kB on this disk, p99: ${ms(fsync)})`)
  console.log(`memory grew by ${grown.toFixed(0)} MB over ${COMMITS} commits`)
  printRatio(FLAT / Math.max(grown, 1), `at least 1×, memory flat within ${FLAT} MB`)
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}
process.exit()
