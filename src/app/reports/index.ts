export { formatHtml } from '../../formats/html/page.ts'
export { gatherReport } from './gather-report.ts'
