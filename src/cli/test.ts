import type { Command } from 'commander'
import { createPaint, forTerminal, openLibrary, openWorkbench, requireSound, selectFrom } from '../app.ts'
import { EXIT } from '../core/errors.ts'
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
import { toJson } from './to-json.ts'

export function addTestCommand(program: Command): void {
  const command = program
    .command('test')
    .description('run the tests that checks carry: offline, for every platform')
    .argument('[checks...]', 'ids or patterns (default: all)')
    .option('--format <format>', 'text, json')
    .option('--verbose', 'list the tests that pass too')
  addSelectionOptions(addLibraryOptions(command)).action(test)
}

async function test(
  patterns: string[],
  options: ContentOptions & SelectionOptions & { format?: string; verbose?: boolean },
): Promise<void> {
  const format = chooseFormat(options.format, ['text', 'json'])
  const output = openOutput()
  const config = toConfig(options)
  const library = requireSound(openLibrary(config))
  const selection = toSelection(patterns, options)
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
