import { type ProgramEnd, runProgram } from '../../clients/run-program.ts'
import type { Outgoing, SendResult, Sink, SinkContext, SinkKind, SinkOption, SinkOptions } from '../../core/sink.ts'
import { forTerminal } from '../../formats/escape.ts'
import { type Written, writeJsonTexts } from '../json-text.ts'
import { readSettings, wrongOption } from '../read-settings.ts'
import { failAt, quoteText, SendError, settle } from '../send-failure.ts'

// sysexits.h: EX_TEMPFAIL invites to try again later, EX_DATAERR says that the input was wrong.
const TEMPFAIL = 75
const DATAERR = '65'

const OPTIONS = {
  command: {
    type: 'texts',
    required: true,
    visible: true,
    help: 'the program and its arguments, as a list; no shell reads them, and everybody on the machine may see them',
  },
  each: {
    type: 'boolean',
    default: false,
    help: 'start the program for each event by itself, rather than once for a batch with an event on each line',
  },
  env: { type: 'mapping', help: 'its environment besides PATH; nothing else is passed on' },
  refuse_codes: {
    type: 'texts',
    help: `exit codes that refuse an event for good, as a list (${DATAERR}); 0: delivered, anything else: try again`,
  },
  timeout: {
    type: 'duration',
    default: 30,
    min: 1,
    max: 3600,
    help: 'how long it may run; then it and all that it started are killed, and it is tried again',
  },
} as const satisfies Record<string, SinkOption>

/** Starts a program that reads events on its standard input. */
export const execSink: SinkKind = {
  type: 'exec',
  help: 'starts a program that reads events as lines of JSON on its standard input; exit code 0 means delivered',
  options: OPTIONS,
  batch: 500,
  open: (options, context) => new ExecSink(options, context),
}

class ExecSink implements Sink {
  readonly #command: readonly [string, ...string[]]
  readonly #env: Readonly<Record<string, string>>
  readonly #secrets: readonly string[]
  readonly #each: boolean
  readonly #refuseCodes: ReadonlySet<number>
  readonly #timeout: number

  constructor(options: SinkOptions, context: SinkContext) {
    const {
      command,
      env = {},
      each,
      refuse_codes: codes = [DATAERR],
      timeout,
    } = readSettings(OPTIONS, options, context)
    const [program, ...args] = command
    if (!program)
      throw wrongOption(context, 'command', 'names no program', 'such as ["/usr/local/bin/notify", "--json"]')
    this.#command = [program, ...args]
    this.#env = { PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin', ...readEnv(env, context) }
    // A program may well print its environment when it fails.
    this.#secrets = Object.values(env).filter((value) => value.length >= SHORTEST_SECRET)
    this.#each = each
    this.#refuseCodes = new Set(codes.map((code) => readCode(code, context)))
    this.#timeout = timeout * 1000
  }

  async send(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    const { written, refused } = writeJsonTexts(events)
    const all = [...refused]
    // Parts of the batch that are still to be sent, the first one last.
    const parts = (this.#each ? written.map((one) => [one]) : [written]).filter((part) => part.length > 0).reverse()
    for (let part = parts.pop(); part; part = parts.pop()) {
      try {
        const refusal = await this.#run(part, signal)
        if (refusal === undefined) continue
        const [first, ...others] = part as [Written, ...Written[]]
        if (others.length === 0) all.push({ index: first.index, message: refusal })
        // Which of them it meant shows when it gets them in halves.
        else parts.push(part.slice(part.length >> 1), part.slice(0, part.length >> 1))
      } catch (error) {
        const { index } = part[0] as Written
        if (error instanceof SendError) return failAt(index, error, sort(all))
        return failAt(index, { reason: 'local', message: `${this.#name} could not be run` }, sort(all))
      }
    }
    return settle(events.length, sort(all))
  }

  async close(): Promise<void> {}

  get #name(): string {
    return quoteText(this.#command[0])
  }

  /** Answers why these were refused for good, if they were. @throws SendError for what may go better later */
  async #run(part: readonly Written[], signal: AbortSignal): Promise<string | undefined> {
    const input = part.map(({ text }) => `${text}\n`).join('')
    const end = await runProgram({
      command: this.#command,
      env: this.#env,
      input,
      timeout: this.#timeout,
      signal,
    })
    if (end.kind === 'code' && end.code === 0) return undefined
    const message = this.#describe(end)
    if (end.kind === 'timeout') throw new SendError('timeout', message)
    if (end.kind !== 'code') throw new SendError('local', message)
    if (this.#refuseCodes.has(end.code)) return message
    // A program that got a single event and failed may well take another one.
    throw new SendError(this.#each && end.code !== TEMPFAIL ? 'event' : 'local', message)
  }

  #describe(end: ProgramEnd): string {
    const said = this.#quoteLastLines(end.stderr)
    const told = said === '' ? '' : `; it said: ${said}`
    switch (end.kind) {
      case 'code':
        return `${this.#name} ended with exit code ${end.code}${told}`
      case 'signal':
        return `${this.#name} was ended by ${end.signal}${told}`
      case 'timeout':
        return `${this.#name} did not end within ${this.#timeout / 1000} s, and was killed${told}`
      case 'aborted':
        return `${this.#name} was stopped`
      case 'absent':
        return `${this.#name} cannot be started: ${explainStart(end.error)}`
    }
  }

  #quoteLastLines(stderr: string): string {
    const clean = this.#secrets.reduce((text, secret) => text.replaceAll(secret, '***'), stderr)
    const lines = clean.split('\n').filter((line) => line.trim() !== '')
    // The last words tell more than the first ones.
    const end = forTerminal(lines.slice(-LAST_LINES).join(' | ')).slice(-LONGEST_END)
    return quoteText(end)
  }
}

const SHORTEST_SECRET = 4
const LAST_LINES = 3
const LONGEST_END = 200

function sort(refused: readonly { readonly index: number; readonly message: string }[]) {
  return [...refused].sort((one, other) => one.index - other.index)
}

function readCode(text: string, context: SinkContext): number {
  const code = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (code >= 1 && code <= 255) return code
  throw wrongOption(context, 'refuse_codes', 'must be exit codes from 1 to 255', `such as ["${DATAERR}"]`)
}

function readEnv(env: Readonly<Record<string, string>>, context: SinkContext): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(env)) {
    if (name === '' || /[=\0]/.test(name) || value.includes('\0')) {
      throw wrongOption(context, 'env', 'must be a mapping of names to texts', 'names without "=", such as TOKEN')
    }
  }
  return env
}

function explainStart(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'there is no such program'
  if (error.code === 'EACCES') return 'it may not be executed'
  return error.code ?? 'the system refused'
}
