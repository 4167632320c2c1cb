import type { Command } from 'commander'
import { loadFrameworks, loadWaivers } from '../app.ts'
import { KeelsonError } from '../core/errors.ts'
import {
  type AcceptanceOptions,
  addAcceptanceOptions,
  giveAcceptance,
  listAcceptances,
  revokeAcceptance,
} from './acceptance-options.ts'

type Options = AcceptanceOptions & { by?: string; statement?: string; evidence?: string }

export function addAttestCommand(program: Command): void {
  const command = program
    .command('attest')
    .description('vouch for requirements of a framework that no check can tell of, for a time')
    .argument('[framework]', 'such as nist-800-53@5')
    .argument('[requirements...]', 'ids or patterns, such as at-2 or "at-*"')
    .option('--all-assets', 'on every machine (default)')
    .option('--by <name>', 'who vouches')
    .option('--statement <text>', 'what is vouched for')
    .option('--evidence <file>', 'a file that it rests on: its name and SHA-256 are kept')
    .option('--reason <text>', 'with --revoke: why it is taken back')
  addAcceptanceOptions(command, 'attestation').action(attest)
}

async function attest(name: string | undefined, requirements: string[], options: Options): Promise<void> {
  if (options.list) return listAcceptances(options, 'attestation')
  if (options.revoke !== undefined) return revokeAcceptance(options, 'attestation')
  if (name === undefined) {
    throw new KeelsonError('usage', 'no framework is named', { hint: 'checks attest FRAMEWORK REQUIREMENT…' })
  }
  const { toNewAttestation } = await loadWaivers()
  const { openFrameworks, requireSoundFrameworks, findFramework } = await loadFrameworks()
  await giveAcceptance(options, async ({ store, config, library, now }) => {
    const { asset: assets, label: labels, allAssets, from, until, by, statement, evidence } = options
    const { frameworks } = requireSoundFrameworks(openFrameworks(config, library))
    const framework = findFramework(frameworks, name)
    const request = { framework, requirements, assets, labels, allAssets, from, until, by, statement, evidence }
    return toNewAttestation(request, { store, now })
  })
}
