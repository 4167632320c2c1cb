// Sends batches of events to standard output, and tells on standard error what became of each:
//   node print-events.ts OPTIONS BATCHES [SIZE [HOSTILE]]
import { setTimeout as sleep } from 'node:timers/promises'
import type { SinkOptions } from '../../../src/core/sink.ts'
import { stdoutSink } from '../../../src/delivery/sinks/stdout.ts'
import { HOSTILE, makeContext, makeEvent } from './make-events.ts'

const [options = '{}', batches = '1', size = '10', hostile] = process.argv.slice(2)
const sink = stdoutSink.open(JSON.parse(options) as SinkOptions, makeContext())
const stop = new AbortController()
process.on('SIGUSR2', () => stop.abort())
let from = 1
for (let n = 0; n < Number(batches); n++) {
  const events = Array.from({ length: 100 }, (_, at) =>
    makeEvent(from + at, { meta: { evidence: hostile ? HOSTILE : 'x'.repeat(Number(size)) } }),
  )
  const result = await sink.send(events, stop.signal)
  process.stderr.write(`${JSON.stringify({ ...result, memory: process.memoryUsage().rss })}\n`)
  from += result.settled
  if (result.failure && n + 1 < Number(batches)) await sleep(50)
}
await sink.close()
