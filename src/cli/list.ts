import type { Command } from 'commander'
import { formatColumns, openLibrary, requireSound, selectFrom } from '../app.ts'
import {
  addLibraryOptions,
  addSelectionOptions,
  type ContentOptions,
  type SelectionOptions,
  toConfig,
  toSelection,
} from './options.ts'
import { chooseFormat, openOutput } from './output.ts'
import { toJson } from './to-json.ts'

export function addListCommand(program: Command): void {
  const command = program
    .command('list')
    .description('list the checks')
    .argument('[checks...]', 'ids or patterns (default: all)')
    .option('--format <format>', 'table, json')
  addSelectionOptions(addLibraryOptions(command)).action(list)
}

function list(patterns: string[], options: ContentOptions & SelectionOptions & { format?: string }): void {
  const format = chooseFormat(options.format, ['table', 'json'])
  const output = openOutput()
  const library = requireSound(openLibrary(toConfig(options)))
  const checks = [...selectFrom(library, toSelection(patterns, options))].sort((a, b) => (a.id < b.id ? -1 : 1))
  if (format === 'json') {
    const entries = checks.map(({ id, title, severity, tags, schedule, platforms, params, tests, place }) => ({
      id,
      title,
      severity,
      tags,
      schedule: schedule ?? null,
      platforms: Object.keys(platforms),
      params: Object.keys(params),
      tests: tests.length,
      file: place.file,
    }))
    output.write(toJson(entries))
    return
  }
  const rows = checks.map(({ id, severity, platforms, title }) => [
    id,
    severity,
    Object.keys(platforms).join(' '),
    title,
  ])
  output.write(
    formatColumns(
      [['CHECK', 'SEVERITY', 'PLATFORMS', 'TITLE'], ...rows],
      output.terminal ? { width: output.width } : {},
    ),
  )
  output.note(`${checks.length} ${checks.length === 1 ? 'check' : 'checks'}\n`)
}
