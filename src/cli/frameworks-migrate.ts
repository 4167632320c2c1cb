import type { Command } from 'commander'
import { forTerminal } from '../app.ts'
import { EXIT } from '../core/errors.ts'
import { referenceOf } from '../core/framework.ts'
import { type FrameworkOptions, openFrameworks } from './open-frameworks.ts'
import { addLibraryOptions } from './options.ts'

interface Options extends FrameworkOptions {
  map?: string
  out: string
}

export function addMigrateCommand(frameworks: Command): void {
  const command = frameworks
    .command('migrate')
    .description('carry profiles, attestations and waivers over to another version of a framework')
    .argument('<old>', 'the reference that the files speak of, such as nist-800-171@2')
    .argument('<new>', 'the framework that takes its place, such as nist-800-171@3')
    .argument('<files...>', 'YAML files; they are left as they are')
    .option('--map <file>', 'what became of each requirement, as CSV or YAML (default: ids stay what they are)')
    .requiredOption('--out <dir>', 'the folder that the new files are written to')
  addLibraryOptions(command)
    .addHelpText(
      'after',
      '\nExit codes: 0 all of it was carried over; 2 some was not, and is named; 3 nothing was written.',
    )
    .action(migrate)
}

async function migrate(from: string, name: string, files: string[], options: Options): Promise<void> {
  const { app, opened, output } = await openFrameworks(options)
  const target = app.findFramework(opened.frameworks, name)
  const migrated = app.migrateFiles({ from, target, map: options.map, files })
  const places = app.writeMigrated(migrated, options.out)
  for (const [index, { carried }] of migrated.entries()) {
    const told = `${carried} ${carried === 1 ? 'requirement' : 'requirements'} of ${referenceOf(target)}`
    output.write(`wrote ${forTerminal(places[index] as string)}: ${forTerminal(told)}\n`)
  }
  const lost = migrated.flatMap((each) => each.lost)
  for (const { id, why, place } of lost) {
    const where = `${place.file}:${place.line}:${place.column}`
    output.note(`${forTerminal(`${where}: ${id} was left as it is: ${why}`)}\n`)
  }
  process.exitCode = lost.length > 0 ? EXIT.unjudged : EXIT.ok
}
