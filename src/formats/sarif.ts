import type { Severity } from '../core/check.ts'
import { describeReason, VERDICT_WORDS } from './describe.ts'
import { forJson, forTerminal } from './escape.ts'
import {
  type FormatTools,
  type FormattedReport,
  type FormattedResult,
  requirementsByCheck,
} from './formatted-report.ts'
import { plainProse, safeMarkdown } from './prose-text.ts'
import type { ReportOptions } from './report-options.ts'
import { describeOrigin } from './report-origin.ts'
import { toTaxonomies } from './sarif-taxonomies.ts'

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

/** What code scanning sorts by: the middle of each range of CVSS. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  low: '2.0',
  medium: '5.0',
  high: '8.0',
  critical: '9.5',
}
const RANK: Readonly<Record<Severity, number>> = { low: 25, medium: 50, high: 75, critical: 100 }

/** SARIF 2.1.0: a rule per check, a result per verdict, a taxonomy per framework; a waiver is a suppression. */
export function formatSarif(report: FormattedReport, { strict = false }: ReportOptions, tools: FormatTools): string {
  const { asset, results, startedAt, finishedAt, summary } = report
  const rules = new Map<string, FormattedResult>()
  for (const result of results) if (!rules.has(result.check)) rules.set(result.check, result)
  const indexes = new Map([...rules.keys()].map((check, index) => [check, index]))
  const taxonomies = toTaxonomies(report, tools)
  const supported = requirementsByCheck(report)
  const run = {
    tool: {
      driver: {
        name: 'Keelson',
        ...(tools.version !== '' && { version: tools.version }),
        rules: [...rules.values()].map((result) => toRule(result, supported.get(result.check) ?? [])),
        ...(taxonomies.length > 0 && {
          supportedTaxonomies: taxonomies.map(({ name, guid }, index) => ({ name, guid, index })),
        }),
      },
    },
    automationDetails: { id: `keelson/${asset.name || asset.uuid || 'unknown'}/` },
    invocations: [
      {
        executionSuccessful: true,
        startTimeUtc: startedAt,
        endTimeUtc: finishedAt,
        ...(asset.name !== '' && { machine: asset.name }),
      },
    ],
    ...(taxonomies.length > 0 && { taxonomies }),
    results: results.map((result) => ({
      ruleId: result.check,
      ruleIndex: indexes.get(result.check),
      ...toResult(result, report, strict, tools),
    })),
    properties: { asset, source: describeOrigin(report), summary },
  }
  return `${forJson({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, 2)}\n`
}

function toRule(
  { check, title, severity, tags, why, fix, unseen }: FormattedResult,
  requirements: readonly string[],
): object {
  return {
    id: check,
    shortDescription: { text: toText(title) },
    ...(why && { fullDescription: { text: toText(plainProse(why).join(' ')) } }),
    ...(fix && { help: { text: toText(plainProse(fix).join('\n'), true), markdown: safeMarkdown(fix) } }),
    defaultConfiguration: { level: 'error', rank: RANK[severity] },
    ...(requirements.length > 0 && { relationships: requirements.map(toRelationship) }),
    properties: {
      severity,
      'security-severity': SECURITY_SEVERITY[severity],
      tags: [...new Set(tags)],
      ...(unseen && { unseen }),
    },
  }
}

function toRelationship(named: string): object {
  const [framework = '', ...id] = named.split(' ')
  return { target: { id: id.join(' '), toolComponent: { name: framework } }, kinds: ['relevant'] }
}

function toResult(result: FormattedResult, report: FormattedReport, strict: boolean, tools: FormatTools): object {
  const { check, verdict, severity, version, evidence, evidenceTotal, waiver, memory } = result
  const { uuid, name } = report.asset
  const { kind, level } = standingOf(result, strict)
  return {
    kind,
    level,
    ...(kind === 'fail' && { rank: RANK[severity] }),
    message: { text: toText(describeReason(result) ?? `${result.title}: ${VERDICT_WORDS[verdict]}`) },
    locations: [{ logicalLocations: [{ name: toText(name || uuid || 'unknown'), kind: 'resource' }] }],
    ...(evidence.some(({ resource }) => resource) && { relatedLocations: relatedOf(result) }),
    partialFingerprints: { 'keelson/v1': tools.uuidOf(`finding:${uuid || name}:${check}`) },
    // Without the list nothing would be said of whether it is suppressed.
    suppressions: waiver ? [toSuppression(waiver)] : [],
    properties: {
      verdict,
      ...(version !== '' && { version }),
      ...(memory && { since: memory.since }),
      evidence,
      evidenceTotal,
    },
  }
}

/** Only a failure has a level; `open` means that too little was known to decide. */
function standingOf({ verdict }: FormattedResult, strict: boolean): { readonly kind: string; readonly level: string } {
  if (verdict === 'fail') return { kind: 'fail', level: 'error' }
  if (verdict === 'warn') return { kind: 'fail', level: strict ? 'error' : 'warning' }
  const kinds = { pass: 'pass', error: 'open', not_applicable: 'notApplicable' } as const
  return { kind: kinds[verdict], level: 'none' }
}

/** The resources that were judged, each once: readers may insist that locations differ. */
function relatedOf({ evidence }: FormattedResult): object[] {
  const named = new Set(evidence.map(({ resource }) => resource ?? '').filter((resource) => resource !== ''))
  return [...named].map((name) => ({ logicalLocations: [{ name: toText(name), kind: 'resource' }] }))
}

function toSuppression({ id, reason, approver, until }: NonNullable<FormattedResult['waiver']>): object {
  return {
    kind: 'external',
    status: 'accepted',
    justification: toText(`${reason} (approved by ${approver}, until ${until})`),
    properties: { waiver: id, approver, until },
  }
}

/** A message's text, in which nothing is a placeholder or a link. */
function toText(text: string, keepLines = false): string {
  return forTerminal(text, { keepLines })
    .replace(/\{(\d+)\}/g, '{{$1}}')
    .replace(/\]\(/g, '] (')
}
