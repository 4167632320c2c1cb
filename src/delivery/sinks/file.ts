import { resolve } from 'node:path'
import { WaitEnded, waitWithin } from '../../clients/wait-within.ts'
import { messageOf } from '../../core/errors.ts'
import type { Outgoing, SendResult, Sink, SinkContext, SinkKind, SinkOption, SinkOptions } from '../../core/sink.ts'
import { writeJsonTexts } from '../json-text.ts'
import { LineFile, type LineFileOptions } from '../line-file.ts'
import { readSettings, wrongOption } from '../read-settings.ts'
import { failAt, settle } from '../send-failure.ts'

const OPTIONS = {
  path: {
    type: 'text',
    required: true,
    path: true,
    help: 'the file that a line of JSON is appended to for each event',
  },
  rotate_bytes: {
    type: 'integer',
    min: 1,
    help: 'put the file aside as PATH.1 once it holds so many bytes, such as 100000000; a batch is never torn apart',
  },
  rotate_every: {
    type: 'duration',
    min: 60,
    help: 'put the file aside after each period, such as 1d (at 00:00 UTC); with rotate_bytes, whichever comes first',
  },
  keep: { type: 'integer', min: 1, max: 1000, help: 'how many files that were put aside are kept (7)' },
  fsync: {
    type: 'text',
    choices: ['always', 'interval', 'never'],
    default: 'always',
    help: 'when lines are put on the disk: before their events count as delivered, now and then, or when the system does',
  },
  fsync_every: { type: 'duration', min: 1, max: 3600, help: 'how long lines may wait with fsync: interval (1s)' },
  mode: { type: 'text', default: '0600', help: 'permissions of new files, in quotes, such as "0640"' },
  timeout: { type: 'duration', default: 30, min: 1, max: 3600, help: 'how long the disk may take for a batch' },
} as const satisfies Record<string, SinkOption>

const KEEP = 7
const FSYNC_EVERY = 1

/** Appends events to a file as lines of JSON. */
export const fileSink: SinkKind = {
  type: 'file',
  help: 'appends events to a file, one line of JSON each',
  options: OPTIONS,
  batch: 1000,
  alone: true,
  open: (options, context) => new FileSink(options, context),
}

class FileSink implements Sink {
  readonly #path: string
  readonly #timeout: number
  readonly #file: LineFile
  /** An append that was not waited for to its end; nothing else may be written before. */
  #unfinished: Promise<void> | undefined

  constructor(options: SinkOptions, context: SinkContext) {
    const settings = readSettings(OPTIONS, options, context)
    this.#path = readPath(settings.path, context)
    this.#timeout = settings.timeout * 1000
    this.#file = new LineFile({ ...readRotation(options, context), ...readSafety(options, context), path: this.#path })
  }

  async send(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    const limits = { timeout: this.#timeout, signal }
    try {
      await waitWithin(async () => this.#unfinished, limits)
      const { written, refused } = writeJsonTexts(events)
      if (written.length > 0) {
        const lines = Buffer.from(`${written.map(({ text }) => text).join('\n')}\n`)
        await waitWithin(() => this.#begin(lines), limits)
      }
      return settle(events.length, refused)
    } catch (error) {
      return failAt(0, { reason: 'local', message: this.#explain(error) })
    }
  }

  async close(): Promise<void> {
    const limits = { timeout: this.#timeout, signal: new AbortController().signal }
    const close = async () => {
      await this.#unfinished
      await this.#file.close()
    }
    await waitWithin(close, limits).catch(() => {})
  }

  #begin(lines: Buffer): Promise<void> {
    const append = this.#file.append(lines)
    const unfinished = append
      .catch(() => {})
      .then(() => {
        if (this.#unfinished === unfinished) this.#unfinished = undefined
      })
    this.#unfinished = unfinished
    return append
  }

  #explain(error: unknown): string {
    if (!(error instanceof WaitEnded)) return `cannot write to ${this.#path}: ${messageOf(error)}`
    if (error.kind === 'aborted') return `writing to ${this.#path} was stopped`
    return `the disk of ${this.#path} did not answer within ${this.#timeout / 1000} s`
  }
}

function readPath(path: string, context: SinkContext): string {
  if (/[\\/]$/.test(path))
    throw wrongOption(context, 'path', 'names a folder', 'name a file, such as events.jsonl in it')
  return resolve(path)
}

function readRotation(
  options: SinkOptions,
  context: SinkContext,
): Pick<LineFileOptions, 'rotateBytes' | 'rotateEvery' | 'keep'> {
  const settings = readSettings(OPTIONS, options, context)
  const { rotate_bytes: rotateBytes, rotate_every: rotateEvery, keep } = settings
  if (keep !== undefined && rotateBytes === undefined && rotateEvery === undefined) {
    throw wrongOption(context, 'keep', 'says nothing while no file is put aside', 'add rotate_bytes or rotate_every')
  }
  return { rotateBytes, rotateEvery: rotateEvery && rotateEvery * 1000, keep: keep ?? KEEP }
}

function readSafety(
  options: SinkOptions,
  context: SinkContext,
): Pick<LineFileOptions, 'syncAfter' | 'mode' | 'clock' | 'log'> {
  const { fsync, fsync_every: every, mode } = readSettings(OPTIONS, options, context)
  if (every !== undefined && fsync !== 'interval') {
    throw wrongOption(
      context,
      'fsync_every',
      `says nothing with fsync: ${fsync}`,
      'leave it out, or set fsync: interval',
    )
  }
  if (!/^0?[0-7]{3}$/.test(mode)) {
    throw wrongOption(context, 'mode', 'must be three octal digits', 'in quotes, such as "0600" or "0640"')
  }
  const bits = Number.parseInt(mode, 8)
  if ((bits & 0o600) !== 0o600 || (bits & 0o113) !== 0) {
    const hint = 'such as "0600", "0640" or "0644"'
    throw wrongOption(
      context,
      'mode',
      'must let its owner read and write, nobody execute, and not everyone write',
      hint,
    )
  }
  const after = { always: 0, interval: (every ?? FSYNC_EVERY) * 1000, never: undefined }
  return { syncAfter: after[fsync as keyof typeof after], mode: bits, clock: context.clock, log: context.log }
}
