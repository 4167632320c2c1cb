import type { Command } from 'commander'
import { chooseAsset, formatDead, formatSinks, forTerminal, loadDelivery, openState, readUserName } from '../app.ts'
import { EXIT, KeelsonError } from '../core/errors.ts'
import { addReadingOptions, toConfig } from './options.ts'
import { chooseFormat, openOutput } from './output.ts'
import { toJson } from './to-json.ts'
import type { StateCommandOptions } from './with-state.ts'

type Options = StateCommandOptions & { format?: string; asset?: string }

/** Milliseconds that a test may take. */
const TEST = 60_000

/** `checks sinks`: where events are delivered to. `help` tells every kind with its options. */
export function addSinksCommand(program: Command, help: string): void {
  const sinks = program
    .command('sinks')
    .description('tell where events are delivered to, and steer that; help sinks tells every kind with its options')
    .addHelpText('after', help)
  const list = sinks
    .command('list', { isDefault: true })
    .description('how far each has come, what waits and what is wrong')
    .option('--format <format>', 'table, json')
  addReadingOptions(list).action(listSinks)
  const add = (name: string, description: string, argument = 'the name of a sink in keelson.yaml') =>
    addReadingOptions(sinks.command(name).description(description).argument('<name>', argument))
  add('test', 'send one test event now, uncounted, and tell what happened').action(testSink)
  add('retry', 'try again now, also what is held back').action(steer('retry'))
  add('skip', 'let the event go that everything after it waits for; it becomes a dead letter')
    .option('--asset <asset>', 'only what holds back this machine: its name or UUID')
    .action(steer('skip'))
  add('pause', 'send nothing until it is resumed; events are kept').action(steer('pause'))
  add('resume', 'go on where it was paused').action(steer('resume'))
  add('dead', 'list the events that it refused for good, or that were skipped')
    .option('--format <format>', 'table, json')
    .action(listDead)
  add('redrive', 'have dead letters sent once more, out of their order')
    .option('--entry <number>', 'only this one, by its place in the ledger')
    .action(steer('redrive'))
}

async function listSinks(options: Options): Promise<void> {
  const format = chooseFormat(options.format, ['table', 'json'])
  const { namesOfSinks, readSinkReports } = await loadDelivery()
  const named = namesOfSinks(toConfig(options))
  await withStore(options, async ({ store, output }) => {
    const reports = readSinkReports(store)
    const types = new Map(named.map(({ name, type }) => [name, type]))
    const known = reports.map((report) => ({ ...report, type: types.get(report.name) ?? null }))
    const fresh = named.filter(({ name }) => !reports.some((report) => report.name === name))
    if (format === 'json') {
      output.write(toJson([...known, ...fresh]))
      return
    }
    if (known.length > 0) output.write(formatSinks(known, Date.now()))
    for (const { name } of fresh)
      output.note(`${forTerminal(name)}: nothing was delivered yet; checks watch begins with it\n`)
    if (known.length + fresh.length === 0) output.note('there are no sinks; checks help sinks tells how to write one\n')
  })
}

async function testSink(name: string, options: Options): Promise<void> {
  const { testSink: test } = await loadDelivery()
  const config = toConfig(options)
  const output = openOutput()
  const state = typeof config.state === 'string' ? config.state : undefined
  const how = { env: process.env, state, timeout: TEST, user: readUserName(), now: Date.now() }
  const { uuid, problem, took, warnings } = await test(config, name, how)
  for (const warning of warnings) output.note(`checks: ${forTerminal(warning)}\n`)
  if (problem !== undefined) {
    throw new KeelsonError('sink/refused', `${name} did not take the test event: ${problem}`, { exit: EXIT.failing })
  }
  output.write(`${forTerminal(name)} took the test event ${uuid}, within ${Math.round(took)} ms\n`)
}

function steer(act: 'retry' | 'skip' | 'pause' | 'resume' | 'redrive') {
  return async (name: string, options: Options & { entry?: string }): Promise<void> => {
    const sequence = options.entry === undefined ? undefined : readSequence(options.entry)
    const { steerSink } = await loadDelivery()
    await withStore(options, async ({ store, output }) => {
      const asset = options.asset === undefined ? undefined : (await chooseAsset(store, options.asset)).uuid
      const meant = { ...(asset === undefined ? {} : { asset }), ...(sequence === undefined ? {} : { sequence }) }
      const sequences = steerSink(store, name, { act, user: readUserName(), now: Date.now(), ...meant })
      output.write(`${DONE[act](forTerminal(name), sequences)}\n`)
    })
  }
}

const DONE: Readonly<
  Record<'retry' | 'skip' | 'pause' | 'resume' | 'redrive', (name: string, which: number[]) => string>
> = {
  retry: (name) => `${name}: whatever waited is tried again now`,
  skip: (name, which) => `${name}: skipped ${entries(which)}; checks sinks dead ${name} lists what was`,
  pause: (name) => `${name}: paused`,
  resume: (name) => `${name}: resumed`,
  redrive: (name, which) => `${name}: ${entries(which)} will be sent once more by checks watch`,
}

async function listDead(name: string, options: Options): Promise<void> {
  const format = chooseFormat(options.format, ['table', 'json'])
  const { readDeadLetters } = await loadDelivery()
  await withStore(options, async ({ store, output }) => {
    const letters = readDeadLetters(store, name)
    if (format === 'json') output.write(toJson(letters))
    else if (letters.length === 0) output.note(`${forTerminal(name)} has no dead letters\n`)
    else output.write(formatDead(letters))
  })
}

type Opened = Awaited<ReturnType<typeof openState>>

async function withStore(
  options: StateCommandOptions,
  use: (context: { store: Opened['store']; output: ReturnType<typeof openOutput> }) => Promise<void>,
): Promise<void> {
  const output = openOutput()
  const { store, warnings, close } = await openState(toConfig(options), { clock: Date.now, create: false })
  try {
    for (const warning of warnings) output.note(`checks: ${forTerminal(warning)}\n`)
    await use({ store, output })
  } finally {
    await close()
  }
}

function entries(sequences: readonly number[]): string {
  const [first = 0] = sequences
  return sequences.length === 1 ? `entry ${first}` : `${sequences.length} entries, from ${first} on`
}

function readSequence(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new KeelsonError('usage', `--entry ${text} is no entry's number`, { hint: 'checks sinks dead lists them' })
}
