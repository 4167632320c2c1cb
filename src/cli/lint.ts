import type { Command } from 'commander'
import {
  diagnosticsFor,
  formatDiagnostics,
  loadFrameworks,
  openLibrary,
  openWorkbench,
  requireKnownParams,
  selectFrom,
} from '../app.ts'
import { EXIT } from '../core/errors.ts'
import {
  addContentOptions,
  addSelectionOptions,
  type ContentOptions,
  requireSome,
  type SelectionOptions,
  toConfig,
  toSelection,
} from './options.ts'
import { chooseFormat, openOutput } from './output.ts'
import { toJson } from './to-json.ts'

export function addLintCommand(program: Command): void {
  const command = program
    .command('lint')
    .description(
      "check the checks, frameworks and profiles: YAML, SQL against osquery's schema, and that silence is never taken for a pass",
    )
    .argument('[checks...]', 'ids or patterns (default: all)')
    .option('--format <format>', 'text, json')
    .option('--strict', 'let a warning count as an error')
  addSelectionOptions(addContentOptions(command)).action(lint)
}

async function lint(
  patterns: string[],
  options: ContentOptions & SelectionOptions & { format?: string; strict?: boolean },
): Promise<void> {
  const format = chooseFormat(options.format, ['text', 'json'])
  const config = toConfig(options)
  const output = openOutput()
  const library = openLibrary(config)
  const selection = toSelection(patterns, options)
  const selected = selectFrom(library, selection)
  requireKnownParams(config, library)
  const workbench = await openWorkbench(config, library)
  const diagnostics = [
    ...diagnosticsFor(library, selection),
    ...selected.flatMap((check) => workbench.lint(check)),
    ...(patterns.length === 0 ? workbench.lintUnusedTemplates() : []),
    ...(patterns.length === 0 ? (await loadFrameworks()).openFrameworks(config, library).diagnostics : []),
  ]
  if (diagnostics.length === 0) requireSome(selected, 'nothing was linted')
  if (format === 'json') output.write(toJson(diagnostics))
  else if (diagnostics.length > 0) output.write(formatDiagnostics(diagnostics, { color: output.color }))
  else output.write(`${selected.length} ${selected.length === 1 ? 'check' : 'checks'}, nothing to complain about\n`)
  const bad = diagnostics.filter(({ level }) => level === 'error' || config.strict)
  process.exitCode = bad.length > 0 ? EXIT.usage : EXIT.ok
}
