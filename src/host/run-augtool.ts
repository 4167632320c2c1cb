import { execFileSync } from 'node:child_process'
import { messageOf } from '../core/errors.ts'
import { TableError } from '../sql/table.ts'
import type { Host } from './host.ts'
import { searchPath } from './search-path.ts'

// A file that no lens is for; augtool goes on with the next command.
const WITHOUT_LENS = /^(?:error: Lens not found|can not determine lens to load file .*)$/

/**
 * What augtool prints for these commands, which must only read. Nothing is loaded beforehand; 30 s at most. Files
 * that no lens is for are passed over.
 * @throws TableError when it is not installed or refuses a command
 */
export function runAugtool(host: Host, commands: readonly string[]): string {
  try {
    return execFileSync('augtool', ['--noload', '--root', host.root], {
      encoding: 'utf8',
      env: { ...host.env, LC_ALL: 'C', PATH: searchPath(host.env) },
      input: `${commands.join('\n')}\n`,
      maxBuffer: 256 << 20,
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: 30_000,
    })
  } catch (error) {
    const { code, signal, stderr, stdout } = error as Partial<Record<'code' | 'signal' | 'stderr' | 'stdout', string>>
    const complaints = stderr?.trim().split('\n') ?? []
    if (!code && !signal && complaints.every((line) => WITHOUT_LENS.test(line))) return stdout ?? ''
    if (code === 'ENOENT') throw new TableError('augeas needs augtool: install augeas-tools', { cause: error })
    const reason = signal ? `ended by ${signal}` : stderr?.trim().replace(/\s*\n\s*/g, ': ') || messageOf(error)
    throw new TableError(`augeas: augtool failed: ${reason}`, { cause: error })
  }
}

/** A path expression as one argument of an augtool command. @throws TableError when it cannot be one */
export function quoteExpression(expression: string): string {
  // A line's end would start another command.
  if (/[\n\r\0]/.test(expression)) throw new TableError('augeas: a path or node must not hold a line break')
  const escaped = expression.replace(/\\([\][|/=()!,])|[\\"]/g, (match, kept) => (kept ? match : `\\${match}`))
  return `"${escaped}"`
}
