import type { Command } from 'commander'
import { openLibrary, openWorkbench, requireKnownParams, requireSound, selectFrom } from '../app.ts'
import { PLATFORMS } from '../core/check.ts'
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

export function addCompileCommand(program: Command): void {
  const command = program
    .command('compile')
    .description('print the SQL of checks, one statement per platform: paste it into osqueryi and read `verdict`')
    .argument('[checks...]', 'ids or patterns (default: all)')
    .option('--format <format>', 'sql, json')
  addSelectionOptions(addContentOptions(command)).action(compile)
}

async function compile(
  patterns: string[],
  options: ContentOptions & SelectionOptions & { format?: string },
): Promise<void> {
  const format = chooseFormat(options.format, ['sql', 'json'])
  const config = toConfig(options)
  const library = requireSound(openLibrary(config))
  requireKnownParams(config, library)
  const selection = toSelection(patterns, options)
  const workbench = await openWorkbench(config, library)
  const statements = selectFrom(library, selection).flatMap((check) =>
    PLATFORMS.filter((platform) => check.platforms[platform] && (selection.platform ?? platform) === platform).map(
      (platform) => ({
        check: check.id,
        platform,
        version: workbench.compile(check, platform).version,
        sql: workbench.statement(check, platform),
      }),
    ),
  )
  requireSome(statements, 'nothing was compiled')
  openOutput().write(format === 'json' ? toJson(statements) : statements.map(({ sql }) => sql).join('\n'))
}
