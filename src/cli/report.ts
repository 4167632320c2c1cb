import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import {
  createUuidOf,
  FORMAT_NAMES,
  type FormatName,
  loadFrameworks,
  loadReports,
  loadWaivers,
  openLibrary,
  requireSound,
} from '../app.ts'
import { KeelsonError, messageOf } from '../core/errors.ts'
import { chooseAsset, forTerminal, readPastMoment } from '../memory.ts'
import { addContentOptions, addStateOption, type ContentOptions, collect, type StateOptions } from './options.ts'
import { chooseFormat } from './output.ts'
import { type StateContext, withState } from './with-state.ts'

interface Options extends ContentOptions, StateOptions {
  html?: string
  format?: string
  framework?: string[]
  asset?: string
  at?: string
  since: string
  strict?: boolean
}

/** What is shown where no framework is named. */
const USUAL = 'cyber-essentials@3.3'

export function addReportCommand(program: Command): void {
  const command = program
    .command('report')
    .description('write what is known of a machine, as a page for people or for other systems')
    .option('--html <file>', 'a page for people: one file that needs nothing else; - for standard output')
    .option('--format <format>', `or, on standard output: ${FORMAT_NAMES.join(', ')}`)
    .option('--framework <framework>', `show this framework (repeatable; default: ${USUAL})`, collect)
    .option('--asset <asset>', "the machine's name or UUID (default: the one reported last)")
    .option('--at <time>', 'as of an age such as 90d, a date, or a time (default: now)')
    .option('--since <time>', 'from where on history is told', '90d')
    .option('--strict', 'let a warning count as failing')
  addStateOption(addContentOptions(command)).action((options: Options) => report(options, program.version() ?? ''))
}

async function report(options: Options, version: string): Promise<void> {
  const format = readTarget(options)
  await withState(options, { create: false }, async (context) => {
    const { output, config } = context
    const { formatHtml, formatReportAs } = await loadReports()
    const gathered = await gather(options, context, version)
    if (format !== undefined) {
      const { color, width } = output
      const asked = { color, width, strict: config.strict, verbose: false }
      output.write(formatReportAs(format, gathered, asked, { version, uuidOf: createUuidOf() }))
      return
    }
    const [page, path] = [formatHtml(gathered), options.html as string]
    if (path === '-') {
      output.write(page)
      return
    }
    await writePage(path, page)
    const size = `${(page.length / 1000).toFixed(0)} kB`
    output.note(`wrote ${forTerminal(path)}: ${gathered.items.length} checks, ${size}\n`)
  })
}

/** The format for standard output; undefined for a page. @throws KeelsonError */
function readTarget({ html, format }: Options): FormatName | undefined {
  if (html !== undefined && format === undefined) return undefined
  if (format !== undefined && html === undefined) return chooseFormat(format, FORMAT_NAMES)
  const message = html === undefined ? 'the report needs to know what it is to be' : '--html is a format by itself'
  throw new KeelsonError('usage', message, { hint: 'give --html FILE, or --format FORMAT' })
}

async function gather(options: Options, context: StateContext, version: string) {
  const { store, acceptances, config, now } = context
  const library = requireSound(openLibrary(config))
  const { openFrameworks, requireSoundFrameworks, findFramework } = await loadFrameworks()
  const { frameworks } = requireSoundFrameworks(openFrameworks(config, library))
  const { openWaivers, requireSoundWaivers, readAcceptances } = await loadWaivers()
  const files = requireSoundWaivers(openWaivers(config, { library, frameworks }))
  const { gatherReport } = await loadReports()
  const at = options.at === undefined ? undefined : readPastMoment(options.at, '--at', now)
  const since = readPastMoment(options.since, '--since', now)
  if (since >= (at ?? now)) {
    throw new KeelsonError('usage', `--since ${options.since} is not before --at ${options.at ?? 'now'}`, {
      hint: 'choose an earlier one',
    })
  }
  const asset = await chooseAsset(store, options.asset)
  return gatherReport(store, {
    asset,
    at,
    since,
    now,
    library,
    frameworks: (options.framework ?? [USUAL]).map((name) => findFramework(frameworks, name)),
    version,
    strict: config.strict,
    acceptances: await readAcceptances({ store, acceptances, files, asset, at: at ?? now, now }),
  })
}

/** A report says where a machine is weak: only its owner may read it. */
async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page, { mode: 0o600 })
  } catch (cause) {
    throw new KeelsonError('unwritable-file', `cannot write ${path}: ${messageOf(cause)}`, {
      cause,
      hint: 'name a file in a folder that you may write to',
    })
  }
}
