import { join } from 'node:path'
import { Argument, type Command } from 'commander'
import {
  formatDiagnostics,
  forTerminal,
  loadExchange,
  openLibrary,
  openWorkbench,
  requireKnownParams,
  requireSound,
  selectFrom,
} from '../app.ts'
import { EXIT } from '../core/errors.ts'
import { narrow } from './narrow.ts'
import {
  addContentOptions,
  addNarrowingOptions,
  addSelectionOptions,
  type ContentOptions,
  type NarrowingOptions,
  requireSome,
  type SelectionOptions,
  toConfig,
  toSelection,
} from './options.ts'
import { openOutput } from './output.ts'

const FORMATS = ['fleet', 'osquery-pack', 'sql'] as const

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .description("write checks as policies of Fleet, as a pack of osquery's, or as files of SQL")
    .addArgument(new Argument('<as>', 'what to write').choices(FORMATS))
    .argument('[checks...]', 'ids or patterns (default: all)')
    .option('--to <path>', 'the file, or for sql the folder (default: standard output)')
    .option('--force', 'replace files that are there')
  addNarrowingOptions(addSelectionOptions(addContentOptions(command)))
    .addHelpText(
      'after',
      `
Exit codes: 0 all of them were exported; 2 some could not be; 3 none could, or nothing was written.`,
    )
    .action(exportAs)
}

async function exportAs(
  as: (typeof FORMATS)[number],
  patterns: string[],
  options: ContentOptions & SelectionOptions & NarrowingOptions & { to?: string; force?: boolean },
): Promise<void> {
  const configured = toConfig(options)
  const all = requireSound(openLibrary(configured))
  requireKnownParams(configured, all)
  const meant = { config: configured, library: all, selection: toSelection(patterns, options) }
  const { config, library, selection } = await narrow(options, meant)
  const selected = selectFrom(library, selection)
  requireSome(selected, 'nothing was exported')
  const workbench = await openWorkbench(config, library)
  const { exportChecks, writeNewFiles } = await loadExchange()
  const { files, exported, notes } = exportChecks(selected, as, { config, workbench, platform: selection.platform })
  const output = openOutput()
  const { to } = options
  if (to === undefined) output.write(files.map(({ text }) => text).join('\n'))
  else {
    const written = files.map(({ path, text }) => ({ path: path === '' ? to : join(to, path), text }))
    writeNewFiles(written, options.force === true)
    for (const { path } of written) output.note(`wrote ${forTerminal(path)}\n`)
  }
  if (notes.length > 0) output.note(formatDiagnostics(notes, { color: output.noteColor }))
  const missing = notes.filter(({ code }) => code === 'not-exported').length
  output.note(
    `${exported} ${exported === 1 ? 'statement' : 'statements'} exported${missing > 0 ? `; ${missing} could not be` : ''}\n`,
  )
  process.exitCode = exported === 0 ? EXIT.usage : missing > 0 ? EXIT.unjudged : EXIT.ok
}
