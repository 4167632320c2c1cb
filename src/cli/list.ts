import type { Command } from 'commander'
import { describeParamData, formatColumns, forTerminal, openLibrary, requireSound, selectFrom } from '../app.ts'
import { type Check, isSeen } from '../core/check.ts'
import { narrow } from './narrow.ts'
import {
  addLibraryOptions,
  addNarrowingOptions,
  addSelectionOptions,
  type ContentOptions,
  type NarrowingOptions,
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
  addNarrowingOptions(addSelectionOptions(addLibraryOptions(command))).action(list)
}

type Options = ContentOptions & SelectionOptions & NarrowingOptions & { format?: string }

async function list(patterns: string[], options: Options): Promise<void> {
  const format = chooseFormat(options.format, ['table', 'json'])
  const output = openOutput()
  const config = toConfig(options)
  const all = requireSound(openLibrary(config))
  for (const problem of describeParamData(config, Date.now())) output.note(`${forTerminal(problem)}\n`)
  const selected = { config, library: all, selection: toSelection(patterns, options) }
  const { library, selection } = await narrow(options, selected)
  const checks = [...selectFrom(library, selection)].sort((a, b) => (a.id < b.id ? -1 : 1))
  if (format === 'json') {
    const entries = checks.map(({ id, title, severity, tags, schedule, platforms, params, tests, place }) => ({
      id,
      title,
      severity,
      tags,
      schedule: schedule ?? null,
      platforms: Object.keys(platforms),
      unseen: unseenOf(platforms),
      params: Object.keys(params),
      tests: tests.length,
      file: place.file,
    }))
    output.write(toJson(entries))
    return
  }
  const rows = checks.map(({ id, severity, platforms, title }) => [id, severity, describePlatforms(platforms), title])
  output.write(
    formatColumns(
      [['CHECK', 'SEVERITY', 'PLATFORMS', 'TITLE'], ...rows],
      output.terminal ? { width: output.width } : {},
    ),
  )
  const unseen = checks.some(({ platforms }) => unseenOf(platforms).length > 0)
  output.note(
    `${checks.length} ${checks.length === 1 ? 'check' : 'checks'}${unseen ? '; * on such a system it was not yet seen to pass and to fail' : ''}\n`,
  )
}

type Platforms = Check['platforms']

/** The platforms on which nobody has yet watched the check both pass and fail. */
function unseenOf(platforms: Platforms): string[] {
  return Object.entries(platforms).flatMap(([name, { verified }]) => (isSeen(verified) ? [] : name))
}

function describePlatforms(platforms: Platforms): string {
  return Object.entries(platforms)
    .map(([name, { verified }]) => (isSeen(verified) ? name : `${name}*`))
    .join(' ')
}
