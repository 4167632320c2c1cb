import type { Command } from 'commander'
import {
  type Diagnosis,
  diagnose,
  forTerminal,
  openLibrary,
  openWorkbench,
  requireKnownParams,
  requireSound,
} from '../app.ts'
import { EXIT } from '../core/errors.ts'
import {
  addContentOptions,
  addSourceOptions,
  addStateOption,
  type ContentOptions,
  type SourceOptions,
  type StateOptions,
  toConfig,
} from './options.ts'
import { chooseFormat, openOutput } from './output.ts'
import { toJson } from './to-json.ts'

export function addDoctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .description('tell which source would be used and why, what it lacks, and how to do better')
    .option('--format <format>', 'text, json')
  addStateOption(addSourceOptions(addContentOptions(command))).action(doctor)
}

async function doctor(options: ContentOptions & SourceOptions & StateOptions & { format?: string }): Promise<void> {
  const format = chooseFormat(options.format, ['text', 'json'])
  const config = toConfig(options)
  const library = requireSound(openLibrary(config))
  requireKnownParams(config, library)
  const diagnosis = await diagnose(config, library, await openWorkbench(config, library))
  openOutput().write(format === 'json' ? toJson(diagnosis) : forTerminal(describe(diagnosis), { keepLines: true }))
  process.exitCode = diagnosis.source === null ? EXIT.usage : diagnosis.unjudged.length > 0 ? EXIT.unjudged : EXIT.ok
}

const MARKS = { usable: '✓', refused: '✗', absent: '–' } as const

function describe(diagnosis: Diagnosis): string {
  const { candidates, source, why, problem, warnings, asRoot, unjudged, checks, state, advice } = diagnosis
  const used = source ? `Used: ${nameSource(source)} (${why})` : `No source can be used: ${problem}`
  return [
    'Sources, in the order in which they are tried',
    ...candidates.map(({ what, state, why }) => `  ${MARKS[state]} ${what}: ${why}`),
    '',
    used,
    ...warnings.map((warning) => `  ${warning}`),
    state
      ? `State: ${state.path}${state.exists ? '' : ' (the first run makes it)'}`
      : 'State: none, nothing is remembered',
    ...(asRoot === null ? [] : [`Running as ${asRoot ? 'root' : 'a normal user'}`]),
    ...(source ? ['', `${checks - unjudged.length} of ${checks} checks of this platform can be judged`] : []),
    ...unjudged.map(({ check, reason }) => `  ${check}: ${reason}`),
    ...(advice.length > 0 ? ['', 'To do better', ...advice.map((line) => `  ${line}`)] : []),
    '',
  ].join('\n')
}

function nameSource({ kind, preview, version, path }: NonNullable<Diagnosis['source']>): string {
  const osquery = kind === 'osqueryi' ? 'private osqueryi,' : 'osquery socket,'
  const what = preview ? 'embedded engine, a preview that follows' : osquery
  return `${what} osquery ${version}${path ? ` at ${path}` : ''}`
}
