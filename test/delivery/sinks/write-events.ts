// Sends events to a file sink until it is killed, and tells what became of each batch:
//   node write-events.ts OPTIONS FIRST LAST
import { setTimeout as sleep } from 'node:timers/promises'
import type { SinkOptions } from '../../../src/core/sink.ts'
import { fileSink } from '../../../src/delivery/sinks/file.ts'
import { makeContext, makeEvent, never } from './make-events.ts'

const BATCH = 500
const [options = '{}', first = '1', last = '1'] = process.argv.slice(2)
const sink = fileSink.open(JSON.parse(options) as SinkOptions, makeContext())
for (let from = Number(first); from <= Number(last); ) {
  const count = Math.min(BATCH, Number(last) - from + 1)
  const events = Array.from({ length: count }, (_, n) => makeEvent(from + n, { meta: { evidence: 'x'.repeat(1500) } }))
  const { settled, failure } = await sink.send(events, never)
  from += settled
  process.stdout.write(failure ? `failed ${JSON.stringify(failure)}\n` : `settled ${from - 1}\n`)
  if (failure) await sleep(20)
}
await sink.close()
