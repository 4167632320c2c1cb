// What `checks watch` costs while it waits, with 100 checks hourly on the embedded engine (Linux), and what one
// evaluation of all of them costs:
//   node bench/idle-watch.ts [seconds]
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROGRAM, printRatio, requireBuild } from './measure.ts'

const SECONDS = Number(process.argv[2] ?? 60)
const CHECKS = 100
const CPU = 1
const MEMORY = 120
/** Clock ticks per second in /proc; 100 on every Linux of today. */
const HERTZ = 100

requireBuild()
const folder = mkdtempSync(join(tmpdir(), 'bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'checks'))
for (let i = 0; i < CHECKS; i++) writeFileSync(join(folder, 'checks', `check-${i}.yaml`), writeCheck(i))
const state = join(folder, 'state.db')
const child = spawn(
  process.execPath,
  [PROGRAM, 'watch', '--source', 'embedded', '--no-library', '--checks', join(folder, 'checks'), '--state', state],
  { cwd: folder, env: { PATH: process.env.PATH, HOME: folder }, stdio: ['ignore', 'ignore', 'pipe'] },
)
process.once('exit', () => child.kill('SIGKILL'))
await until(child, /checks? judged/)
const pid = child.pid as number
const started = cpuOf(pid)
// What the evaluation has used is counted to its parent once it has ended.
console.log(`one evaluation of ${CHECKS} checks: ${(started.children * 1000).toFixed(0)} ms of CPU, hourly`)
await new Promise((resolve) => setTimeout(resolve, 2000))
const before = cpuOf(pid)
let peak = 0
for (let second = 0; second < SECONDS; second++) {
  await new Promise((resolve) => setTimeout(resolve, 1000))
  peak = Math.max(peak, memoryOf(pid))
}
const after = cpuOf(pid)
const own = after.own + after.children - before.own - before.children
const share = (100 * own) / SECONDS + (100 * started.children) / 3600
console.log(
  `waiting for ${SECONDS} s: ${(own * 1000).toFixed(0)} ms of CPU; with the evaluations ${share.toFixed(2)} % of a core (promised: below ${CPU} %)`,
)
console.log(`memory while waiting: ${peak.toFixed(0)} MB (promised: below ${MEMORY} MB)`)
printRatio(Math.min(CPU / share, MEMORY / peak), 'what is allowed is at least 1× what is used')
child.kill('SIGTERM')

function writeCheck(index: number): string {
  const path = readdirSync('/etc')[index % 50]
  return `id: check-${index}
title: Check ${index}
severity: medium
schedule: 1h
platforms:
  linux:
    all:
      - sql: SELECT count(*) >= 0 AS passed FROM file WHERE path = '/etc/${path}'
      - sql: SELECT count(*) > ${index % 2} AS passed FROM users
`
}

function until(process: ChildProcess, pattern: RegExp): Promise<void> {
  let text = ''
  return new Promise((resolve, reject) => {
    process.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (pattern.test(text)) resolve()
    })
    process.once('exit', () => reject(new Error(`the watch has ended: ${text}`)))
  })
}

/** Seconds of CPU, of the process itself and of those of its children that have ended. See proc_pid_stat(5). */
function cpuOf(process: number): { own: number; children: number } {
  const fields = readFileSync(`/proc/${process}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .map(Number)
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15)
  return { own: (user + system) / HERTZ, children: (childUser + childSystem) / HERTZ }
}

function memoryOf(process: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${process}/status`, 'utf8')) ?? []
  return (Number(kilobytes) * 1024) / 1e6
}
