// Every benchmark, one after the other; of those that take long by themselves, a small part:
//   node bench/run-all.ts
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

const BENCHMARKS: readonly (readonly [name: string, ...args: string[]])[] = [
  ['version-start'],
  ['run-library'],
  ['lint-500'],
  ['lint-library'],
  ['batching'],
  ['decode-answer'],
  ['commit-reports'],
  ['year-database'],
  ['idle-watch', '20'],
  ['file-sink'],
  ['webhook-sink'],
  ['outage'],
  ['ledger-10m', '--entries', '1000000'],
  ['soak/kill-ledger', '--times', '50'],
  ['soak/kill-watch', '--times', '30'],
]

console.log(
  `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${(totalmem() / 1e9).toFixed(0)} GB`,
)
for (const [name, ...args] of BENCHMARKS) {
  console.log(`\n## ${[name, ...args].join(' ')}`)
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) process.exitCode = 1
}
