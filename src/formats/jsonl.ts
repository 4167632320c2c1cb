import { forJson } from './escape.ts'
import type { FormattedReport } from './formatted-report.ts'

/** One object per line and result, each with its asset, source and time. A run without results has no line at all. */
export function formatJsonl({ asset, source, finishedAt, results }: FormattedReport): string {
  return results.map((result) => `${forJson({ asset, source, finishedAt, ...result })}\n`).join('')
}
