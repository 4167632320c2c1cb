import type { RunReport } from '../core/report.ts'
import { forJson } from './escape.ts'

/** One object with the whole run, for programs: every value as it was found. */
export function formatJson(report: RunReport): string {
  const { asset, source, startedAt, finishedAt, results, summary, memory } = report
  return `${forJson({ asset, source, startedAt, finishedAt, results, summary, memory }, 2)}\n`
}
