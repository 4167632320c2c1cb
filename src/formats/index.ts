import { formatCsv } from './csv.ts'
import type { FormatTools, FormattedReport } from './formatted-report.ts'
import { formatJson } from './json.ts'
import { formatJsonl } from './jsonl.ts'
import { formatJunit } from './junit.ts'
import { formatMarkdown } from './markdown.ts'
import { formatOcsf } from './ocsf.ts'
import { formatOscal } from './oscal.ts'
import type { ReportOptions } from './report-options.ts'
import { formatSarif } from './sarif.ts'
import { formatTable } from './table.ts'

export const FORMAT_NAMES = ['table', 'json', 'jsonl', 'junit', 'markdown', 'csv', 'sarif', 'oscal', 'ocsf'] as const
export type FormatName = (typeof FORMAT_NAMES)[number]

type ReportFormat = (report: FormattedReport, options: ReportOptions, tools: FormatTools) => string

/** A whole run as text that ends with one newline, by the name of the format. */
export const REPORT_FORMATS: Readonly<Record<FormatName, ReportFormat>> = {
  table: formatTable,
  json: formatJson,
  jsonl: formatJsonl,
  junit: formatJunit,
  markdown: formatMarkdown,
  csv: formatCsv,
  sarif: formatSarif,
  oscal: formatOscal,
  ocsf: formatOcsf,
}

export type { FormatTools, FormattedReport } from './formatted-report.ts'
export type { ReportOptions } from './report-options.ts'
