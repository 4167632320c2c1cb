import type { EvidenceRow, EvidenceValue } from '../core/judge.ts'
import type { Evidence } from '../core/report.ts'
import { shortenText } from '../core/shorten-text.ts'
import type { Verdict } from '../core/verdict.ts'
import type { FormattedReport, FormattedResult } from './formatted-report.ts'

// Everything here answers plain text as it was found; whoever prints it escapes it.

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  fail: 'failed',
  error: 'could not be judged',
  warn: 'warned',
  pass: 'passed',
  not_applicable: 'not applicable',
}

export const VERDICT_NAMES: Readonly<Record<Verdict, string>> = {
  fail: 'fail',
  error: 'error',
  warn: 'warn',
  pass: 'pass',
  not_applicable: 'not applicable',
}

/** Such as `embedded engine (preview, follows osquery 5.23.0)` or `osquery 5.23.0 at /var/osquery/osquery.em`. */
export function describeSource(source: FormattedReport['source']): string {
  if (source.kind === 'ledger') return `ledger up to entry ${source.sequence}`
  const { kind, preview, version, path } = source
  // Our own engine, served on a socket, must not pass for osquery.
  const isOurs = kind === 'embedded' || preview
  const osquery = isOurs
    ? `embedded engine (${preview ? 'preview, ' : ''}follows osquery ${version})`
    : `osquery ${version}`
  if (path === undefined) return osquery
  return kind === 'socket' ? `${osquery} at ${path}` : `${osquery}, started from ${path}`
}

/** Such as `web-1, Debian GNU/Linux 12 (bookworm)`; empty when neither is known. */
export function describeAsset({ asset }: FormattedReport): string {
  return [asset.name, asset.os].filter((part) => part !== '').join(', ')
}

/** Milliseconds that the run took; undefined when its times make no sense. */
export function elapsedOf(report: FormattedReport): number | undefined {
  const elapsed = Date.parse(report.finishedAt) - Date.parse(report.startedAt)
  return elapsed >= 0 ? elapsed : undefined
}

export function describeElapsed(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Why it is not a pass. The error's own words follow where the reason does not contain them. */
export function describeReason({ reason, error }: FormattedResult): string | undefined {
  if (error === null || reason?.includes(error)) return reason ?? undefined
  return reason === null || error.includes(reason) ? error : `${reason} (${error})`
}

/** `key=value` pairs; values with spaces are quoted. What the resource already says is left out. */
export function describeFound(found: EvidenceRow, resource?: string): string[] {
  const entries = Object.entries(found).filter(([, value]) => resource === undefined || String(value) !== resource)
  return entries.map(([key, value]) => `${key}=${describeValue(value)}`)
}

const LONGEST_VALUE = 300

function describeValue(value: EvidenceValue): string {
  if (typeof value !== 'string') return String(value)
  const short = shortenText(value, LONGEST_VALUE)
  return /^[^\s"'`]+$/.test(short) ? short : `"${short.replace(/["\\]/g, '\\$&')}"`
}

/** What stands before a row's pairs: its clause and what was judged. */
export function describeSubject({ clause, resource }: Evidence): string {
  return [clause, resource].filter((part) => part !== undefined && part !== '').join(': ')
}

/** A row's own reason, unless the check's reason says it already. */
export function describeRowReason({ reason }: Evidence, result: FormattedResult): string | undefined {
  return reason === undefined || describeReason(result)?.includes(reason) ? undefined : reason
}

/** One line for a row: `clause: resource  key=value  key=value  (reason)`. */
function describeEvidence(row: Evidence, result: FormattedResult): string {
  const reason = describeRowReason(row, result)
  const parts = [describeSubject(row), ...describeFound(row.found, row.resource), reason && `(${reason})`]
  return parts.filter((part) => part).join('  ')
}

/** The rows that decided, of which the report holds the first. */
export function countEvidence({ evidence, evidenceTotal }: FormattedResult): number {
  return Math.max(evidence.length, evidenceTotal)
}

/** The first rows as lines, and how many more there are. */
export function describeRows(result: FormattedResult, most: number): string[] {
  const lines = result.evidence.slice(0, most).map((row) => describeEvidence(row, result))
  const more = countEvidence(result) - lines.length
  return more > 0 ? [...lines, `… and ${more} more`] : lines
}

/** `1 warning`, `2 warnings`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
