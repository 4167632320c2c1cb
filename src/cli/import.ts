import { Argument, type Command, Option } from 'commander'
import { formatDiagnostics, forTerminal, loadExchange } from '../app.ts'
import { EXIT, KeelsonError } from '../core/errors.ts'
import { addLibraryOptions, type ContentOptions, toConfig } from './options.ts'
import { chooseFormat, openOutput } from './output.ts'
import { readInput } from './read-input.ts'
import { toJson } from './to-json.ts'

const FORMATS = ['fleet', 'osquery-pack', 'zentral'] as const

interface ImportOptions extends ContentOptions {
  to: string
  rows?: 'pass' | 'fail'
  force?: boolean
  dryRun?: boolean
  strict?: boolean
  format?: string
}

export function addImportCommand(program: Command): void {
  const command = program
    .command('import')
    .description("make checks of Fleet's policies, of osquery's packs, or of Zentral's compliance checks")
    .addArgument(new Argument('<from>', 'what the files are').choices(FORMATS))
    .argument('<files...>', 'files to read; - is standard input')
    .option('--to <dir>', 'the folder that the checks are written to, one file each', 'checks/imported')
    .addOption(
      new Option('--rows <meaning>', "what a row of a pack's query means (default: fail, for those with a condition)")
        .choices(['pass', 'fail'])
        .default(undefined),
    )
    .option('--force', 'replace files that are there')
    .option('--dry-run', 'write nothing, and show what would be written')
    .option('--strict', 'let a warning of lint count as an error')
    .option('--format <format>', 'text, json')
  addLibraryOptions(command)
    .addHelpText(
      'after',
      `
Exit codes: 0 all of it came in and lint has no error for it; 1 lint has; 2 some of it was left out; 3 nothing was
written, because a file is not what it should be.`,
    )
    .action(importFrom)
}

async function importFrom(from: (typeof FORMATS)[number], files: string[], options: ImportOptions): Promise<void> {
  const format = chooseFormat(options.format, ['text', 'json'])
  if (options.rows !== undefined && from !== 'osquery-pack') {
    throw new KeelsonError('usage', `--rows is for osquery-pack: what rows mean is known of ${from}`, {
      hint: 'leave it out',
    })
  }
  const output = openOutput()
  const { importChecks, writeNewFiles } = await loadExchange()
  const read = []
  for (const file of files) read.push({ file: file === '-' ? 'standard-input' : file, text: await readInput(file) })
  const { to, rows } = options
  const { checks, lost } = await importChecks({ format: from, files: read, to, rows }, toConfig(options))
  const dry = options.dryRun === true
  if (!dry) writeNewFiles(checks, options.force === true)
  const leftOut = lost.filter(({ code }) => code === 'left-out')
  const findings = checks.flatMap((check) => check.findings)
  const bad = findings.filter(({ level }) => level === 'error' || options.strict)
  process.exitCode = bad.length > 0 ? EXIT.failing : leftOut.length > 0 ? EXIT.unjudged : EXIT.ok
  if (checks.length === 0) process.exitCode = EXIT.usage
  if (format === 'json') {
    output.write(toJson({ written: !dry, checks, lost }))
    return
  }
  for (const { path, text } of checks) {
    output.write(
      dry ? `# ${forTerminal(path)}\n${forTerminal(text, { keepLines: true })}\n` : `wrote ${forTerminal(path)}\n`,
    )
  }
  const told = [...lost, ...findings]
  if (told.length > 0) output.note(formatDiagnostics(told, { color: output.noteColor }))
  const count = `${checks.length} ${checks.length === 1 ? 'check' : 'checks'}`
  const wrong = new Set(bad.map(({ check }) => check)).size
  const summary = [
    `${count} ${dry ? 'would be written' : 'written'}`,
    leftOut.length > 0 ? `${leftOut.length} left out` : '',
    wrong > 0 ? `lint finds errors in ${wrong}` : '',
    checks.length > 0 ? 'none has tests yet' : '',
  ]
  output.note(`${summary.filter(Boolean).join('; ')}\n`)
}
