import type { Command } from 'commander'
import {
  FORMAT_NAMES,
  forTerminal,
  openLibrary,
  openSource,
  openWorkbench,
  REPORT_FORMATS,
  requireKnownParams,
  requireSound,
  runChecks,
  selectFrom,
} from '../app.ts'
import { exitCodeOf } from '../core/errors.ts'
import {
  addContentOptions,
  addSelectionOptions,
  addSourceOptions,
  type ContentOptions,
  requireSome,
  type SelectionOptions,
  type SourceOptions,
  toConfig,
  toSelection,
} from './options.ts'
import { chooseFormat, openOutput } from './output.ts'

type Options = ContentOptions &
  SelectionOptions &
  SourceOptions & { format?: string; strict?: boolean; verbose?: boolean }

export function addRunCommand(program: Command): void {
  const command = program
    .command('run')
    .description('evaluate this machine')
    .argument('[checks...]', 'ids or patterns, such as disk-encryption or "firewall*" (default: all)')
    .option('--format <format>', FORMAT_NAMES.join(', '))
    .option('--strict', 'let a warning count as failing')
    .option('--verbose', 'show the evidence of passing checks too')
  addSourceOptions(addSelectionOptions(addContentOptions(command))).action(run)
}

async function run(patterns: string[], options: Options): Promise<void> {
  const format = chooseFormat(options.format, FORMAT_NAMES)
  const config = toConfig(options)
  const output = openOutput()
  const selection = toSelection(patterns, options)
  const progress = (text: string) => output.watched && output.note(`\r\u001b[K${text}`)
  progress('reading the checks')
  // A source takes its time to start, so it does while the library is read.
  const opening = openSource(config)
  opening.catch(() => {})
  try {
    const library = requireSound(openLibrary(config))
    requireKnownParams(config, library)
    requireSome(selectFrom(library, selection), 'nothing was judged')
    const workbench = await openWorkbench(config, library)
    const { source, warnings } = await opening
    progress('')
    for (const warning of warnings) output.note(`checks: ${forTerminal(warning)}\n`)
    progress('judging')
    const report = await runChecks(source, workbench, {
      config,
      library,
      selection,
      clock: Date.now,
      onProgress: (judged, of) => progress(`judging ${judged}/${of}`),
    })
    progress('')
    requireSome(report.results, 'nothing was judged', `none of them says anything of ${report.asset.platform}`)
    const { color, width } = output
    output.write(
      REPORT_FORMATS[format](report, { color, width, strict: config.strict, verbose: options.verbose ?? false }),
    )
    process.exitCode = exitCodeOf(report.summary, config.strict)
  } catch (error) {
    progress('')
    throw error
  } finally {
    await opening.then(({ source }) => source.close()).catch(() => {})
  }
}
