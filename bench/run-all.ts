// Every benchmark, one after the other:
//   node bench/run-all.ts
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

const BENCHMARKS = ['version-start', 'run-library', 'lint-500', 'batching', 'decode-answer']

console.log(
  `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${(totalmem() / 1e9).toFixed(0)} GB`,
)
for (const name of BENCHMARKS) {
  console.log(`\n## ${name}`)
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) process.exitCode = 1
}
