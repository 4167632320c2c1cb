import type { RunReport } from '../core/report.ts'
import { formatCsv } from './csv.ts'
import { formatJson } from './json.ts'
import { formatJsonl } from './jsonl.ts'
import { formatJunit } from './junit.ts'
import { formatMarkdown } from './markdown.ts'
import type { ReportOptions } from './report-options.ts'
import { formatTable } from './table.ts'

export const FORMAT_NAMES = ['table', 'json', 'jsonl', 'junit', 'markdown', 'csv'] as const
export type FormatName = (typeof FORMAT_NAMES)[number]

/** A whole run as text that ends with one newline, by the name of the format. */
export const REPORT_FORMATS: Readonly<Record<FormatName, (report: RunReport, options: ReportOptions) => string>> = {
  table: formatTable,
  json: formatJson,
  jsonl: formatJsonl,
  junit: formatJunit,
  markdown: formatMarkdown,
  csv: formatCsv,
}

export type { ReportOptions } from './report-options.ts'
