import type { Command } from 'commander'
import { createPaint, forTerminal, openLibrary, openWorkbench, requireSound, selectFrom } from '../app.ts'
import { EXIT, KeelsonError } from '../core/errors.ts'
import {
  addLibraryOptions,
  addSelectionOptions,
  type ContentOptions,
  requireSome,
  type SelectionOptions,
  toConfig,
  toSelection,
} from './options.ts'
import { chooseFormat, openOutput } from './output.ts'
import { testMutants } from './test-mutants.ts'
import { toJson } from './to-json.ts'

export function addTestCommand(program: Command): void {
  const command = program
    .command('test')
    .description('run the tests that checks carry: offline, for every platform')
    .argument('[checks...]', 'ids or patterns (default: all)')
    .option('--format <format>', 'text, json')
    .option('--verbose', 'list the tests that pass too')
    .option('--mutate', 'change the checks in small ways, and show which changes no test notices')
    .option('--accept <file>', 'with --mutate: changes that need not be noticed, with their reasons')
  addSelectionOptions(addLibraryOptions(command)).action(test)
}

interface TestOptions {
  format?: string
  verbose?: boolean
  mutate?: boolean
  accept?: string
}

async function test(patterns: string[], options: ContentOptions & SelectionOptions & TestOptions): Promise<void> {
  const format = chooseFormat(options.format, ['text', 'json'])
  const output = openOutput()
  const config = toConfig(options)
  const library = requireSound(openLibrary(config))
  const selection = toSelection(patterns, options)
  if (options.mutate) {
    const { accept, verbose } = options
    const how = { format, ...(accept !== undefined && { accept }), ...(verbose && { verbose }) }
    return testMutants(config, library, selection, output, how)
  }
  if (options.accept !== undefined) {
    throw new KeelsonError('usage', '--accept goes with --mutate only', { hint: 'add --mutate' })
  }
  const workbench = await openWorkbench(config, library)
  const outcomes = selectFrom(library, selection).flatMap((check) =>
    check.tests
      .filter(({ platform }) => (selection.platform ?? platform) === platform)
      .map((given) => workbench.test(check, given)),
  )
  requireSome(outcomes, 'nothing was tested', 'the selection has no tests')
  const failed = outcomes.filter(({ passed }) => !passed)
  if (format === 'json') {
    const entries = outcomes.map(({ check, test: { name, platform, verdict, place }, passed, problem, judgement }) => ({
      check,
      platform,
      name,
      expected: verdict,
      passed,
      problem: problem ?? null,
      verdict: judgement?.verdict ?? null,
      reasons: judgement?.reasons ?? [],
      place,
    }))
    output.write(toJson(entries))
  } else {
    const paint = createPaint(output.color)
    for (const { check, test: given, passed, problem } of outcomes) {
      if (passed && !options.verbose) continue
      const { platform, name, place } = given
      const mark = passed ? paint('pass', '✓') : paint('fail', '✗')
      output.write(`${mark} ${forTerminal(`${check} on ${platform}: ${name}`)}\n`)
      if (problem)
        output.write(`  ${forTerminal(problem)}\n  at ${forTerminal(place.file)}:${place.line}:${place.column}\n`)
    }
    output.write(`${outcomes.length - failed.length} passed, ${failed.length} failed\n`)
  }
  process.exitCode = failed.length > 0 ? EXIT.failing : EXIT.ok
}
