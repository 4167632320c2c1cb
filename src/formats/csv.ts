import { describeReason, describeSource } from './describe.ts'
import { forCsv, forJson } from './escape.ts'
import { type FormattedReport, type FormattedResult, requirementsByCheck } from './formatted-report.ts'

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
  'frameworks',
  'waiver',
  'waivedUntil',
  'unseen',
]

/** RFC 4180 with a header, a record per result; `evidence` is JSON, `frameworks` the
 * requirements that the check supports. A byte order mark is left to whoever needs one. */
export function formatCsv(report: FormattedReport): string {
  const supported = requirementsByCheck(report)
  const records = [
    HEADER,
    ...report.results.map((result) => [
      ...recordOf(result, report),
      (supported.get(result.check) ?? []).join('; '),
      result.waiver?.id ?? '',
      result.waiver?.until ?? '',
      result.unseen ? 'unseen' : '',
    ]),
  ]
  return records.map((cells) => `${cells.map(forCsv).join(',')}\r\n`).join('')
}

function recordOf(result: FormattedResult, report: FormattedReport): string[] {
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
