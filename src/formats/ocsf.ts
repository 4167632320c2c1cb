import { limitEvidence } from '../core/limit-evidence.ts'
import { describeReason, VERDICT_WORDS } from './describe.ts'
import { forJson } from './escape.ts'
import { compact, type FindingChange } from './event-facts.ts'
import {
  type FormatTools,
  type FormattedReport,
  type FormattedResult,
  requirementsByCheck,
} from './formatted-report.ts'
import {
  ACTIVITY,
  ARCHIVED,
  COMPLIANCE,
  type Coded,
  classify,
  coded,
  INFORMATIONAL,
  NEW,
  OCSF_VERSION,
  RESOLVED,
  SEVERITY,
  SUPPRESSED,
  UNKNOWN,
} from './ocsf-words.ts'
import { plainProse } from './prose-text.ts'
import type { ReportOptions } from './report-options.ts'
import { describeOrigin } from './report-origin.ts'

/** A Compliance Finding of OCSF 1.9.0 per line and result. A run without results has no line at all. */
export function formatOcsf(report: FormattedReport, _options: ReportOptions, tools: FormatTools): string {
  const supported = requirementsByCheck(report)
  return report.results
    .map((result) => `${forJson(toFinding(result, report, supported.get(result.check) ?? [], tools))}\n`)
    .join('')
}

function toFinding(
  result: FormattedResult,
  report: FormattedReport,
  requirements: readonly string[],
  { version }: FormatTools,
): object {
  const { check, title, severity, verdict, waiver, why, fix } = result
  const { asset } = report
  const time = Date.parse(report.finishedAt)
  const change = changeOf(result)
  const resource = compact({ uid: asset.uuid, name: asset.name })
  const named = Object.keys(resource).length > 0
  const reason = describeReason(result)
  return {
    ...classify({ category: [2, 'Findings'], class: [2003, 'Compliance Finding'], activity: ACTIVITY[change] }),
    ...coded('severity', isOpen(verdict) || verdict === 'error' ? SEVERITY[severity] : INFORMATIONAL),
    ...coded('status', lifecycleOf(result)),
    time,
    message: [asset.name, title, reason ?? VERDICT_WORDS[verdict]].filter(Boolean).join(': '),
    metadata: compact({
      version: OCSF_VERSION,
      product: compact({ name: 'Keelson', vendor_name: 'Keelson', version }),
      profiles: named ? ['host'] : undefined,
    }),
    ...(named && { device: deviceOf(report) }),
    finding_info: compact({
      uid: [asset.uuid, check].filter(Boolean).join('/') || 'unknown',
      title,
      desc: why ? plainProse(why).join(' ') : undefined,
      analytic: compact({
        uid: check || 'unknown',
        name: title,
        version: result.version,
        ...coded('type', [1, 'Rule']),
      }),
      first_seen_time: result.memory && Date.parse(result.memory.since),
      modified_time: time,
    }),
    compliance: compact({
      ...coded('status', COMPLIANCE[verdict]),
      status_details: result.reasons.some(Boolean) ? result.reasons.filter(Boolean) : undefined,
      ...(requirements.length > 0 && {
        standards: [...new Set(requirements.map((named) => named.split(' ')[0] as string))],
        requirements,
      }),
      checks: [
        compact({
          uid: check,
          name: title,
          version: result.version,
          ...coded('severity', SEVERITY[severity]),
          ...coded('status', COMPLIANCE[verdict]),
        }),
      ],
    }),
    ...(result.evidence.length > 0 && { evidences: limitEvidence(result.evidence).map((row) => ({ data: row })) }),
    ...(fix && { remediation: { desc: plainProse(fix).join('\n') || fix } }),
    ...(named && { resources: [{ ...resource, type: 'host', ...coded('role', [1, 'Target']) }] }),
    unmapped: { source: describeOrigin(report), ...(waiver && { waiver: waiverOf(waiver) }) },
  }
}

function deviceOf({ asset }: FormattedReport): object {
  return compact({
    uid: asset.uuid,
    name: asset.name,
    ...coded('type', UNKNOWN),
    os: asset.os === '' ? undefined : { name: asset.os, ...coded('type', UNKNOWN) },
  })
}

/** Where it stands written is a matter of the machine. */
function waiverOf({ id, reason, approver, until }: NonNullable<FormattedResult['waiver']>): object {
  return { id, reason, approver, until }
}

/** What became of the finding; where nothing is remembered, one that is open is new. */
function changeOf({ verdict, memory }: FormattedResult): FindingChange {
  const { changed, since = '', observedAt = '' } = memory ?? {}
  const open = isOpen(verdict)
  // What nothing was known of before has held since it was observed.
  const wasOpen = changed ? isOpen(changed.from) : open && since < observedAt
  return open === wasOpen ? 'updated' : open ? 'opened' : 'closed'
}

function lifecycleOf({ verdict, waiver, memory }: FormattedResult): Coded {
  if (isOpen(verdict) && waiver) return SUPPRESSED
  if (isOpen(verdict)) return NEW
  // What failed before it could no longer be judged was not mended.
  if (verdict === 'error') return memory?.judged && isOpen(memory.judged.verdict) ? NEW : UNKNOWN
  return verdict === 'pass' ? RESOLVED : ARCHIVED
}

function isOpen(verdict: string | null): boolean {
  return verdict === 'fail' || verdict === 'warn'
}
