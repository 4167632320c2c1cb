// A run of the whole built-in library on this machine with the embedded engine, as a process of its own (Linux):
//   node bench/run-library.ts
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, ms, PROGRAM, printRatio, requireBuild, runNode } from './measure.ts'

const RUNS = 5
const TIME = 3000
const MEMORY = 250

requireBuild()
const folder = mkdtempSync(join(tmpdir(), 'bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
// Remembered like any run, only elsewhere.
const args = [PROGRAM, 'run', '--source', 'embedded', '--format', 'json', '--state', join(folder, 'state.db')]
const { stdout, peak = Number.NaN } = await runNode(args, { peak: true })
const { summary, results } = JSON.parse(stdout)
const times: number[] = []
for (let i = 0; i < RUNS; i++) times.push((await runNode(args)).took)
const verdicts = Object.entries(summary).map(([verdict, count]) => `${count} ${verdict}`)
console.log(`${results.length} checks: ${verdicts.join(', ')}`)
console.log(`time: ${ms(median(times))} (median of ${RUNS}; promised: within ${TIME} ms)`)
console.log(`peak memory: ${peak.toFixed(0)} MB (promised: within ${MEMORY} MB)`)
printRatio(TIME / median(times), 'the time allowed is at least 1× the time taken')
