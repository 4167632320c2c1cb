import type { CheckResult, RunReport } from '../core/report.ts'
import { describeReason, describeSource } from './describe.ts'
import { forCsv, forJson } from './escape.ts'

const HEADER = [
  'check',
  'title',
  'severity',
  'verdict',
  'reason',
  'evidence',
  'fix',
  'version',
  'asset',
  'platform',
  'source',
  'finishedAt',
]

/** RFC 4180 with a header, a record per result; `evidence` is JSON. A byte order mark is left to whoever needs one. */
export function formatCsv(report: RunReport): string {
  const records = [HEADER, ...report.results.map((result) => recordOf(result, report))]
  return records.map((cells) => `${cells.map(forCsv).join(',')}\r\n`).join('')
}

function recordOf(result: CheckResult, report: RunReport): string[] {
  const { asset, source, finishedAt } = report
  return [
    result.check,
    result.title,
    result.severity,
    result.verdict,
    describeReason(result) ?? '',
    forJson(result.evidence),
    result.fix ?? '',
    result.version,
    asset.name || asset.uuid,
    asset.platform,
    describeSource(source),
    finishedAt,
  ]
}
