import type { Command } from 'commander'
import { loadWaivers } from '../app.ts'
import { SEVERITIES } from '../core/check.ts'
import {
  type AcceptanceOptions,
  addAcceptanceOptions,
  giveAcceptance,
  listAcceptances,
  revokeAcceptance,
} from './acceptance-options.ts'

type Options = AcceptanceOptions & { approver?: string; risk?: string; compensating?: string }

export function addWaiveCommand(program: Command): void {
  const command = program
    .command('waive')
    .description('accept failures of checks on some machines for a time; they are shown as waived, never as passed')
    .argument('[checks...]', 'ids or patterns, such as usb-storage-disabled or "usb-*"')
    .option('--all-assets', 'on every machine')
    .option('--reason <text>', 'why the failures are accepted; with --revoke: why no longer')
    .option('--approver <name>', 'who answers for it')
    .option('--risk <level>', `what is risked meanwhile: ${SEVERITIES.join(', ')}`)
    .option('--compensating <check>', 'a check that must pass on the same machine, or the waiver does not hold')
  addAcceptanceOptions(command, 'waiver').action(waive)
}

async function waive(checks: string[], options: Options): Promise<void> {
  if (options.list) return listAcceptances(options, 'waiver')
  if (options.revoke !== undefined) return revokeAcceptance(options, 'waiver')
  const { toNewWaiver } = await loadWaivers()
  await giveAcceptance(options, async ({ store, library, now }) => {
    const { asset: assets, label: labels, allAssets, from, until, reason, approver, risk, compensating } = options
    const remembered = await store.checks()
    const known = new Set([...library.checks, ...remembered].map(({ id }) => id))
    const request = { checks, assets, labels, allAssets, from, until, reason, approver, risk, compensating }
    return toNewWaiver(request, { store, known, now })
  })
}
