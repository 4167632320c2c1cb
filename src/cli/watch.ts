import { realpathSync } from 'node:fs'
import { dirname, parse, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { formatService, formatWatchStatus, loadWatch, SERVICE_KINDS, type ServiceKind } from '../app.ts'
import type { Config } from '../config.ts'
import { EXIT } from '../core/errors.ts'
import {
  addContentOptions,
  addSourceOptions,
  addStateOption,
  type ContentOptions,
  type SourceOptions,
  type StateOptions,
  toConfig,
} from './options.ts'
import { chooseFormat, openOutput } from './output.ts'
import { toJson } from './to-json.ts'

type Options = ContentOptions &
  SourceOptions &
  StateOptions & {
    once?: boolean
    status?: boolean
    printService?: ServiceKind
    metrics?: string
    logFormat?: string
    format?: string
  }

export function addWatchCommand(program: Command): void {
  const command = program
    .command('watch')
    .description('evaluate this machine whenever checks are due, as a service')
    .addOption(new Option('--once', 'evaluate what is due, then end: for cron; silent unless something changed'))
    .addOption(new Option('--status', 'tell whether one runs, what is due when, and what went wrong').conflicts('once'))
    .addOption(
      new Option('--print-service <kind>', 'print a service definition for this installation')
        .choices(SERVICE_KINDS)
        .conflicts(['once', 'status']),
    )
    .option('--metrics <address>', 'serve metrics for Prometheus on loopback, such as 127.0.0.1:9464')
    .option('--log-format <format>', 'text, json')
    .option('--format <format>', 'of --status: table, json')
  addStateOption(command)
  addSourceOptions(addContentOptions(command)).action(watch)
}

async function watch(options: Options): Promise<void> {
  const output = openOutput()
  const config = toConfig(options)
  if (options.printService) {
    output.write(formatService(options.printService, describeCommand(options, config)))
    return
  }
  // Heard from the start: a signal must not end it in the midst of what it begins.
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
  // That nobody reads the log any more is no reason to end.
  process.stderr.on('error', () => {})
  const { createWatchLog, LOG_FORMATS, readWatchStatus, requireStatePath, startWatch, watchOnce } = await loadWatch()
  if (options.status) {
    const format = chooseFormat(options.format, ['table', 'json'])
    const status = await readWatchStatus(requireStatePath(config), Date.now())
    output.write(format === 'json' ? toJson(status) : formatWatchStatus(status, Date.now()))
    process.exitCode = status.running && !status.lost && !status.unsound ? EXIT.ok : EXIT.unjudged
    return
  }
  const format = chooseFormat(options.logFormat, LOG_FORMATS)
  const log = createWatchLog({ format, write: output.note, clock: Date.now })
  const flags = toFlags(options)
  if (options.once) {
    // Whoever reads the mail of cron wants to hear of changes and errors only.
    const quiet: typeof log = (level, event, ...rest) =>
      event === 'change' || level !== 'info' ? log(level, event, ...rest) : undefined
    await watchOnce({ flags, config, services: [], log: quiet, env: process.env, stop: stop.signal })
  } else {
    const onReload = (reload: () => void) => void process.on('SIGHUP', reload)
    await startWatch({ flags, config, services: [], log, env: process.env, stop: stop.signal, onReload })
  }
  // Something may hang that nobody waits for any more.
  process.exit()
}

/** The settings of the command line as the processes that evaluate get them. */
function toFlags({ config, checks, library, param, source, socket, timeout, state, metrics }: Options) {
  return { config, checks, library, param, source, socket, timeout, state, metrics }
}

/** The command that starts the watch with these options, wherever it is started. */
function describeCommand(options: Options, config: Config) {
  const { checks = [], library, param = [], source, socket, timeout, metrics, logFormat } = options
  const named = (flag: string, value: string | undefined) => (value === undefined ? [] : [flag, value])
  const args = [
    realpathSync(process.argv[1] ?? ''),
    'watch',
    ...named('--config', config.file),
    ...checks.flatMap((folder) => ['--checks', resolve(folder)]),
    ...(library ? [] : ['--no-library']),
    ...param.flatMap((text) => ['--param', text]),
    ...named('--state', typeof options.state === 'string' ? resolve(options.state) : undefined),
    ...named('--socket', socket),
    ...named('--source', source),
    ...named('--timeout', timeout),
    ...named('--metrics', metrics),
    ...named('--log-format', logFormat),
  ]
  const folder = config.file === undefined ? parse(process.execPath).root : dirname(config.file)
  return { program: process.execPath, args, folder, system: process.getuid?.() === 0 }
}
