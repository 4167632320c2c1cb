import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import type { SendResult } from '../../../src/core/sink.ts'
import { stdoutSink } from '../../../src/delivery/sinks/stdout.ts'
import { countUp, HOSTILE, makeContext, sequencesOf } from './make-events.ts'

const PROGRAM = join(import.meta.dirname, 'print-events.ts')
const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0

let child: ChildProcess | undefined
afterEach(() => void child?.kill('SIGKILL'))

type Told = SendResult & { readonly memory: number }

interface Printer {
  readonly process: ChildProcess
  /** What became of the next batch. */
  next(): Promise<Told>
}

function startPrinter(
  args: readonly (string | number)[],
  stdout: 'pipe' | number = 'pipe',
  before: string[] = [],
): Printer {
  const [program = '', ...rest] = [...before, process.execPath, PROGRAM, ...args.map(String)]
  const started = spawn(program, rest, { stdio: ['ignore', stdout, 'pipe'] })
  child = started
  const lines = createInterface({ input: started.stderr as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  return { process: started, next: async () => JSON.parse((await lines.next()).value ?? '{}') }
}

describe('the stdout sink', () => {
  it('writes lines of JSON in order to a pipe', async () => {
    const printer = startPrinter(['{}', 5])
    expect(sequencesOf(await text(printer.process.stdout as NodeJS.ReadableStream))).toEqual(countUp(500))
    expect(await printer.next()).toMatchObject({ settled: 100 })
  })

  it('shows nothing to a terminal that it should not see', async () => {
    const { process } = startPrinter(['{}', 1, 1, 'hostile'])
    const lines = await text(process.stdout as NodeJS.ReadableStream)
    expect(sequencesOf(lines)).toEqual(countUp(100))
    expect(lines).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}]/u)
    expect(JSON.parse(lines.split('\n')[0] as string).meta.evidence).toBe(HOSTILE)
  })

  it('waits for a slow reader, then tells so, and keeps no more than one batch meanwhile', async () => {
    const printer = startPrinter(['{"timeout":1}', 5, 10_000])
    const { failure, memory } = await printer.next()
    expect(failure).toEqual({ reason: 'local', message: 'nobody read standard output for 1 s' })
    for (let n = 0; n < 2; n++) expect(await printer.next()).toMatchObject({ settled: 0 })
    expect((await printer.next()).memory).toBeLessThan(memory + 20e6)
    const sequences = sequencesOf(await text(printer.process.stdout as NodeJS.ReadableStream))
    // What was written late comes again; nothing is torn.
    expect([...new Set(sequences)]).toEqual(countUp(100))
  })

  it('ends its wait when it is told to stop', async () => {
    const printer = startPrinter(['{"timeout":3600}', 1, 10_000])
    await once(printer.process.stdout as NodeJS.ReadableStream, 'readable')
    printer.process.kill('SIGUSR2')
    const failure = { reason: 'local', message: 'writing to standard output was stopped' }
    expect(await printer.next()).toMatchObject({ settled: 0, failure })
  })

  it('tells when nobody reads any longer, and does not end the process', async () => {
    const printer = startPrinter(['{}', 4])
    printer.process.stdout?.destroy()
    const failure = { reason: 'local', message: 'nobody reads standard output any longer (EPIPE)' }
    const [first, second] = [await printer.next(), await printer.next()]
    expect([first.failure, second.failure]).toEqual([failure, failure])
    expect(await once(printer.process, 'exit')).toEqual([0, null])
  })

  it('is closed right after a failure without ending the process', async () => {
    const printer = startPrinter(['{}', 1])
    printer.process.stdout?.destroy()
    expect(await once(printer.process, 'exit')).toEqual([0, null])
  })

  it.skipIf(!canLimit)('tells of a write into a file that was cut short, and begins a new line after it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keelson-stdout-sink-'))
    try {
      const path = join(folder, 'out')
      const file = openSync(path, 'a')
      const printer = startPrinter(['{}', 100], file, ['prlimit', '--fsize=100000:unlimited'])
      closeSync(file)
      for (let told = await printer.next(); !told.failure; told = await printer.next());
      expect(await printer.next()).toMatchObject({
        failure: { reason: 'local', message: expect.stringContaining('cannot write to standard output: EFBIG') },
      })
      execFileSync('prlimit', ['--pid', String(printer.process.pid), '--fsize=unlimited'])
      await once(printer.process, 'exit')
      const lines = readFileSync(path, 'utf8').split('\n')
      const whole = lines.filter((line) => line.startsWith('{') && line.endsWith('}'))
      const sequences = [...new Set(sequencesOf(`${whole.join('\n')}\n`))]
      expect(sequences).toEqual(countUp(sequences.length))
      expect(sequences.length).toBeGreaterThan(1000)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('refuses options that it does not have', () => {
    expect(() => stdoutSink.open({ path: 'x' }, makeContext())).toThrow('sink ops: path is not known')
  })
})
