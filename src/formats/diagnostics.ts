import type { Diagnostic } from '../core/check.ts'
import { countOf } from './describe.ts'
import { forTerminal } from './escape.ts'
import { createPaint, type Paint } from './paint.ts'

/**
 * Problems of files, in the order of their places: `file:line:column: level: message [code]`, with the hint below.
 * The lines are not wrapped, so that editors find the places.
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  { color }: { readonly color?: boolean | undefined } = {},
): string {
  const paint = createPaint(color)
  const lines = [...diagnostics].sort(comparePlaces).flatMap((diagnostic) => formatDiagnostic(diagnostic, paint))
  const gap = lines.length > 0 ? [''] : []
  return `${[...lines, ...gap, summaryOf(diagnostics, paint)].join('\n')}\n`
}

function formatDiagnostic(diagnostic: Diagnostic, paint: Paint): string[] {
  const { level, code, message, hint, place, platform } = diagnostic
  const where = paint('strong', `${forTerminal(place.file)}:${place.line}:${place.column}:`)
  const rank = paint(level === 'error' ? 'fail' : 'warn', `${level}:`)
  const aside = paint('muted', `[${forTerminal(code)}]${platform === undefined ? '' : ` on ${platform}`}`)
  const first = `${where} ${rank} ${indentLines(message)} ${aside}`
  return hint === undefined ? [first] : [first, `  ${paint('label', 'hint:')} ${indentLines(hint)}`]
}

/** A message's further lines, such as a list of names, stand below it. */
function indentLines(text: string): string {
  return forTerminal(text, { keepLines: true }).trim().replace(/\n/g, '\n    ').replaceAll('\t', '  ')
}

function summaryOf(diagnostics: readonly Diagnostic[], paint: Paint): string {
  if (diagnostics.length === 0) return paint('pass', 'No problems found')
  const errors = diagnostics.filter(({ level }) => level === 'error').length
  const warnings = diagnostics.length - errors
  const files = new Set(diagnostics.map(({ place }) => place.file)).size
  const counts = [
    ...(errors > 0 ? [paint('fail', countOf(errors, 'error'))] : []),
    ...(warnings > 0 ? [paint('warn', countOf(warnings, 'warning'))] : []),
  ]
  return `${counts.join(', ')} in ${countOf(files, 'file')}`
}

function comparePlaces({ place: one }: Diagnostic, { place: other }: Diagnostic): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1
  return one.line - other.line || one.column - other.column
}
