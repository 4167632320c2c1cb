import type { Command } from 'commander'
import { EXIT, KeelsonError } from '../core/errors.ts'
import {
  chooseAsset,
  describeNothing,
  formatPosture,
  forTerminal,
  loadWaivers,
  readPastMoment,
  readPosture,
  toPostureJson,
} from '../memory.ts'
import { addReadingOptions, toSelection } from './options.ts'
import { chooseFormat } from './output.ts'
import { toJson } from './to-json.ts'
import { type StateCommandOptions, withState } from './with-state.ts'

type Options = StateCommandOptions & { at?: string; asset?: string; format?: string; verbose?: boolean }

export function addPostureCommand(program: Command): void {
  const command = program
    .command('posture')
    .description(
      'show what was known at a time: verdicts, evidence, and the checks in their words of then; exit code 0, or 2 where nothing was known',
    )
    .argument('[checks...]', 'ids or patterns, such as disk-encryption or "firewall*" (default: all)')
    .option('--at <time>', 'an age such as 90d, a date, or a time (default: now)')
    .option('--asset <asset>', "the machine's name or UUID (default: the one reported last)")
    .option('--verbose', "show all evidence, and each check's words, parameters and document")
    .option('--format <format>', 'table, json')
  addReadingOptions(command).action(showPosture)
}

async function showPosture(patterns: string[], options: Options): Promise<void> {
  const format = chooseFormat(options.format, ['table', 'json'])
  const { verbose = false } = options
  await withState(options, { create: false }, async ({ store, acceptances, config, output, now }) => {
    const at = options.at === undefined ? undefined : readPastMoment(options.at, '--at', now)
    const asset = await chooseAsset(store, options.asset)
    const { openWaivers, readAcceptances, requireSoundWaivers, waivePosture } = await loadWaivers()
    const files = requireSoundWaivers(openWaivers(config, {}))
    const accepted = await readAcceptances({ store, acceptances, files, asset, at: at ?? now, now })
    const known = await readPosture(store, { asset, selection: toSelection(patterns, {}), at, now })
    const report = waivePosture(known, accepted, config.strict)
    if (report.checks.length === 0 && report.known > 0) {
      throw new KeelsonError('nothing-selected', `nothing was known of ${patterns.join(', ')} on this asset then`, {
        hint: 'checks history CHECK tells since when something is',
      })
    }
    const { color, width } = output
    if (at !== undefined && report.checks.some(({ waiver }) => waiver && waiver.origin !== 'store')) {
      output.note('checks: waivers of files are told as the files have them now\n')
    }
    if (format === 'json') output.write(toJson(toPostureJson(report)))
    else if (report.checks.length > 0) output.write(formatPosture(report, { color, width, verbose }))
    if (report.checks.length > 0) return
    output.note(`checks: ${forTerminal(describeNothing(report))}\n`)
    process.exitCode = EXIT.unjudged
  })
}
