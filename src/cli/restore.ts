import { resolve } from 'node:path'
import type { Command } from 'commander'
import { forTerminal, loadMaintenance } from '../app.ts'
import { addReadingOptions, type ContentOptions, type StateOptions, toConfig } from './options.ts'
import { openOutput } from './output.ts'

export function addRestoreCommand(program: Command): void {
  const command = program
    .command('restore')
    .description('put a backup in the place of the state, which is kept beside it; the ledger tells of it')
    .argument('<file>', 'a file that checks backup wrote')
  addReadingOptions(command).action(restore)
}

async function restore(file: string, options: StateOptions & Pick<ContentOptions, 'config'>): Promise<void> {
  const output = openOutput()
  const onWait = (holder: number | undefined) =>
    output.note(
      `checks: a run${holder === undefined ? '' : ` (process ${holder})`} is using the state; waiting for it\n`,
    )
  const { restore: putBack } = await loadMaintenance()
  const { path, head, replaced, kept } = await putBack(toConfig(options), resolve(file), { clock: Date.now, onWait })
  const lost = replaced && replaced.ledger === head.ledger ? Math.max(0, replaced.sequence - head.sequence) : 0
  const lines = [
    `restored ${path}: the ledger up to entry ${head.sequence}`,
    ...(kept === null ? [] : [`what was there is kept as ${kept}`]),
    ...(lost > 0 ? [`${lost} later ${lost === 1 ? 'entry is' : 'entries are'} in that one only`] : []),
  ]
  output.write(lines.map((line) => `${forTerminal(line)}\n`).join(''))
}
