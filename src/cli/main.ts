import { readFileSync } from 'node:fs'
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
  // A reader that has seen enough (head, a pager) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(process.exitCode ?? 0)
  })
  try {
    const { buildProgram } = await import('./program.ts')
    await (await buildProgram(readVersion())).parseAsync(args, { from: 'user' })
  } catch (error) {
    process.exitCode = await report(error)
  }
}

/** Says what went wrong, and gives the exit code for it. */
async function report(error: unknown): Promise<number> {
  const { note, color } = openOutput()
  if (isCommanderError(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (error instanceof KeelsonError) {
    const { ContentError, formatDiagnostics, forTerminal } = await import('../app.ts')
    if (error instanceof ContentError) note(formatDiagnostics(error.diagnostics, { color }))
    else note(`checks: ${forTerminal(error.message)}\n${error.hint ? `  hint: ${forTerminal(error.hint)}\n` : ''}`)
    return error.exit
  }
  const detail = process.env.KEELSON_DEBUG && error instanceof Error ? `\n${error.stack}` : ''
  note(`checks: this should not have happened: ${messageOf(error)}${detail}\n  hint: KEELSON_DEBUG=1 shows where\n`)
  return EXIT.usage
}

function isCommanderError(error: unknown): error is { exitCode: number } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')
}
