import type { RunReport } from '../core/report.ts'
import { forJson } from './escape.ts'

/** One object with the whole run, for programs: every value as it was found. */
export function formatJson({ asset, source, startedAt, finishedAt, results, summary }: RunReport): string {
  return `${forJson({ asset, source, startedAt, finishedAt, results, summary }, 2)}\n`
}
