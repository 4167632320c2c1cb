import type { Command } from 'commander'
import { forTerminal, loadWaivers, readUserName } from '../app.ts'
import { EXIT, KeelsonError } from '../core/errors.ts'
import { referenceOf } from '../core/framework.ts'
import { type FrameworkOptions, openFrameworks } from './open-frameworks.ts'
import { addLibraryOptions, addStateOption } from './options.ts'
import { withState } from './with-state.ts'

interface Options extends FrameworkOptions {
  map?: string
  out?: string
  kept?: boolean
  state?: string
}

export function addMigrateCommand(frameworks: Command): void {
  const command = frameworks
    .command('migrate')
    .description('carry profiles, attestations and waivers over to another version of a framework')
    .argument('<old>', 'the reference that the files speak of, such as nist-800-171@2')
    .argument('<new>', 'the framework that takes its place, such as nist-800-171@3')
    .argument('[files...]', 'YAML files; they are left as they are')
    .option('--map <file>', 'what became of each requirement, as CSV or YAML (default: ids stay what they are)')
    .option('--out <dir>', 'the folder that the new files are written to')
    .option('--kept', 'also the attestations that checks attest gave: each is given anew, and the old one stays')
  addStateOption(addLibraryOptions(command))
    .addHelpText(
      'after',
      '\nExit codes: 0 all of it was carried over; 2 some was not, and is named; 3 nothing was written.',
    )
    .action(migrate)
}

async function migrate(from: string, name: string, files: string[], options: Options): Promise<void> {
  requireWork(files, options)
  const { app, opened, output } = await openFrameworks(options)
  const target = app.findFramework(opened.frameworks, name)
  const lost: string[] = []
  if (files.length > 0) {
    const migrated = app.migrateFiles({ from, target, map: options.map, files })
    const places = app.writeMigrated(migrated, options.out as string)
    for (const [index, { carried }] of migrated.entries()) {
      const told = `${carried} ${carried === 1 ? 'requirement' : 'requirements'} of ${referenceOf(target)}`
      output.write(`wrote ${forTerminal(places[index] as string)}: ${forTerminal(told)}\n`)
    }
    for (const { id, why, place } of migrated.flatMap((each) => each.lost)) {
      lost.push(`${place.file}:${place.line}:${place.column}: ${id} was left as it is: ${why}`)
    }
  }
  if (options.kept) {
    const carrying = app.toCarryOver(from, target, options.map)
    const { carryAttestations } = await loadWaivers()
    const carried = await withState(options, { create: false }, ({ acceptances, now }) =>
      carryAttestations(acceptances, carrying, { user: readUserName(), now }),
    )
    for (const { id, requirements } of carried.given) {
      output.write(`attested ${forTerminal(`${referenceOf(target)} ${requirements.join(', ')}: ${id}`)}\n`)
    }
    for (const { attestation, id, why } of carried.lost) lost.push(`${attestation}: ${id} was left out: ${why}`)
  }
  for (const each of lost) output.note(`${forTerminal(each)}\n`)
  process.exitCode = lost.length > 0 ? EXIT.unjudged : EXIT.ok
}

function requireWork(files: readonly string[], { out, kept }: Options): void {
  if (files.length === 0 && !kept) {
    throw new KeelsonError('usage', 'nothing is named that is to be carried over', {
      hint: 'name files, or --kept for the attestations that the state keeps',
    })
  }
  if (files.length > 0 && out === undefined) {
    throw new KeelsonError('usage', 'no folder is named for the new files', { hint: 'name one with --out' })
  }
}
