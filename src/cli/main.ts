import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import type { Diagnostic } from '../core/check.ts'
import { EXIT, KeelsonError, messageOf } from '../core/errors.ts'
import { openOutput } from './output.ts'

/** The version of the package. */
export function readVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}

/** Runs `checks` with these arguments; the exit code is set when it ends. */
export async function main(args: readonly string[]): Promise<void> {
  // Answered before anything is loaded: scripts ask for the version often.
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    process.stdout.write(`${readVersion()}\n`)
    return
  }
  // Commands are too short for larger nurseries to pay off: this keeps the peak some 40 MB lower at the same speed.
  setFlagsFromString('--semi-space-growth-factor=1')
  // A reader that has seen enough (head, a pager) is no error; a full disk is.
  process.stdout.on('error', endWithOutput)
  try {
    const { buildProgram } = await import('./program.ts')
    const program = await buildProgram(readVersion(), args)
    program.hook('preAction', (_, command) => {
      // These end by themselves, in good order.
      if (!['engine', 'extension', 'watch'].includes(command.name())) exitOnSignals()
      // What it delivers to standard output is one of several sinks, and waits when nobody reads.
      if (command.name() === 'watch') process.stdout.off('error', endWithOutput).on('error', () => {})
    })
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    process.exitCode = await report(error)
  }
}

function endWithOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
  process.stderr.write(`checks: cannot write the output: ${error.message}\n`)
  process.exit(EXIT.usage)
}

/** A process that a signal kills runs no exit listener, and would leave behind what it started and its folder. */
function exitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]))
  }
}

/** Says what went wrong, and gives the exit code for it. */
async function report(error: unknown): Promise<number> {
  const { note, noteColor } = openOutput()
  if (isCommanderError(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (error instanceof KeelsonError) {
    const { formatDiagnostics, forTerminal } = await import('../app.ts')
    if (hasDiagnostics(error)) note(formatDiagnostics(error.diagnostics, { color: noteColor }))
    else note(`checks: ${forTerminal(error.message)}\n${error.hint ? `  hint: ${forTerminal(error.hint)}\n` : ''}`)
    return error.exit
  }
  const show = await loadEscape()
  const detail = process.env.KEELSON_DEBUG && error instanceof Error ? `\n${show(`${error.stack}`)}` : ''
  note(`checks: this should not have happened: ${show(messageOf(error))}${detail}\n`)
  note('  hint: KEELSON_DEBUG=1 shows where\n')
  return EXIT.usage
}

/** Text as a terminal may see it. Where our own modules cannot be loaded, that is the error, and it is told as it is. */
async function loadEscape(): Promise<(text: string) => string> {
  try {
    const { forTerminal } = await import('../app.ts')
    return (text) => forTerminal(text, { keepLines: true })
  } catch {
    return (text) => text
  }
}

function hasDiagnostics(error: object): error is { readonly diagnostics: readonly Diagnostic[] } {
  return 'diagnostics' in error
}

function isCommanderError(error: unknown): error is { exitCode: number } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')
}
