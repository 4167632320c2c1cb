import { resolve } from 'node:path'
import type { Command } from 'commander'
import { forTerminal, loadMaintenance } from '../app.ts'
import { KeelsonError } from '../core/errors.ts'
import { addReadingOptions, type ContentOptions, type StateOptions, toConfig } from './options.ts'
import { openOutput } from './output.ts'

type Options = StateOptions & Pick<ContentOptions, 'config'> & { keep?: string }

export function addBackupCommand(program: Command): void {
  const command = program
    .command('backup')
    .description('copy the state into a file, also while others write to it')
    .argument('[file]', 'the file to write; it must not exist (default: one in the folder backups beside the state)')
    .option('--keep <n>', 'of the backups in that folder, only the newest so many stay')
  addReadingOptions(command).action(backUp)
}

async function backUp(given: string | undefined, options: Options): Promise<void> {
  const { keep: most } = options
  if (most !== undefined && !/^[1-9]\d{0,5}$/.test(most)) {
    throw new KeelsonError('usage', `--keep ${most} is no number of backups`, { hint: 'such as --keep 7' })
  }
  const keep = most === undefined ? undefined : Number(most)
  const { backUp: copy } = await loadMaintenance()
  const target = given === undefined ? undefined : resolve(given)
  const { file, head, removed } = await copy(toConfig(options), { now: Date.now(), file: target, keep })
  const also = removed.length > 0 ? `; removed ${removed.length} older` : ''
  openOutput().write(`wrote ${forTerminal(file)}: the ledger up to entry ${head.sequence}${also}\n`)
}
