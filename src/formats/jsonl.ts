import type { RunReport } from '../core/report.ts'
import { forJson } from './escape.ts'

/** One object per line and result, each with its asset, source and time. A run without results has no line at all. */
export function formatJsonl({ asset, source, finishedAt, results }: RunReport): string {
  return results.map((result) => `${forJson({ asset, source, finishedAt, ...result })}\n`).join('')
}
