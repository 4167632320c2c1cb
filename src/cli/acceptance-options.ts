import type { Command } from 'commander'
import { forTerminal, loadWaivers, openLibrary, readUserName, requireSound } from '../app.ts'
import type { Config } from '../config.ts'
import type { NewAcceptance } from '../core/acceptance-store.ts'
import type { Library } from '../core/check.ts'
import { KeelsonError } from '../core/errors.ts'
import type { AnyAcceptance } from '../core/expiry.ts'
import { withStore } from './filters.ts'
import {
  addLibraryOptions,
  addStateOption,
  type ContentOptions,
  collect,
  type StateOptions,
  toConfig,
} from './options.ts'
import { chooseFormat, openOutput } from './output.ts'
import { toJson } from './to-json.ts'

/** What waivers and attestations have in common on the command line. */
export type AcceptanceOptions = ContentOptions &
  StateOptions & {
    asset?: string[]
    label?: string[]
    allAssets?: boolean
    from?: string
    until?: string
    list?: boolean
    revoke?: string
    reason?: string
    format?: string
  }

export function addAcceptanceOptions(command: Command, noun: string): Command {
  command
    .option('--asset <asset>', "a machine's name or UUID, or a pattern of names (repeatable)", collect)
    .option('--label <label>', 'machines with this label (repeatable)', collect)
    .option('--until <time>', 'the last moment it holds, with its zone: 2027-01-31T23:59:59+01:00')
    .option('--from <time>', 'when it begins (default: now)')
    .option('--list', `show every ${noun}, also of files, and how it stands`)
    .option('--revoke <id>', `take a ${noun} back, with --reason`)
    .option('--format <format>', 'of --list: table, json')
  return addStateOption(addLibraryOptions(command))
}

/** Shows those of files and of the state. */
export async function listAcceptances(options: AcceptanceOptions, kind: AnyAcceptance['kind']): Promise<void> {
  const format = chooseFormat(options.format, ['table', 'json'])
  const config = toConfig(options)
  const app = await loadWaivers()
  const files = app.requireSoundWaivers(app.openWaivers(config, {}))
  await withStore(options, async ({ acceptances }) => {
    const output = openOutput()
    const all = app.joinAcceptances(files, await acceptances.list()).filter((each) => each.kind === kind)
    const time = { now: Date.now(), notice: config.expiryNotice }
    if (format === 'json') output.write(toJson(all.map((each) => app.toAcceptanceJson(each, time))))
    else if (all.length > 0) output.write(app.formatAcceptances(all, time))
    else output.note(`there is no ${kind}\n`)
  })
}

/** @throws KeelsonError for one that is not known, or is over */
export async function revokeAcceptance(options: AcceptanceOptions, kind: AnyAcceptance['kind']): Promise<void> {
  const { revoke: id = '', reason = '' } = options
  if (reason.trim() === '') {
    throw new KeelsonError('usage', `--revoke needs --reason`, { hint: `say why the ${kind} is taken back` })
  }
  const app = await loadWaivers()
  await withStore(options, async ({ acceptances }) => {
    const done = await acceptances.revoke(kind, id, { user: readUserName(), now: Date.now(), reason })
    if (done === 'revoked') {
      openOutput().write(`revoked ${forTerminal(id)}\n`)
      return
    }
    const files = app.joinAcceptances(app.openWaivers(toConfig(options), {}), [])
    const written = files.find((each) => each.kind === kind && each.id === id)
    const place = written && written.origin !== 'store' ? `${written.origin.file}:${written.origin.line}` : undefined
    const message = done === 'already' ? `${kind} ${id} is revoked already` : `the state keeps no ${kind} ${id}`
    const command = kind === 'waiver' ? 'checks waive' : 'checks attest'
    throw new KeelsonError(`no-${kind}`, message, {
      hint: place ? `it stands in ${place}: end it there` : `${command} --list shows them`,
    })
  })
}

/** Opens what is needed, gives what `build` makes of it, and tells of it. @throws KeelsonError */
export async function giveAcceptance(
  options: AcceptanceOptions,
  build: (context: {
    readonly store: Parameters<Parameters<typeof withStore>[1]>[0]['store']
    readonly config: Config
    readonly library: Library
    readonly now: number
  }) => Promise<NewAcceptance>,
): Promise<void> {
  const config = toConfig(options)
  const library = requireSound(openLibrary(config))
  await withStore(options, async ({ store, acceptances }) => {
    const now = Date.now()
    const output = openOutput()
    const given = await build({ store, config, library, now })
    const { id, until, from, kind } = await acceptances.give(given, { user: readUserName(), now })
    if (until - from > config.longestWaiver) {
      const days = Math.round((until - from) / 86_400_000)
      output.note(`checks: it holds for ${days} days; somebody should look at it earlier\n`)
    }
    const [word, undo] = kind === 'waiver' ? ['waived', 'waive'] : ['attested', 'attest']
    output.write(`${word} until ${new Date(until).toISOString()}: ${id}\n`)
    output.note(`to take it back: checks ${undo} --revoke ${id} --reason …\n`)
  })
}
