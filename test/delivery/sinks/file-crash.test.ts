import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countUp, sequencesOf } from './make-events.ts'

const PROGRAM = join(import.meta.dirname, 'write-events.ts')
const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0
const canMount = process.platform === 'linux' && spawnSync('unshare', ['-rm', 'true']).status === 0

let folder: string
let path: string
let child: ChildProcess | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keelson-file-crash-'))
  path = join(folder, 'events.jsonl')
})

afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

interface Writer {
  /** The next line that begins so, without its beginning; undefined when the process ended before. */
  next(word: string): Promise<string | undefined>
  readonly process: ChildProcess
}

function startWriter(command: readonly string[], options: object, first: number, last: number): Writer {
  const [program = '', ...args] = [
    ...command,
    process.execPath,
    PROGRAM,
    JSON.stringify(options),
    String(first),
    String(last),
  ]
  const started = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  child = started
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]()
  return {
    process: started,
    async next(word) {
      for (;;) {
        const { value, done } = await lines.next()
        if (done) return undefined
        if (value.startsWith(word)) return value.slice(word.length + 1)
      }
    },
  }
}

describe('a file sink', () => {
  it('that is killed at any moment loses nothing that was settled, and leaves no half line', async () => {
    let settled = 0
    for (let round = 0; round < 12; round++) {
      // Without waiting for the disk, more of the time goes into writing.
      const fsync = round % 2 === 0 ? 'always' : 'never'
      const writer = startWriter([], { path, rotate_bytes: 20_000_000, keep: 50, fsync }, settled + 1, 1e9)
      settled = Number(await writer.next('settled'))
      void sleep(Math.random() * 60).then(() => writer.process.kill('SIGKILL'))
      for (let line = await writer.next('settled'); line !== undefined; line = await writer.next('settled')) {
        settled = Number(line)
      }
    }
    const last = startWriter([], { path }, settled + 1, settled + 1)
    await once(last.process, 'exit')
    const files = execFileSync('sh', ['-c', `ls -rv ${path}*`], { encoding: 'utf8' })
      .trim()
      .split('\n')
    const sequences = files.flatMap((file) => sequencesOf(readFileSync(file, 'utf8')))
    // What is there twice was sent again after a kill; the first of each stand in order.
    expect([...new Set(sequences)].filter((sequence) => sequence <= settled + 1)).toEqual(countUp(settled + 1))
  })

  it.skipIf(!canLimit)('takes back what a write cut short has left, and goes on when there is room', async () => {
    const writer = startWriter(['prlimit', '--fsize=2500000:unlimited'], { path }, 1, 4000)
    expect(JSON.parse((await writer.next('failed')) ?? '')).toEqual({
      reason: 'local',
      message: expect.stringContaining(`cannot write to ${path}: EFBIG`),
    })
    await writer.next('failed')
    // What follows them may be half written at this moment.
    expect(
      readFileSync(path, 'utf8')
        .split('\n')
        .slice(0, 1000)
        .map((line) => JSON.parse(line).meta.sequence),
    ).toEqual(countUp(1000))
    execFileSync('prlimit', ['--pid', String(writer.process.pid), '--fsize=unlimited'])
    expect(await writer.next('settled')).toBe('1500')
    await once(writer.process, 'exit')
    expect(sequencesOf(readFileSync(path, 'utf8'))).toEqual(countUp(4000))
  })

  it.skipIf(!canMount)('goes on where it was when a full disk has room again', async () => {
    const mount = join(folder, 'disk')
    mkdirSync(mount)
    const inside = join(mount, 'events.jsonl')
    const script = `mount -t tmpfs -o size=4m tmpfs ${mount} && head -c 2000000 /dev/zero > ${mount}/ballast && exec "$@"`
    const command = ['unshare', '-rm', 'sh', '-c', script, 'sh']
    const writer = startWriter(command, { path: inside, timeout: 5 }, 1, 1e6)
    expect(JSON.parse((await writer.next('failed')) ?? '')).toEqual({
      reason: 'local',
      message: expect.stringContaining(`cannot write to ${inside}: ENOSPC`),
    })
    const seen = (name: string) => `/proc/${writer.process.pid}/root${mount}/${name}`
    expect(statSync(seen('ballast')).size).toBe(2_000_000)
    writeFileSync(seen('ballast'), '')
    expect(await writer.next('settled')).toBe('1500')
    const lines = readFileSync(seen('events.jsonl'), 'utf8').split('\n').slice(0, 1500)
    expect(sequencesOf(`${lines.join('\n')}\n`)).toEqual(countUp(1500))
  })
})
