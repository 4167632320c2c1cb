import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { formatLauncher, forTerminal, serveExtension } from '../app.ts'
import { KeelsonError } from '../core/errors.ts'
import { addReadingOptions, type ContentOptions, type StateOptions, toConfig } from './options.ts'
import { openOutput } from './output.ts'

type Options = StateOptions &
  Pick<ContentOptions, 'config'> & {
    readonly socket?: string
    readonly timeout: string
    readonly interval: string
    readonly verbose?: boolean
    readonly printLauncher?: boolean
  }

export function addExtensionCommand(program: Command, version: string): void {
  const command = program
    .command('extension')
    .description(
      'serve tables into osquery: compliance_status, file_lines, …; osqueryd can start it (docs/extension.md)',
    )
    .option('--socket <path>', "osquery's extension socket")
    .option('--timeout <seconds>', 'to wait for the socket, at the start and when it is lost', '3')
    .option('--interval <seconds>', 'between two looks whether osquery still lists it', '3')
    .option('--verbose', 'tell what happens')
    .option('--print-launcher', 'print a script for osqueryd to start, and end')
  addReadingOptions(command).action((options: Options) => serve(options, version))
}

async function serve(options: Options, version: string): Promise<void> {
  const output = openOutput()
  const { socket, timeout, interval, verbose, printLauncher, ...rest } = options
  const config = toConfig(rest)
  if (printLauncher) {
    const state = typeof options.state === 'string' ? ['--state', resolve(options.state)] : []
    const settings = config.file === undefined ? [] : ['--config', config.file]
    const program = [process.execPath, realpathSync(process.argv[1] ?? ''), 'extension', ...settings, ...state]
    output.write(formatLauncher(program))
    return
  }
  if (socket === undefined) {
    throw new KeelsonError('usage', 'the extension needs --socket PATH', {
      hint: 'osqueryd gives it to what it starts; of a shell it is ~/.osquery/shell.em',
    })
  }
  // Heard from the start: a signal that came before this would leave the socket behind.
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
  const log = (message: string) => (verbose ? output.note(`checks extension: ${forTerminal(message)}\n`) : undefined)
  const times = { timeout: readTime(timeout, '--timeout'), interval: readTime(interval, '--interval') }
  const why = await serveExtension({ socket, ...times, config, version, stop: stop.signal, log })
  log(WHY[why])
}

const WHY = {
  told: 'ended, as osquery told',
  stopped: 'ended by a signal',
  orphaned: 'ended, since whoever started this has ended',
}

/** In milliseconds. osquery itself looks after its extensions five times a second at most. @throws KeelsonError */
function readTime(text: string, flag: string): number {
  const seconds = text.trim() === '' ? Number.NaN : Number(text)
  if (seconds >= 0 && seconds <= 86_400) return Math.max(200, seconds * 1000)
  throw new KeelsonError('usage', `${flag} must be a number of seconds, not ${text}`)
}
