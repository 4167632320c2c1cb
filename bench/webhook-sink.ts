// Posting signed events one by one to a receiver on this machine, in a process of its own:
//   node bench/webhook-sink.ts [events]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Event } from '../src/core/event.ts'
import type { Outgoing, SinkOptions } from '../src/core/sink.ts'
import { webhookSink } from '../src/delivery/sinks/webhook.ts'
import { median, printRatio } from './measure.ts'

const PROMISED = 3000
const ASSETS = 100
const total = Number(process.argv[2] ?? 30_000)

/** Reads every body to its end and answers; its last word is how many there were. */
const RECEIVER = `
import { createServer } from 'node:http'
let count = 0
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => { count++; response.writeHead(204).end() })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume().on('end', () => { console.log(count); process.exit() })
`

function makeEvent(sequence: number): Outgoing {
  const found = { global_state: 0, allow_signed_enabled: 1, logging_enabled: 0, firewall_unload: 0, version: '1.6' }
  const event: Event = {
    uuid: `00000000-0000-5000-8000-${String(sequence).padStart(12, '0')}`,
    timestamp: '2026-03-04T14:18:14.000+00:00',
    level: 'ERROR',
    action: 'ASSET_COMPLIANCE',
    meta: {
      sequence,
      kind: 'transition',
      check: 'host-firewall',
      severity: 'high',
      verdict: 'fail',
      reason: 'the firewall is off',
      evidence: [{ verdict: 'fail', resource: 'alf', found }],
      evidence_total: 1,
    },
    changes: { passed: { last: true, latest: false }, verdict: { last: 'pass', latest: 'fail' } },
    item: { id: '11111111-0000-5000-8000-000000000000', name: 'Host firewall is on' },
    company: null,
    user: null,
    team: null,
    asset: { uuid: `22222222-0000-4000-8000-${String(sequence % ASSETS).padStart(12, '0')}`, name: 'host' },
  }
  return { sequence, event, document: event }
}

const events = Array.from({ length: total }, (_, n) => makeEvent(n + 1))

/** Events per second, in batches as the delivery engine hands them over. */
async function measure(options: SinkOptions): Promise<number> {
  const receiver = spawn(process.execPath, ['--input-type=module', '-e', RECEIVER], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: receiver.stdout })
  const [port] = (await once(lines, 'line')) as [string]
  const context = { name: 'bench', clock: Date.now, log: console.error }
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const sink = webhookSink.open({ url: `http://127.0.0.1:${port}/events`, secret, ...options }, context)
  const started = performance.now()
  for (let from = 0; from < total; from += webhookSink.batch) {
    const batch = events.slice(from, from + webhookSink.batch)
    const { settled, failure } = await sink.send(batch, new AbortController().signal)
    if (settled !== batch.length) throw new Error(`not all were taken: ${failure?.message}`)
  }
  const seconds = (performance.now() - started) / 1000
  await sink.close()
  receiver.stdin.end()
  const [count] = (await once(lines, 'line')) as [string]
  if (!options.batch && Number(count) !== total) throw new Error(`${count} of ${total} events arrived`)
  return total / seconds
}

const rate = (value: number) => Math.round(value).toLocaleString('en')
const bytes = JSON.stringify(events[0]?.document).length
console.log(`${rate(total)} events of ${bytes} bytes each, of ${ASSETS} assets, each signed`)
const rates: number[] = []
for (let round = 1; round <= 3; round++) {
  rates.push(await measure({}))
  console.log(`one event per request, 4 at a time: ${rate(rates.at(-1) as number)} events/s`)
}
console.log(`one at a time: ${rate(await measure({ concurrency: 1 }))} events/s`)
console.log(`in batches: ${rate(await measure({ batch: true }))} events/s`)
printRatio(median(rates) / PROMISED, `at least 1× ${PROMISED} events/s`)
