import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SinkOptions } from '../../../src/core/sink.ts'
import { execSink } from '../../../src/delivery/sinks/exec.ts'
import { countUp, HOSTILE, makeContext, makeEvent, makeEvents, never, sequencesOf } from './make-events.ts'

let folder: string
let out: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keelson-exec-sink-'))
  out = join(folder, 'out')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A sink that runs a shell script; $1 is a file that it may write to. */
function openScript(script: string, options: SinkOptions = {}) {
  return openCommand(['/bin/sh', '-c', script, 'script', out], options)
}

function openCommand(command: readonly string[], options: SinkOptions = {}) {
  return execSink.open({ command, ...options }, makeContext())
}

const read = () => readFileSync(out, 'utf8')

/** Processes that are children of this one and have ended without being waited for. */
function countZombies(): number {
  const list = execFileSync('ps', ['-o', 'stat=,ppid=', '-A'], { encoding: 'utf8' })
  return list.split('\n').filter((line) => new RegExp(`^Z\\S*\\s+${process.pid}$`).test(line.trim())).length
}

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0)
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function waitUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10)
}

describe('the exec sink', () => {
  it('gives a batch to one process, in order, one line of JSON each', async () => {
    const sink = openScript('echo run >> "$1.runs"; cat > "$1"')
    expect(await sink.send(makeEvents(500), never)).toEqual({ settled: 500 })
    expect(sequencesOf(read())).toEqual(countUp(500))
    expect(readFileSync(`${out}.runs`, 'utf8')).toBe('run\n')
    expect(countZombies()).toBe(0)
  })

  it('gives each event to a process of its own with each: true', async () => {
    const sink = openScript('echo run >> "$1.runs"; cat >> "$1"', { each: true })
    expect(await sink.send(makeEvents(20), never)).toEqual({ settled: 20 })
    expect(sequencesOf(read())).toEqual(countUp(20))
    expect(readFileSync(`${out}.runs`, 'utf8')).toBe('run\n'.repeat(20))
    expect(countZombies()).toBe(0)
  })

  it('passes on PATH and what it is told to, and nothing else', async () => {
    process.env.KEELSON_SINK_TEST = 'secret of the parent'
    try {
      await openCommand(['/usr/bin/env'], { env: { TOKEN: 'x' } }).send(makeEvents(1), never)
      await openScript('/usr/bin/env > "$1"', { env: { TOKEN: 'of ours' } }).send(makeEvents(1), never)
    } finally {
      delete process.env.KEELSON_SINK_TEST
    }
    const names = read()
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0] as string)
    // The shell adds three of its own.
    expect(names.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name)).sort()).toEqual(['PATH', 'TOKEN'])
  })

  it('never goes through a shell, and finds a program in the PATH', async () => {
    const program = join(folder, 'take $(touch pwned); it')
    writeFileSync(program, '#!/bin/sh\nprintf "%s\\n" "$@" > "$OUT"; cat >/dev/null\n')
    chmodSync(program, 0o755)
    const args = ['$(id)', '; touch pwned', '"*"']
    const options = { env: { PATH: `${folder}:/bin:/usr/bin`, OUT: out } }
    const sink = openCommand(['take $(touch pwned); it', ...args], options)
    expect(await sink.send(makeEvents(1), never)).toEqual({ settled: 1 })
    expect(read()).toBe(`${args.join('\n')}\n`)
  })

  it('passes hostile text as it is', async () => {
    const hostile = makeEvent(1, { title: HOSTILE })
    await openScript('cat > "$1"').send([hostile, makeEvent(2)], never)
    expect(sequencesOf(read())).toEqual([1, 2])
    expect(JSON.parse(read().split('\n')[0] as string)).toEqual(hostile.document)
  })

  it('settles what a program that reads nothing says that it took', async () => {
    expect(await openCommand(['true']).send(makeEvents(500), never)).toEqual({ settled: 500 })
  })

  it('does not wait for what the program has left behind', async () => {
    const sink = openScript('sleep 300 & echo $! > "$1"; cat > /dev/null', { timeout: 60 })
    expect(await sink.send(makeEvents(1), never)).toEqual({ settled: 1 })
    process.kill(Number(read()), 'SIGKILL')
  })
})

