import type { Standing } from '../core/compliance-report.ts'
import { shortenText } from '../core/shorten-text.ts'
import type { Verdict } from '../core/verdict.ts'
import {
  countOf,
  describeAsset,
  describeElapsed,
  describeReason,
  describeRows,
  describeSource,
  elapsedOf,
} from './describe.ts'
import { describeWaiver, listCounts } from './describe-waiver.ts'
import { forMarkdown, forMarkdownBlock, forMarkdownCode } from './escape.ts'
import type { FormattedReport, FormattedResult } from './formatted-report.ts'
import { frameworkSection } from './markdown-frameworks.ts'
import { groupResults, isTroubled } from './order-results.ts'
import { safeMarkdown } from './prose-text.ts'
import type { ReportOptions } from './report-options.ts'

const MARKS: Readonly<Record<Verdict | 'waived', string>> = {
  fail: '❌ fail',
  error: '❓ error',
  warn: '⚠️ warn',
  waived: '🟡 waived',
  pass: '✅ pass',
  not_applicable: '➖ n/a',
}

const MOST_ROWS = 10

/** A run as a comment on a pull request: a table, a section for each check that does not pass, the rest folded away. */
export function formatMarkdown(report: FormattedReport, { verbose = false }: ReportOptions = {}): string {
  const groups = groupResults(report.results)
  const resultsOf = (test: (standing: Standing) => boolean) =>
    groups.filter(({ standing }) => test(standing)).flatMap(({ results }) => results)
  const troubled = resultsOf(isTroubled)
  const waived = resultsOf((standing) => standing === 'waived')
  const quiet = resultsOf((standing) => !isTroubled(standing) && standing !== 'waived')
  const parts = [
    `## ${headlineOf(report)}`,
    countsOf(report),
    ...(troubled.length + waived.length > 0 ? [tableOf([...troubled, ...waived])] : []),
    ...troubled.map((result) => sectionOf(result, verbose)),
    ...(report.frameworks ?? []).flatMap(frameworkSection),
    ...(quiet.length > 0 ? [foldedTable(quiet)] : []),
    sourceOf(report),
  ]
  return `${parts.join('\n\n')}\n`
}

function headlineOf({ results, summary }: FormattedReport): string {
  if (results.length === 0) return 'No check was run'
  if (summary.fail > 0) return `❌ ${summary.fail} of ${countOf(results.length, 'check')} failed`
  if (summary.error > 0) return `❓ ${summary.error} of ${countOf(results.length, 'check')} could not be judged`
  if (summary.warn > 0) return `⚠️ ${summary.warn} of ${countOf(results.length, 'check')} warned`
  if (summary.waived && summary.pass === 0) return `🟡 ${summary.waived} of ${countOf(results.length, 'check')} waived`
  return summary.pass > 0 ? `✅ ${countOf(summary.pass, 'check')} passed` : '➖ No check applies'
}

function countsOf({ summary }: FormattedReport): string {
  const present = listCounts(summary).filter(({ count }) => count > 0)
  return present.map(({ text }) => text).join(' · ') || 'Nothing to report.'
}

function tableOf(results: readonly FormattedResult[]): string {
  const rows = results.map((result) => {
    const { verdict, title, waiver } = result
    const cells = [
      MARKS[waiver ? 'waived' : verdict],
      severityOf(result),
      forMarkdown(title),
      idOf(result),
      reasonOf(result),
    ]
    return `| ${cells.join(' | ')} |`
  })
  return ['| Verdict | Severity | Check | Id | Reason |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

function severityOf({ severity, verdict, waiver }: FormattedResult): string {
  const stands = isTroubled(verdict) && !waiver && (severity === 'critical' || severity === 'high')
  return stands ? `**${severity}**` : severity
}

const LONGEST_REASON = 300

function reasonOf(result: FormattedResult): string {
  const waived = result.waiver && describeWaiver(result)
  if (waived) return forMarkdown(shortenText(`waived ${waived}`, LONGEST_REASON))
  return forMarkdown(shortenText(describeReason(result) ?? '', LONGEST_REASON))
}

/** In a table's cell a code span cannot hold a pipe. */
function idOf({ check }: FormattedResult): string {
  return /^[\w.-]+$/.test(check) ? forMarkdownCode(check) : forMarkdown(check)
}

function sectionOf(result: FormattedResult, verbose: boolean): string {
  const reason = describeReason(result)
  const lapsed = describeWaiver(result)
  const rows = describeRows(result, verbose ? result.evidence.length : MOST_ROWS)
  const parts = [
    `### ${MARKS[result.verdict]}: ${forMarkdown(result.title)}`,
    `${severityOf(result)} · ${idOf(result)}${result.unseen ? ' · unseen: nobody has watched it both pass and fail on such a system yet' : ''}`,
    ...(reason ? [`**Reason:** ${forMarkdown(reason)}`] : []),
    ...(lapsed ? [`**Waiver:** ${forMarkdown(lapsed)}`] : []),
    ...(rows.length > 0 ? ['**Found:**', forMarkdownBlock(rows)] : []),
    ...(result.why ? [`**Why:**`, safeMarkdown(result.why)] : []),
    ...(result.fix ? [`**Fix:**`, safeMarkdown(result.fix)] : []),
  ]
  return parts.join('\n\n')
}

function foldedTable(results: readonly FormattedResult[]): string {
  const passed = results.filter(({ verdict }) => verdict === 'pass').length
  const others = results.length - passed
  const parts = [passed > 0 ? `${passed} passed` : '', others > 0 ? `${others} not applicable` : '']
  const summary = parts.filter((part) => part !== '').join(', ')
  return `<details>\n<summary>${summary}</summary>\n\n${tableOf(results)}\n\n</details>`
}

function sourceOf(report: FormattedReport): string {
  const elapsed = elapsedOf(report)
  const asset = describeAsset(report)
  const parts = [
    `Source: ${forMarkdown(describeSource(report.source))}`,
    asset === '' ? '' : `on ${forMarkdown(asset)}`,
    elapsed === undefined ? '' : `in ${describeElapsed(elapsed)}`,
    forMarkdown(report.finishedAt),
  ]
  return parts.filter((part) => part !== '').join(', ')
}
