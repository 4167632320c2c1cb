import { fstatSync, write } from 'node:fs'
import { promisify } from 'node:util'
import { WaitEnded, waitWithin } from '../../clients/wait-within.ts'
import { messageOf } from '../../core/errors.ts'
import type { Outgoing, SendResult, Sink, SinkContext, SinkKind, SinkOption, SinkOptions } from '../../core/sink.ts'
import { writeJsonTexts } from '../json-text.ts'
import { readSettings } from '../read-settings.ts'
import { failAt, settle } from '../send-failure.ts'

const OPTIONS = {
  timeout: { type: 'duration', default: 30, min: 1, max: 3600, help: 'how long whoever reads may take for a batch' },
} as const satisfies Record<string, SinkOption>

/** Writes events to standard output as lines of JSON. */
export const stdoutSink: SinkKind = {
  type: 'stdout',
  help: 'writes events to standard output, one line of JSON each',
  options: OPTIONS,
  batch: 500,
  open: (options, context) => new StdoutSink(options, context),
}

const STDOUT = 1
const writeTo = promisify(write)

class StdoutSink implements Sink {
  readonly #timeout: number
  readonly #writeLines: (lines: string) => Promise<void>
  /** A write that was not waited for to its end: until then, what comes after it would only pile up. */
  #unfinished: Promise<void> | undefined
  /** Whether a write failed, perhaps within a line. */
  #isTorn = false

  constructor(options: SinkOptions, context: SinkContext) {
    this.#timeout = readSettings(OPTIONS, options, context).timeout * 1000
    this.#writeLines = isFile() ? writeToFile : writeToStream
    // Each write tells of its own failure; without a listener the process would end.
    process.stdout.on('error', ignore)
  }

  async send(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    const limits = { timeout: this.#timeout, signal }
    try {
      await waitWithin(async () => this.#unfinished, limits)
      const { written, refused } = writeJsonTexts(events)
      const lines = written.map(({ text }) => `${text}\n`).join('')
      if (lines !== '') await waitWithin(() => this.#begin(lines), limits)
      return settle(events.length, refused)
    } catch (error) {
      return failAt(0, { reason: 'local', message: this.#explain(error) })
    }
  }

  async close(): Promise<void> {
    // A stream tells of an error once more after it told the write itself.
    const leave = () => void setImmediate(() => process.stdout.off('error', ignore))
    if (this.#unfinished) void this.#unfinished.then(leave)
    else leave()
  }

  #begin(lines: string): Promise<void> {
    // A half line must not swallow the one after it.
    const writing = this.#writeLines(this.#isTorn ? `\n${lines}` : lines)
    const settled = (isTorn: boolean) => {
      this.#isTorn = isTorn
      if (this.#unfinished === unfinished) this.#unfinished = undefined
    }
    const unfinished = writing.then(
      () => settled(false),
      () => settled(true),
    )
    this.#unfinished = unfinished
    return writing
  }

  #explain(error: unknown): string {
    if (error instanceof WaitEnded) {
      if (error.kind === 'aborted') return 'writing to standard output was stopped'
      return `nobody read standard output for ${this.#timeout / 1000} s`
    }
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return 'nobody reads standard output any longer (EPIPE)'
    return `cannot write to standard output: ${messageOf(error)}`
  }
}

function isFile(): boolean {
  try {
    return fstatSync(STDOUT).isFile()
  } catch {
    return false
  }
}

// Node's stream for a file takes a write that a full disk cut short for a whole one.
async function writeToFile(lines: string): Promise<void> {
  const bytes = Buffer.from(lines)
  let done = 0
  while (done < bytes.length) done += (await writeTo(STDOUT, bytes, done, bytes.length - done, null)).bytesWritten
}

function writeToStream(lines: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(lines, (error) => (error ? reject(error) : resolve()))
  })
}

function ignore(): void {}