describe('a program that fails', () => {
  it.each([
    ['exit 75 asks to try again', 'echo no room >&2; exit 75', 'ended with exit code 75; it said: no room'],
    ['any other code is tried again', 'exit 3', 'ended with exit code 3'],
    ['so is the end by a signal', 'kill -9 $$', 'was ended by SIGKILL'],
  ])('%s', async (_, script, message) => {
    const failure = { reason: 'local', message: `/bin/sh ${message}` }
    expect(await openScript(script).send(makeEvents(3), never)).toEqual({ settled: 0, failure })
  })

  it('is told from one event that fails, when it gets them one by one', async () => {
    const sink = openScript('line=$(cat); case $line in *\'"sequence":3\'*) exit 1;; esac', { each: true })
    const failure = { reason: 'event', message: '/bin/sh ended with exit code 1' }
    expect(await sink.send(makeEvents(5), never)).toEqual({ settled: 2, failure })
    const busy = openScript('exit 75', { each: true })
    expect(await busy.send(makeEvents(5), never)).toMatchObject({ settled: 0, failure: { reason: 'local' } })
  })

  it('refuses one event for good, and gets the others', async () => {
    const script =
      'text=$(cat); case $text in *\'"sequence":3\'*) echo "not this one" >&2; exit 65;; esac; echo "$text" >> "$1"'
    const refused = [{ index: 2, message: '/bin/sh ended with exit code 65; it said: not this one' }]
    for (const each of [false, true]) {
      rmSync(out, { force: true })
      expect(await openScript(script, { each }).send(makeEvents(9), never)).toEqual({ settled: 9, refused })
      expect(sequencesOf(read())).toEqual([1, 2, 4, 5, 6, 7, 8, 9])
    }
  })

  it('refuses for good with the codes that it was given', async () => {
    const sink = openScript('exit 9', { refuse_codes: ['9', '65'] })
    expect(await sink.send(makeEvents(2), never)).toMatchObject({ settled: 2, refused: [{ index: 0 }, { index: 1 }] })
    const none = openScript('exit 65', { refuse_codes: [] })
    expect(await none.send(makeEvents(2), never)).toMatchObject({ settled: 0, failure: { reason: 'local' } })
  })

  it('says what it refused before it failed', async () => {
    const script = 'case $(cat) in *\'"sequence":1,\'*) exit 65;; *\'"sequence":4,\'*) exit 75;; esac'
    const result = await openScript(script, { each: true }).send(makeEvents(6), never)
    expect(result).toMatchObject({ settled: 3, refused: [{ index: 0 }], failure: { reason: 'local' } })
  })

  it.each([
    ['/nonexistent/program', 'there is no such program'],
    ['/etc/passwd', 'it may not be executed'],
  ])('%s cannot be started, and that is said', async (program, why) => {
    const failure = { reason: 'local', message: `${program} cannot be started: ${why}` }
    expect(await openCommand([program]).send(makeEvents(1), never)).toEqual({ settled: 0, failure })
  })

  it('is quoted with its last lines, without our secrets, and without what moves the cursor', async () => {
    const script = 'echo first >&2; printf "bad \\033[31m token %s\\n\\nlast line\\n" "$TOKEN" >&2; exit 75'
    const { failure } = await openScript(script, { env: { TOKEN: 'hunter2-hunter2' } }).send(makeEvents(1), never)
    expect(failure?.message).toBe('/bin/sh ended with exit code 75; it said: first | bad ␛[31m token *** | last line')
    const much = await openScript('yes "a long story" | head -c 1000000 >&2; exit 75').send(makeEvents(1), never)
    expect(much.failure?.message.length).toBeLessThan(300)
  })
})

describe('a program that does not end', () => {
  // Neither it nor what it started listens to SIGTERM.
  const STUBBORN = 'trap "" TERM; sleep 300 & echo $! $$ > "$1.part"; mv "$1.part" "$1"; wait; sleep 300'

  it('is killed with all that it started when its time is over', async () => {
    const failure = { reason: 'timeout', message: '/bin/sh did not end within 1 s, and was killed' }
    expect(await openScript(STUBBORN, { timeout: 1 }).send(makeEvents(2), never)).toEqual({ settled: 0, failure })
    const pids = read().trim().split(' ').map(Number)
    await waitUntil(() => !pids.some(isRunning))
    expect(countZombies()).toBe(0)
  })

  it('is killed with all that it started when we are told to stop', async () => {
    const stop = new AbortController()
    const sending = openScript(STUBBORN, { timeout: 3600 }).send(makeEvents(2), stop.signal)
    await waitUntil(() => existsSync(out))
    stop.abort()
    const failure = { reason: 'local', message: '/bin/sh was stopped' }
    expect(await sending).toEqual({ settled: 0, failure })
    const pids = read().trim().split(' ').map(Number)
    await waitUntil(() => !pids.some(isRunning))
    expect(countZombies()).toBe(0)
  })

  it('keeps what was settled before we were told to stop', async () => {
    const stop = new AbortController()
    const script = 'case $(cat) in *\'"sequence":3,\'*) touch "$1"; exec sleep 300;; esac'
    const sending = openScript(script, { each: true }).send(makeEvents(5), stop.signal)
    await waitUntil(() => existsSync(out))
    stop.abort()
    expect(await sending).toMatchObject({ settled: 2, failure: { reason: 'local' } })
  })

  it('is not even started once we were told to stop', async () => {
    const stop = new AbortController()
    stop.abort()
    expect(await openScript('touch "$1"').send(makeEvents(1), stop.signal)).toMatchObject({ settled: 0 })
    expect(existsSync(out)).toBe(false)
  })
})

describe('the options of the exec sink', () => {
  it.each<[string, SinkOptions, string]>([
    ['no command', {}, 'sink ops: command is missing'],
    ['an empty command', { command: [] }, 'sink ops: command names no program'],
    ['a command as text', { command: 'cat > x' }, 'sink ops: command must be a list of texts'],
    [
      'a wrong code',
      { command: ['x'], refuse_codes: ['0'] },
      'sink ops: refuse_codes must be exit codes from 1 to 255',
    ],
    ['a wrong name', { command: ['x'], env: { 'A=B': 'c' } }, 'sink ops: env must be a mapping of names to texts'],
  ])('refuse %s, and say how to mend it', (_, options, message) => {
    const attempt = () => execSink.open(options, makeContext())
    expect(attempt).toThrow(message)
    expect(attempt).toThrow(expect.objectContaining({ code: 'config', hint: expect.stringMatching(/\w/) }))
  })
})
