import type { Command } from 'commander'
import { KeelsonError } from '../core/errors.ts'
import { type Event, LEVELS } from '../core/event.ts'
import type { LedgerEntry } from '../core/store.ts'
import {
  type EventContext,
  followEvents,
  forJson,
  formatEvents,
  loadEventFormats,
  readEvents,
  toEventQuery,
  toEvents,
} from '../memory.ts'
import { addReadingOptions, collect } from './options.ts'
import { chooseFormat, type Output } from './output.ts'
import { type StateCommandOptions, withState } from './with-state.ts'

/** All but the first two write one document on each line. */
const FORMATS = ['table', 'json', 'jsonl', 'ocsf', 'cloudevents', 'ecs'] as const
type Format = (typeof FORMATS)[number]
const DEFAULT_LIMIT = 1000
/** Milliseconds between two looks for new entries: a look takes microseconds. */
const EVERY = 250

type Options = StateCommandOptions & {
  format?: string
  since?: string
  until?: string
  check?: string[]
  asset?: string[]
  level?: string
  action?: string[]
  limit?: string
  follow?: boolean
}

export function addEventsCommand(program: Command): void {
  const command = program
    .command('events')
    .description('show what changed: the entries of the ledger, oldest first')
    .option('--since <time>', 'from this time: an age such as 1h or 7d, a date, or a time')
    .option('--until <time>', 'before this time')
    .option('--check <id>', 'only about this check, or those of a pattern such as "firewall*" (repeatable)', collect)
    .option('--asset <asset>', 'only about this asset: its name or UUID (repeatable)', collect)
    .option('--level <level>', `only this level and worse: ${LEVELS.join(', ')}`)
    .option('--action <action>', 'only this action, such as ASSET_COMPLIANCE (repeatable)', collect)
    .option('--limit <count>', `at most so many, the newest (default: ${DEFAULT_LIMIT}; 0: all)`)
    .option('--follow', 'wait for more, until Ctrl-C')
    .option('--format <format>', FORMATS.join(', '))
  addReadingOptions(command).action((options: Options) => showEvents(options, program.version() ?? ''))
}

async function showEvents(options: Options, version: string): Promise<void> {
  const format = chooseFormat(options.format, FORMATS)
  const limit = readLimit(options.limit)
  const { follow = false, check, asset, action, ...request } = options
  if (follow && format === 'json') {
    throw new KeelsonError('usage', '--follow never ends, and a JSON document would not either', {
      hint: '--format jsonl gives an event on each line',
    })
  }
  if (follow && options.until !== undefined) {
    throw new KeelsonError('usage', '--follow waits for what is to come, so that it takes no --until')
  }
  await withState(options, { create: false }, async ({ store, output, now }) => {
    const query = await toEventQuery(store, { ...request, checks: check, assets: asset, actions: action }, now)
    const { sequence, ledger } = await store.head()
    const namesAsset = (await store.assets()).length > 1
    const printer = await createPrinter(format, output, { namesAsset, ledger, version })
    let place = sequence
    for await (const { entries, older } of readEvents(store, query, limit)) {
      if (older) output.note(`checks: older events were left out: --limit 0 shows all, --since fewer\n`)
      printer.print(entries)
      place = Math.max(place, entries.at(-1)?.sequence ?? 0)
    }
    if (follow)
      for await (const entries of followEvents(store, query, { after: place, every: EVERY })) printer.print(entries)
    printer.end()
  })
}

interface Printer {
  print(entries: readonly LedgerEntry[]): void
  end(): void
}

type PrinterContext = EventContext & { readonly namesAsset: boolean }

async function createPrinter(format: Format, output: Output, context: PrinterContext): Promise<Printer> {
  const isStandard = format !== 'table' && format !== 'json' && format !== 'jsonl'
  const toDocument = isStandard ? (await loadEventFormats())[format] : (event: Event) => event
  const { color, terminal, width } = output
  let printed = 0
  let pruned = 0
  const write = (entries: readonly LedgerEntry[]): void => {
    const events = toEvents(entries)
    if (format === 'json')
      output.write(events.map((event, index) => `${printed + index === 0 ? '' : ',\n'}${forJson(event)}`).join(''))
    else if (format !== 'table') {
      output.write(events.map((event) => `${forJson(toDocument(event, context))}\n`).join(''))
    } else if (events.length > 0) {
      const { namesAsset } = context
      const table = { color, namesAsset, header: printed === 0, width: terminal ? width : undefined }
      output.write(formatEvents(entries, table))
    }
    printed += events.length
    pruned += entries.length - events.length
  }
  if (format === 'json') output.write('[')
  return {
    print: write,
    end: () => {
      if (format === 'json') output.write(']\n')
      if (pruned > 0)
        output.note(`checks: ${pruned === 1 ? '1 event was' : `${pruned} events were`} pruned or erased\n`)
      if (printed + pruned === 0 && format === 'table') output.note('no such events\n')
    },
  }
}

function readLimit(given: string | undefined): number | undefined {
  if (given === undefined) return DEFAULT_LIMIT
  if (/^\d{1,9}$/.test(given)) return Number(given) || undefined
  throw new KeelsonError('usage', `--limit must be a whole number, not ${given}`, { hint: '0 means all' })
}
