import type { Command } from 'commander'
import { EXIT } from '../core/errors.ts'
import { chooseAsset, formatHistory, formatHistoryHeading, readHistory, toHistoryJson } from '../memory.ts'
import { addReadingOptions } from './options.ts'
import { chooseFormat } from './output.ts'
import { toJson } from './to-json.ts'
import { type StateCommandOptions, withState } from './with-state.ts'

type Options = StateCommandOptions & { asset?: string; format?: string }

export function addHistoryCommand(program: Command): void {
  const command = program
    .command('history')
    .description('show everything that is remembered of one check: verdicts and how long they held, gaps, changes')
    .argument('<check>', "the check's id, or one that it had before")
    .option('--asset <asset>', "the machine's name or UUID (default: the one reported last)")
    .option('--format <format>', 'table, json')
  addReadingOptions(command).action(showHistory)
}

async function showHistory(check: string, options: Options): Promise<void> {
  const format = chooseFormat(options.format, ['table', 'json'])
  await withState(options, { create: false }, async ({ store, output, now }) => {
    const asset = await chooseAsset(store, options.asset)
    const history = await readHistory(store, { check, asset, now })
    const { color, width } = output
    if (format === 'json') output.write(toJson(toHistoryJson(history)))
    else output.write(formatHistoryHeading(history, { color, width }) + formatHistory(history, { color, width }))
    if (history.lost > 0) {
      const entries = history.lost === 1 ? '1 entry was' : `${history.lost} entries were`
      output.note(`checks: ${entries} pruned or erased, and may have told of it too\n`)
    }
    if (history.steps.length === 0) process.exitCode = EXIT.unjudged
  })
}
