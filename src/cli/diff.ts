import type { Command } from 'commander'
import { loadReports } from '../app.ts'
import { type ComparedSide, compareRuns, isDifferent, type RunComparison } from '../core/compare-runs.ts'
import { EXIT, KeelsonError } from '../core/errors.ts'
import type { KnownAsset } from '../core/store.ts'
import { chooseAsset, loadWaivers, readPastMoment, readPosture } from '../memory.ts'
import { addReadingOptions } from './options.ts'
import { chooseFormat, type Output, openOutput } from './output.ts'
import { readInput } from './read-input.ts'
import { toJson } from './to-json.ts'
import { type StateCommandOptions, type StateContext, withState } from './with-state.ts'

type Options = StateCommandOptions & {
  times?: boolean
  assets?: boolean
  asset?: string
  at?: string
  verdicts?: boolean
  format?: string
}

const FORMATS = ['table', 'json', 'markdown'] as const

export function addDiffCommand(program: Command): void {
  const command = program
    .command('diff')
    .description('what differs between two saved runs, two times of a machine, or two machines')
    .argument('<before>', 'a file that checks run --format json wrote (- for standard input), a time, or a machine')
    .argument('<after>', 'another one')
    .option('--times', 'both are times, as posture --at takes them, or now')
    .option('--asset <asset>', 'with --times: the name or UUID of the machine (default: the one reported last)')
    .option('--assets', 'both are machines, by name or UUID')
    .option('--at <time>', 'with --assets: as of this time (default: now)')
    .option('--verdicts', 'only verdicts and waivers count, not their reasons, evidence, times or versions')
    .option('--format <format>', FORMATS.join(', '))
    .addHelpText(
      'after',
      `
Exit codes:
  0  no difference
  1  differences
  3  wrong usage

  checks diff before.json after.json
  checks diff --times 30d now --asset web-1
  checks diff --assets web-1 web-2`,
    )
  addReadingOptions(command).action(diff)
}

async function diff(before: string, after: string, options: Options): Promise<void> {
  const format = chooseFormat(options.format, FORMATS)
  const sides = await readSides(before, after, options)
  const comparison = compareRuns(...sides, { onlyVerdicts: options.verdicts ?? false })
  const output = openOutput()
  output.write(await write(comparison, format, output))
  process.exitCode = isDifferent(comparison) ? EXIT.failing : EXIT.ok
}

async function write(comparison: RunComparison, format: (typeof FORMATS)[number], { color }: Output): Promise<string> {
  const { formatComparisonMarkdown, formatComparisonTable } = await loadReports()
  if (format === 'json') return toJson(comparison)
  return format === 'markdown' ? formatComparisonMarkdown(comparison) : formatComparisonTable(comparison, { color })
}

async function readSides(before: string, after: string, options: Options): Promise<[ComparedSide, ComparedSide]> {
  requireOneKind(options)
  if (options.times) {
    return withState(options, { create: false }, async (context) => {
      const asset = await chooseAsset(context.store, options.asset)
      const at = (text: string, place: string) => readTime(text, place, context.now)
      const times = [at(before, 'the first argument'), at(after, 'the second argument')] as const
      return [await readKnown(context, asset, times[0]), await readKnown(context, asset, times[1])]
    })
  }
  if (options.assets) {
    return withState(options, { create: false }, async (context) => {
      const at = readTime(options.at ?? 'now', '--at', context.now)
      const assets = [await chooseAsset(context.store, before), await chooseAsset(context.store, after)] as const
      return [await readKnown(context, assets[0], at), await readKnown(context, assets[1], at)]
    })
  }
  if (before === '-' && after === '-') {
    throw new KeelsonError('usage', 'both runs cannot come from standard input', { hint: 'save one of them in a file' })
  }
  return [await readFile(before), await readFile(after)]
}

function requireOneKind({ times, assets, asset, at }: Options): void {
  const contradictions: readonly (readonly [boolean, string, string])[] = [
    [Boolean(times && assets), '--times and --assets contradict each other', 'give one of them'],
    [asset !== undefined && !times, '--asset names the machine of two times', 'give --times too, or --assets'],
    [
      at !== undefined && !assets,
      '--at is the time at which two machines are compared',
      'give --assets too, or --times',
    ],
  ]
  for (const [given, message, hint] of contradictions) {
    if (given) throw new KeelsonError('usage', message, { hint })
  }
}

async function readFile(file: string): Promise<ComparedSide> {
  const { readSavedRun } = await loadReports()
  try {
    return readSavedRun(await readInput(file), file === '-' ? 'standard input' : file)
  } catch (error) {
    if (!(error instanceof KeelsonError) || error.code !== 'input') throw error
    throw new KeelsonError('input', error.message, {
      cause: error,
      hint: error.hint ?? 'it takes two files; --times takes two times, --assets two machines',
    })
  }
}

function readTime(text: string, place: string, now: number): number | undefined {
  return text === 'now' ? undefined : readPastMoment(text, place, now)
}

/** What was known of a machine, with the waivers of then. */
async function readKnown(
  { store, acceptances, config, now }: StateContext,
  asset: KnownAsset,
  at: number | undefined,
): Promise<ComparedSide> {
  const { toSide } = await loadReports()
  const { openWaivers, readAcceptances, requireSoundWaivers, waivePosture } = await loadWaivers()
  const files = requireSoundWaivers(openWaivers(config, {}))
  const accepted = await readAcceptances({ store, acceptances, files, asset, at: at ?? now, now })
  const known = await readPosture(store, { asset, selection: { patterns: [], tags: [] }, at, now })
  const side = toSide(waivePosture(known, accepted, config.strict))
  if (side.checks.length > 0) return side
  throw new KeelsonError('nothing-known', `nothing was known of ${side.name} at ${side.at}`, {
    hint: 'checks events --asset shows what was reported, and when',
  })
}
