import type { Command } from 'commander'
import {
  diagnosticsFor,
  formatDiagnostics,
  loadFrameworks,
  loadWaivers,
  openLibrary,
  openWorkbench,
  requireKnownParams,
  selectFrom,
} from '../app.ts'
import type { Config } from '../config.ts'
import type { Diagnostic, Library } from '../core/check.ts'
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
      "check the checks, frameworks, profiles and waivers: YAML, SQL against osquery's schema, and that silence is never taken for a pass",
    )
    .argument('[checks...]', 'ids or patterns (default: all)')
    .option('--format <format>', 'text, json')
    .option('--strict', 'let a warning count as an error')
  addSelectionOptions(addContentOptions(command)).action(lint)
}

/** What stands around the checks: frameworks, profiles, waivers, attestations. */
async function lintAround(config: Config, library: Library): Promise<readonly Diagnostic[]> {
  const { frameworks, diagnostics } = (await loadFrameworks()).openFrameworks(config, library)
  const { openWaivers } = await loadWaivers()
  return [...diagnostics, ...openWaivers(config, { library, frameworks }).diagnostics]
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
    ...(patterns.length === 0 ? await lintAround(config, library) : []),
  ]
  if (diagnostics.length === 0) requireSome(selected, 'nothing was linted')
  if (format === 'json') output.write(toJson(diagnostics))
  else if (diagnostics.length > 0) output.write(formatDiagnostics(diagnostics, { color: output.color }))
  else output.write(`${selected.length} ${selected.length === 1 ? 'check' : 'checks'}, nothing to complain about\n`)
  const bad = diagnostics.filter(({ level }) => level === 'error' || config.strict)
  process.exitCode = bad.length > 0 ? EXIT.usage : EXIT.ok
}
