import { type Command, Option } from 'commander'
import {
  createUuidOf,
  FORMAT_NAMES,
  forTerminal,
  loadWaivers,
  openLibrary,
  openSource,
  openWorkbench,
  REPORT_FORMATS,
  requireKnownParams,
  requireSound,
  runWithState,
  selectFrom,
} from '../app.ts'
import { exitCodeOf, KeelsonError } from '../core/errors.ts'
import { evaluateNarrowed, narrow, tellFramework } from './narrow.ts'
import {
  addContentOptions,
  addNarrowingOptions,
  addSelectionOptions,
  addSourceOptions,
  addStateOption,
  type ContentOptions,
  type NarrowingOptions,
  requireSome,
  type SelectionOptions,
  type SourceOptions,
  type StateOptions,
  toConfig,
  toSelection,
} from './options.ts'
import { chooseFormat, openOutput } from './output.ts'

type Options = ContentOptions &
  SelectionOptions &
  NarrowingOptions &
  SourceOptions &
  StateOptions & { format?: string; strict?: boolean; verbose?: boolean; due?: boolean; all?: boolean }

export function addRunCommand(program: Command): void {
  const command = program
    .command('run')
    .description('evaluate this machine')
    .argument('[checks...]', 'ids or patterns, such as disk-encryption or "firewall*" (default: all)')
    .option('--format <format>', FORMAT_NAMES.join(', '))
    .option('--strict', 'let a warning count as failing')
    .option('--verbose', 'show the evidence of passing checks too')
    .addOption(
      new Option(
        '--due',
        'only what is due by its schedule, changed, or after an upgrade; of the rest, the last result',
      ).conflicts('all'),
    )
    .option('--all', 'also the checks that are run by hand only (schedule: manual)')
    .option('--no-state', 'remember nothing, and compare with nothing')
  addStateOption(command)
  addSourceOptions(addNarrowingOptions(addSelectionOptions(addContentOptions(command))))
  // Both set the same option, of which the last would win.
  const given = new Set<string>()
  for (const option of ['state', 'no-state']) command.on(`option:${option}`, () => given.add(option))
  command.action((patterns: string[], options: Options) => {
    if (given.size > 1) {
      throw new KeelsonError('usage', '--state and --no-state contradict each other', { hint: 'give one of them' })
    }
    return run(patterns, options, program.version() ?? '')
  })
}

async function run(patterns: string[], options: Options, version: string): Promise<void> {
  const format = chooseFormat(options.format, FORMAT_NAMES)
  const given = toConfig(options)
  const output = openOutput()
  const progress = (text: string) => output.watched && output.note(`\r\u001b[K${text}`)
  progress('reading the checks')
  // A source takes its time to start, so it does while the library is read.
  const opening = openSource(given)
  opening.catch(() => {})
  try {
    const all = requireSound(openLibrary(given))
    requireKnownParams(given, all)
    const { openWaivers, requireSoundWaivers } = await loadWaivers()
    const files = requireSoundWaivers(openWaivers(given, { library: all }))
    const selected = { config: given, library: all, selection: toSelection(patterns, options) }
    const narrowed = await narrow(options, selected)
    const { config, library, selection } = narrowed
    requireSome(selectFrom(library, selection), 'nothing was judged')
    const workbench = await openWorkbench(config, library)
    const { source, warnings } = await opening
    const warn = (text: string) => {
      progress('')
      output.note(`checks: ${forTerminal(text)}\n`)
    }
    warnings.forEach(warn)
    progress('judging')
    const { report, acceptances, failure } = await runWithState(source, workbench, {
      files,
      config,
      library,
      selection,
      all: options.all ?? false,
      due: options.due ?? false,
      clock: Date.now,
      onProgress: (judged, of) => progress(`judging ${judged}/${of}`),
      warn,
    })
    progress('')
    requireSome(report.results, 'nothing was judged', `none of them says anything of ${report.asset.platform}`)
    const { color, width } = output
    const framework = await evaluateNarrowed(options, report, { ...narrowed, acceptances })
    const formatted = framework ? { ...report, frameworks: [framework] } : report
    const asked = { color, width, strict: config.strict, verbose: options.verbose ?? false }
    output.write(REPORT_FORMATS[format](formatted, asked, { version, uuidOf: createUuidOf() }))
    if (format === 'table' && framework) output.note(await tellFramework(framework))
    process.exitCode = exitCodeOf(report.summary, config.strict)
    if (failure !== undefined) throw failure
  } catch (error) {
    progress('')
    throw error
  } finally {
    await opening.then(({ source }) => source.close()).catch(() => {})
  }
}
