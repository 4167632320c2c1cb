import type { Command } from 'commander'
import { chooseAsset, forTerminal, loadMaintenance, openState } from '../app.ts'
import { EXIT, KeelsonError } from '../core/errors.ts'
import { nameOf } from '../core/event.ts'
import { parseMoment } from '../core/parse-moment.ts'
import { canAsk, confirm } from './confirm.ts'
import { describeArchive, describeLedger } from './describe-verification.ts'
import { addReadingOptions, type ContentOptions, type StateOptions, toConfig } from './options.ts'
import { chooseFormat, type Output, openOutput } from './output.ts'
import { toJson } from './to-json.ts'

type Options = StateOptions & Pick<ContentOptions, 'config'>

const BEFORE = 'an ISO 8601 date or time, local unless it names a zone, or an age such as 90d'

/** `checks ledger`: what maintains the record of all that was observed and done. */
export function addLedgerCommand(program: Command): void {
  const ledger = program
    .command('ledger')
    .description('verify, sign, archive, prune and erase what is recorded')
    .addHelpText('after', '\nTo keep what is pruned: checks ledger archive FILE --before 90d, then prune --before 90d.')
  const verify = ledger
    .command('verify')
    .description('verify that nothing recorded was changed since: exit code 1 when something was')
    .option('--against <file>', 'also that it still holds what it held at this checkpoint')
    .option('--archive <file>', 'an archive instead, by itself and against the ledger it was taken from')
    .option('--format <format>', 'text, json')
  addReadingOptions(verify).action(verifyLedger)
  const checkpoint = ledger
    .command('checkpoint')
    .description('sign what the ledger is now, as JSON; keep it where nobody who can write the ledger can change it')
    .option('--out <file>', 'write it there')
  addReadingOptions(checkpoint).action(makeCheckpoint)
  const archive = ledger
    .command('archive')
    .description('write entries into a gzipped file of JSON lines that can be verified by itself')
    .argument('<file>', 'the file to write; it must not exist')
    .option('--before <time>', `everything up to then: ${BEFORE}`)
    .option('--after <sequence>', "only entries after this one, such as an earlier archive's last")
  addReadingOptions(archive).action(archiveLedger)
  const prune = ledger
    .command('prune')
    .description('remove what was superseded before a time; the chain, and what holds since, stay')
    .requiredOption('--before <time>', BEFORE)
    .option('--yes', 'do not ask; needed where nobody can be asked, as in cron')
  addReadingOptions(prune).action(pruneLedger)
  const erase = ledger
    .command('erase')
    .description('erase everything that is known of a machine, for good; the chain stays')
    .requiredOption('--asset <asset>', "the machine's name or UUID")
    .option('--yes', 'do not ask; needed where nobody can be asked, as in cron')
  addReadingOptions(erase).action(eraseAsset)
  const compact = ledger
    .command('compact')
    .description('write the database anew: without unused space, and without traces of what was removed')
  addReadingOptions(compact).action(compactLedger)
}

async function verifyLedger(options: Options & { against?: string; archive?: string; format?: string }): Promise<void> {
  const format = chooseFormat(options.format, ['text', 'json'])
  if (options.against !== undefined && options.archive !== undefined) {
    throw new KeelsonError('usage', '--against and --archive are two questions', { hint: 'ask one after the other' })
  }
  const { verifyArchiveFile, verifyState } = await loadMaintenance()
  const config = toConfig(options)
  if (options.archive !== undefined) {
    const archive = await verifyArchiveFile(config, options.archive, Date.now)
    report(format, archive, describeArchive(archive))
  } else {
    const verified = await verifyState(config, options.against, Date.now)
    report(format, verified, describeLedger(verified))
  }
}

function report(format: string, answer: { readonly problemCount: number }, lines: readonly string[]): void {
  const output = openOutput()
  output.write(format === 'json' ? toJson(answer) : lines.map((line) => `${forTerminal(line)}\n`).join(''))
  process.exitCode = answer.problemCount > 0 ? EXIT.failing : EXIT.ok
}

