import { join } from 'node:path'
import { Argument, type Command } from 'commander'
import { forTerminal, loadAdd, loadExchange, openSource } from '../app.ts'
import {
  addLibraryOptions,
  addSourceOptions,
  type ContentOptions,
  type SourceOptions,
  toConfig,
  toSelection,
} from './options.ts'
import { openOutput } from './output.ts'

const KINDS = ['package', 'service', 'file', 'port', 'user', 'sysctl', 'module'] as const

interface AddOptions extends ContentOptions, SourceOptions {
  to?: string
  id?: string
  severity?: string
  platform?: string
  sha256?: boolean
  atLeast?: boolean
  dryRun?: boolean
}

export function addAddCommand(program: Command): void {
  const command = program
    .command('add')
    .description('write a check, with its tests, of what is found on this machine now')
    .addArgument(new Argument('<kind>', 'what it is about').choices(KINDS))
    .argument('<name>', 'its name; a path for file, 22 or 53/udp for port')
    .option('--to <file>', 'the file to write (default: <id>.yaml in your folder of checks); it must not exist')
    .option('--id <id>', "the check's id (default: made of kind and name)")
    .option('--severity <level>', 'low, medium (default), high, critical')
    .option('--platform <name>', 'the platform that this machine is meant to have')
    .option('--sha256', "with file: a file's content too")
    .option('--at-least', 'with package: its version is the least one')
    .option('--dry-run', 'write nothing, and show what would be written')
  addSourceOptions(addLibraryOptions(command)).action(add)
}

async function add(kind: (typeof KINDS)[number], name: string, options: AddOptions): Promise<void> {
  const config = toConfig(options)
  const { severity, platform } = toSelection([], options)
  const { sha256, atLeast, id } = options
  const output = openOutput()
  const { addCheck } = await loadAdd()
  const { source, warnings } = await openSource(config)
  try {
    for (const warning of warnings) output.note(`${forTerminal(warning)}\n`)
    const request = { kind, name, id, severity, platform, sha256, atLeast, now: Date.now() }
    const added = await addCheck(source, request, config)
    output.note(`found: ${forTerminal(added.found)}\n`)
    if (options.dryRun) {
      output.write(forTerminal(added.text, { keepLines: true }))
      return
    }
    const path = options.to ?? join(config.checks[0] ?? 'checks', `${added.id}.yaml`)
    const { writeNewFiles } = await loadExchange()
    writeNewFiles([{ path, text: added.text }], false)
    output.write(`wrote ${forTerminal(path)}\n`)
  } finally {
    await source.close()
  }
}
