import type { Command } from 'commander'
import { formatColumns, forTerminal, loadDelivery, openState, readUserName } from '../app.ts'
import { describeFilter } from '../core/delivery.ts'
import { KeelsonError } from '../core/errors.ts'
import { LEVELS } from '../core/event.ts'
import { readFilter } from '../core/read-filter.ts'
import { addReadingOptions, collect, toConfig } from './options.ts'
import { chooseFormat, openOutput } from './output.ts'
import { toJson } from './to-json.ts'
import type { StateCommandOptions } from './with-state.ts'

type Options = StateCommandOptions & { format?: string }
type Parts = { action?: string; level?: string[]; check?: string; tag?: string; asset?: string }

/** `checks filters`: which events no sink is given. */
export function addFiltersCommand(program: Command): void {
  const filters = program
    .command('filters')
    .description('tell and change which events no sink is given; in effect at once, recorded in the ledger')
  const list = filters
    .command('list', { isDefault: true })
    .description('show them, each with its number')
    .option('--format <format>', 'table, json')
  addReadingOptions(list).action(listFilters)
  const add = filters
    .command('add')
    .description('leave out events of which all of this holds; patterns know * and ?')
    .option('--action <pattern>', 'what happened, such as ASSET_COMPLIANCE or SESSION_*')
    .option('--level <level>', `exactly this level: ${LEVELS.join(', ')} (repeatable)`, collect)
    .option('--check <pattern>', 'the id of a check')
    .option('--tag <tag>', 'a tag of the check')
    .option('--asset <asset>', "a machine's UUID, or a pattern of its name")
  addReadingOptions(add).action(addOne)
  const remove = filters
    .command('remove')
    .description('deliver them again')
    .argument('<number>', 'as checks filters shows it')
  addReadingOptions(remove).action(removeOne)
}

async function listFilters(options: Options): Promise<void> {
  const format = chooseFormat(options.format, ['table', 'json'])
  const { readFilterSet } = await loadDelivery()
  await withStore(options, async ({ store }) => {
    const output = openOutput()
    const { filters } = readFilterSet(store)
    if (format === 'json') output.write(toJson(filters))
    else if (filters.length === 0) output.note('there are no filters: every sink is given whatever its own let pass\n')
    else {
      const rows = filters.map(({ id, filter }) => [String(id), describeFilter(filter)])
      output.write(formatColumns([['NUMBER', 'LEAVES OUT'], ...rows]))
    }
  })
}

async function addOne({ action, level, check, tag, asset, ...options }: Options & Parts): Promise<void> {
  const given = Object.entries({ action, level, check, tag, asset }).filter(([, value]) => value !== undefined)
  const { filter, problems } = readFilter(Object.fromEntries(given))
  const [problem] = problems
  if (problem) throw new KeelsonError('usage', problem.message, { hint: problem.hint })
  const { addFilter } = await loadDelivery()
  await withStore(options, async ({ store }) => {
    const added = addFilter(store, filter, { user: readUserName(), now: Date.now() })
    openOutput().write(
      `${added ? 'left out from now on' : 'already left out'}: ${forTerminal(describeFilter(filter))}\n`,
    )
  })
}

async function removeOne(number: string, options: Options): Promise<void> {
  const { removeFilter } = await loadDelivery()
  await withStore(options, async ({ store }) => {
    const id = /^\d{1,15}$/.test(number) ? Number(number) : 0
    if (!removeFilter(store, id, { user: readUserName(), now: Date.now() })) {
      throw new KeelsonError('usage', `there is no filter ${number}`, { hint: 'checks filters lists them' })
    }
    openOutput().write(`removed filter ${id}\n`)
  })
}

type Opened = Awaited<ReturnType<typeof openState>>

/** Filters may be set before anything was ever run. */
export async function withStore(options: StateCommandOptions, use: (opened: Opened) => Promise<void>): Promise<void> {
  const opened = await openState(toConfig(options), { clock: Date.now, create: true })
  try {
    for (const warning of opened.warnings) openOutput().note(`checks: ${forTerminal(warning)}\n`)
    await use(opened)
  } finally {
    await opened.close()
  }
}
