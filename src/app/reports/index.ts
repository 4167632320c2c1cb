export { formatHtml } from '../../formats/html/page.ts'
export { formatReportAs } from '../../formats/report-formats.ts'
export { gatherReport } from './gather-report.ts'
