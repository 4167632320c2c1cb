import type { ComplianceReport } from '../core/compliance-report.ts'
import { type FormatTools, toFormattedReport } from './formatted-report.ts'
import { type FormatName, REPORT_FORMATS, type ReportOptions } from './index.ts'

/** What is remembered of a machine, in the formats of a run. Ends with one newline. */
export function formatReportAs(
  format: FormatName,
  report: ComplianceReport,
  options: ReportOptions,
  tools: FormatTools,
): string {
  return REPORT_FORMATS[format](toFormattedReport(report), options, tools)
}