async function makeCheckpoint(options: Options & { out?: string }): Promise<void> {
  const { makeCheckpoint: make } = await loadMaintenance()
  const checkpoint = await make(toConfig(options), Date.now, options.out)
  if (options.out === undefined) openOutput().write(toJson(checkpoint))
  else openOutput().write(`wrote ${forTerminal(options.out)}: the ledger up to entry ${checkpoint.sequence}\n`)
}

async function archiveLedger(file: string, options: Options & { before?: string; after?: string }): Promise<void> {
  const now = Date.now()
  const before = options.before === undefined ? undefined : readMoment(options.before, now)
  const after = options.after === undefined ? undefined : readSequence(options.after)
  const { archiveState } = await loadMaintenance()
  const { from, through } = await archiveState(toConfig(options), file, { now, before, after })
  openOutput().write(`wrote ${forTerminal(file)}: entries ${from} to ${through}\n`)
}

async function pruneLedger(options: Options & { before: string; yes?: boolean }): Promise<void> {
  const before = readMoment(options.before, Date.now())
  const config = toConfig(options)
  const what = `Remove what was superseded before ${new Date(before).toISOString()}? It is gone for good.`
  await requireConsent(what, options.yes)
  const { pruneState } = await loadMaintenance()
  const { payloads, gaps, freed } = await pruneState(config, before, Date.now)
  const space = freed > 0 ? `; ${(freed / 1e6).toFixed(0)} MB were given back` : ''
  openOutput().write(`removed ${count(payloads, 'payload')} and ${count(gaps, 'gap')}${space}\n`)
}

async function eraseAsset(options: Options & { asset: string; yes?: boolean }): Promise<void> {
  const config = toConfig(options)
  const output = openOutput()
  const { store, close } = await openState(config, { clock: Date.now, create: false })
  try {
    const asset = await chooseAsset(store, options.asset)
    await requireConsent(
      `Erase all that is known of ${forTerminal(nameOf(asset))} (${asset.uuid}), for good?`,
      options.yes,
    )
    const { eraseFrom } = await loadMaintenance()
    const erased = await eraseFrom(store, asset, Date.now)
    if (!erased) throw new KeelsonError('no-asset', 'the asset was erased by someone else meanwhile')
    output.write(`erased ${forTerminal(nameOf(asset))}: ${count(erased.payloads, 'payload')}\n`)
    noteRemains(output, erased)
  } finally {
    await close()
  }
}

function noteRemains(output: Output, { complete, copies }: { complete: boolean; copies: readonly string[] }): void {
  const remains = [
    ...(complete
      ? []
      : ['another process is reading the state: when it ends, checks ledger compact removes the last traces']),
    ...(copies.length > 0 ? ['these copies, and archives, may still know it; remove them where they must not:'] : []),
    ...copies.map((copy) => `  ${copy}`),
  ]
  for (const line of remains) output.note(`checks: ${forTerminal(line)}\n`)
}

async function requireConsent(question: string, given: boolean | undefined): Promise<void> {
  if (given) return
  if (!canAsk()) {
    throw new KeelsonError('usage', 'nobody can be asked whether this is meant; nothing was removed', {
      hint: 'add --yes',
    })
  }
  if (!(await confirm(question))) throw unwanted()
}

async function compactLedger(options: Options): Promise<void> {
  const { compactState } = await loadMaintenance()
  const { complete } = await compactState(toConfig(options), Date.now)
  openOutput().write(`wrote the database anew${complete ? '' : '; the rest goes when nobody reads it any more'}\n`)
}

function unwanted(): KeelsonError {
  return new KeelsonError('unwanted', 'nothing was changed')
}

/** @throws KeelsonError */
function readMoment(text: string, now: number): number {
  const moment = parseMoment(text, now)
  if (moment !== undefined && moment <= now) return moment
  const what = moment === undefined ? 'is no time' : 'is in the future'
  throw new KeelsonError('usage', `--before ${text} ${what}`, { hint: BEFORE })
}

function readSequence(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new KeelsonError('usage', `--after ${text} is no entry's number`, { hint: 'such as 1200' })
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
