import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ComplianceReport, ReportedItem } from '../../src/core/compliance-report.ts'
import { formatHtml } from '../../src/formats/html/page.ts'
import { rememberedReport } from '../formats/sample-frameworks.ts'

const DAY = 86_400_000

/** A report in which everything occurs that the page can show: every standing, a trend, and troubled histories. */
export function fullReport(more: Partial<ComplianceReport> = {}): ComplianceReport {
  const report = rememberedReport()
  const [first, ...rest] = report.items as [ReportedItem, ...ReportedItem[]]
  const track = { turns: 5, failures: 2, fixes: [DAY, 3 * DAY], flapping: true, recurring: true }
  const trend = Array.from({ length: 30 }, (_, index) => ({
    at: report.at - (30 - index) * DAY,
    passing: 4 + (index % 3),
    failing: 3 - (index % 3),
    unknown: index % 2,
  }))
  return { ...report, items: [{ ...first, track, unseen: true }, ...rest], trend, since: report.at - 30 * DAY, ...more }
}

/** The page of a report in a file, until the tests of this file end. */
export function writePage(folder: string, name: string, report: ComplianceReport): string {
  const file = join(folder, `${name}.html`)
  writeFileSync(file, formatHtml(report))
  return file
}

export function makePages(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-pages-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
