import type { Command } from 'commander'
import { SEVERITIES } from '../core/check.ts'
import { EXIT, exitCodeOf, KeelsonError } from '../core/errors.ts'
import {
  chooseAsset,
  describeNothing,
  formatStatus,
  forTerminal,
  loadWaivers,
  readPosture,
  toPostureJson,
} from '../memory.ts'
import { addReadingOptions, collect, type SelectionOptions, toSelection } from './options.ts'
import { chooseFormat } from './output.ts'
import { toJson } from './to-json.ts'
import { type StateCommandOptions, withState } from './with-state.ts'

type Options = StateCommandOptions & SelectionOptions & { asset?: string; format?: string }

export function addStatusCommand(program: Command): void {
  const command = program
    .command('status')
    .description('show what is known now, without running anything')
    .argument('[checks...]', 'ids or patterns, such as disk-encryption or "firewall*" (default: all)')
    .option('--asset <asset>', "the machine's name or UUID (default: the one reported last)")
    .option('--tag <tag>', 'only checks with this tag (repeatable)', collect)
    .option('--severity <level>', `only this severity and worse: ${SEVERITIES.join(', ')}`)
    .option('--strict', 'let a warning count as failing')
    .option('--format <format>', 'table, json')
  addReadingOptions(command).action(showStatus)
}

async function showStatus(patterns: string[], options: Options): Promise<void> {
  const format = chooseFormat(options.format, ['table', 'json'])
  const selection = toSelection(patterns, options)
  await withState(options, { create: false }, async ({ store, acceptances, config, output, now }) => {
    const asset = await chooseAsset(store, options.asset)
    const { openWaivers, readAcceptances, requireSoundWaivers, waivePosture } = await loadWaivers()
    const files = requireSoundWaivers(openWaivers(config, {}))
    const accepted = await readAcceptances({ store, acceptances, files, asset, at: now, now })
    const report = waivePosture(await readPosture(store, { asset, selection, now }), accepted, config.strict)
    if (report.checks.length === 0 && report.known > 0) {
      throw new KeelsonError('nothing-selected', 'no checks are selected, so nothing is told', {
        hint: 'checks status shows all',
      })
    }
    if (format === 'json') output.write(toJson(toPostureJson(report)))
    else if (report.checks.length > 0) output.write(formatStatus(report, { color: output.color, width: output.width }))
    if (report.checks.length === 0) output.note(`checks: ${forTerminal(describeNothing(report))}\n`)
    // Where nothing is known, nothing passes either.
    process.exitCode = report.checks.length === 0 ? EXIT.unjudged : exitCodeOf(report.summary, config.strict)
  })
}
