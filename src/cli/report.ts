import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { loadFrameworks, loadReports, loadWaivers, openLibrary, requireSound } from '../app.ts'
import { KeelsonError, messageOf } from '../core/errors.ts'
import { chooseAsset, forTerminal, readPastMoment } from '../memory.ts'
import { addContentOptions, addStateOption, type ContentOptions, collect, type StateOptions } from './options.ts'
import { withState } from './with-state.ts'

type Options = ContentOptions &
  StateOptions & { html?: string; framework?: string[]; asset?: string; at?: string; since: string; strict?: boolean }

/** What is shown where no framework is named. */
const USUAL = 'cyber-essentials@3.3'

export function addReportCommand(program: Command): void {
  const command = program
    .command('report')
    .description('write what is known of a machine as a page for people')
    .requiredOption('--html <file>', 'the page: one file that needs nothing else; - for standard output')
    .option('--framework <framework>', `show this framework (repeatable; default: ${USUAL})`, collect)
    .option('--asset <asset>', "the machine's name or UUID (default: the one reported last)")
    .option('--at <time>', 'as of an age such as 90d, a date, or a time (default: now)')
    .option('--since <time>', 'from where on history is told', '90d')
    .option('--strict', 'let a warning count as failing')
  addStateOption(addContentOptions(command)).action((options: Options) => report(options, program.version() ?? ''))
}

async function report(options: Options, version: string): Promise<void> {
  await withState(options, { create: false }, async ({ store, acceptances, config, output, now }) => {
    const library = requireSound(openLibrary(config))
    const { openFrameworks, requireSoundFrameworks, findFramework } = await loadFrameworks()
    const { frameworks } = requireSoundFrameworks(openFrameworks(config, library))
    const { gatherReport, formatHtml } = await loadReports()
    const at = options.at === undefined ? undefined : readPastMoment(options.at, '--at', now)
    const since = readPastMoment(options.since, '--since', now)
    if (since >= (at ?? now)) {
      throw new KeelsonError('usage', `--since ${options.since} is not before --at ${options.at ?? 'now'}`, {
        hint: 'choose an earlier one',
      })
    }
    const asset = await chooseAsset(store, options.asset)
    const { openWaivers, readAcceptances, requireSoundWaivers } = await loadWaivers()
    const files = requireSoundWaivers(openWaivers(config, { library, frameworks }))
    const { waiverOf, attestationOf } = await readAcceptances({ store, acceptances, files, asset, at: at ?? now, now })
    const gathered = await gatherReport(store, {
      asset,
      waiverOf,
      attestationOf,
      at,
      since,
      now,
      library,
      frameworks: (options.framework ?? [USUAL]).map((name) => findFramework(frameworks, name)),
      version,
      strict: config.strict,
    })
    const page = formatHtml(gathered)
    if (options.html === '-') {
      output.write(page)
      return
    }
    await writePage(options.html as string, page)
    output.note(
      `wrote ${forTerminal(options.html as string)}: ${gathered.items.length} checks, ${(page.length / 1000).toFixed(0)} kB\n`,
    )
  })
}

/** A report says where a machine is weak: only its owner may read it. */
async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page, { mode: 0o600 })
  } catch (cause) {
    throw new KeelsonError('unwritable-file', `cannot write ${path}: ${messageOf(cause)}`, {
      cause,
      hint: 'name a file in a folder that you may write to',
    })
  }
}
