// Events to the file sink, on the disk before each batch counts as delivered:
//   node bench/file-sink.ts [events]
import { closeSync, fsyncSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Event } from '../src/core/event.ts'
import type { Outgoing } from '../src/core/sink.ts'
import { fileSink } from '../src/delivery/sinks/file.ts'
import { median, ms, printRatio } from './measure.ts'

const PROMISED = 50_000
const BATCHES = [500, 1000]
const RUNS = 3
const count = Number(process.argv[2] ?? 100_000)

const events = Array.from({ length: count }, (_, n) => makeTransition(n))
const size = Buffer.byteLength(JSON.stringify(events[0]?.document)) + 1
const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'))
try {
  console.log(`${count} events of ${size} bytes; one fsync of ${BATCHES[0]} of them takes ${ms(measureFsync())} here`)
  for (const batch of BATCHES) {
    const rates: number[] = []
    for (let run = 0; run < RUNS; run++) rates.push(await measureSink(batch))
    const rate = median(rates)
    console.log(
      `batches of ${batch}, fsync each: ${Math.round(rate).toLocaleString('en')} events/s (median of ${RUNS})`,
    )
    printRatio(rate / PROMISED, `at least 1× ${PROMISED.toLocaleString('en')} events/s`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Events per second. */
async function measureSink(batch: number): Promise<number> {
  const path = join(folder, 'events.jsonl')
  const sink = fileSink.open({ path, rotate_bytes: 100_000_000 }, { name: 'bench', clock: Date.now, log: () => {} })
  const { signal } = new AbortController()
  const started = performance.now()
  for (let from = 0; from < count; from += batch) {
    const { failure } = await sink.send(events.slice(from, from + batch), signal)
    if (failure) throw new Error(failure.message)
  }
  const seconds = (performance.now() - started) / 1000
  await sink.close()
  const files = readdirSync(folder).filter((name) => name.startsWith('events'))
  const lines = files.reduce((sum, name) => sum + readFileSync(join(folder, name), 'utf8').split('\n').length - 1, 0)
  if (lines !== count) throw new Error(`${lines} lines for ${count} events`)
  for (const name of files) rmSync(join(folder, name))
  return count / seconds
}

/** Milliseconds that the disk itself takes, by the same amount at a time. */
function measureFsync(): number {
  const block = Buffer.alloc((BATCHES[0] as number) * size, 0x61)
  const file = openSync(join(folder, 'plain'), 'w')
  const times = Array.from({ length: 20 }, () => {
    const started = performance.now()
    writeSync(file, block)
    fsyncSync(file)
    return performance.now() - started
  })
  closeSync(file)
  return median(times)
}

/** A transition with evidence, as most events are. */
function makeTransition(n: number): Outgoing {
  const id = String(n).padStart(12, '0')
  const since = '2026-03-04T14:18:14.000+00:00'
  const event: Event = {
    uuid: `00000000-0000-5000-8000-${id}`,
    timestamp: since,
    level: 'ERROR',
    action: 'ASSET_COMPLIANCE',
    meta: {
      sequence: n,
      recorded_at: since,
      asset_sequence: n,
      kind: 'transition',
      check: 'ssh-root-login',
      severity: 'high',
      version: 'c0ffee00c0ffee00',
      definition: '7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730',
      verdict: 'fail',
      cause: 'observed',
      reason: 'sshd_config lets root log in by password',
      evidence: [
        { verdict: 'fail', resource: '/etc/ssh/sshd_config', found: { label: 'PermitRootLogin', value: 'yes' } },
      ],
      evidence_total: 1,
      source: { kind: 'socket', version: '5.12.1', preview: false },
      os: 'Debian GNU/Linux 12 (bookworm)',
      since,
      judged: { verdict: 'fail', since },
      last_since: since,
    },
    changes: { passed: { last: true, latest: false }, verdict: { last: 'pass', latest: 'fail' } },
    item: { id: `11111111-0000-5000-8000-${id}`, name: 'Root does not log in over SSH' },
    company: null,
    user: null,
    team: null,
    asset: { uuid: `22222222-0000-4000-8000-${id}`, name: `host-${n % 100}.example.net` },
  }
  return { sequence: n, event, document: event }
}
