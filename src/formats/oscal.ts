import type { FrameworkResult } from '../core/evaluate-framework.ts'
import { referenceOf } from '../core/framework.ts'
import { describeAsset } from './describe.ts'
import { forJson } from './escape.ts'
import type { FormatTools, FormattedReport, FormattedResult } from './formatted-report.ts'
import { describeTally } from './framework-rows.ts'
import { toAttestations, toFindings } from './oscal-findings.ts'
import { toObservation, toRisks } from './oscal-observations.ts'
import { list, oscalLine, oscalProp, oscalToken } from './oscal-words.ts'
import type { ReportOptions } from './report-options.ts'

/** Old enough that every reader of version 1 knows it. */
const OSCAL_VERSION = '1.1.2'

/** What the parts of one document need of each other. */
export interface OscalContext {
  readonly report: FormattedReport
  /** The UUID of a name within this document: the same report gives the same bytes. */
  readonly uuidOf: (name: string) => string
  readonly tool: string
  readonly subject: string
}

/**
 * Assessment results of OSCAL: a result per framework, with a finding for each requirement that is met or not. The model
 * has no word for what is met in part, unknown or attested: there the observations speak, and attestations stand apart.
 */
export function formatOscal(
  report: FormattedReport,
  _options: ReportOptions,
  { version, uuidOf }: FormatTools,
): string {
  const { asset, finishedAt, frameworks = [] } = report
  const document = uuidOf(`oscal:${asset.uuid}:${asset.name}:${finishedAt}`)
  const within = (name: string) => uuidOf(`${document}:${name}`)
  const context: OscalContext = {
    report,
    uuidOf: within,
    // Of the machine and of Keelson, in every document.
    subject: uuidOf(`oscal:asset:${asset.uuid || asset.name}`),
    tool: uuidOf(`oscal:tool:${version}`),
  }
  const plan = within('plan')
  const results =
    frameworks.length > 0
      ? frameworks.map((each) => toResult(each, context, version))
      : [toResult(undefined, context, version)]
  const written = {
    'assessment-results': {
      uuid: document,
      metadata: {
        title: oscalLine(`Keelson on ${asset.name || asset.uuid || 'an unnamed machine'}`),
        'last-modified': finishedAt,
        version: finishedAt,
        'oscal-version': OSCAL_VERSION,
      },
      'import-ap': { href: `#${plan}` },
      results,
      'back-matter': {
        resources: [
          {
            uuid: plan,
            title: 'No assessment plan',
            description: 'Keelson asks its checks by their schedules; there is no assessment plan to import.',
          },
        ],
      },
    },
  }
  return `${forJson(written, 2)}\n`
}

function toResult(result: FrameworkResult | undefined, context: OscalContext, version: string): object {
  const { report, uuidOf } = context
  const scope = result ? referenceOf(result.framework) : 'checks'
  const supporting = result && new Set(result.framework.requirements.flatMap(({ checks }) => checks))
  const results = distinct(report.results).filter(({ check }) => supporting?.has(check) ?? true)
  return {
    uuid: uuidOf(`result:${scope}`),
    title: oscalLine(result ? `${result.framework.title} (${scope})` : 'Checks'),
    description: result ? describeTally(result, result.framework.partial) : 'What each check found.',
    start: report.startedAt,
    end: report.finishedAt,
    'local-definitions': {
      components: [
        {
          uuid: context.tool,
          type: 'software',
          title: 'Keelson',
          description: 'Asks osquery, or an engine that follows it, and judges what is answered.',
          ...(version !== '' && { props: [{ name: 'version', value: version }] }),
          status: { state: 'operational' },
        },
      ],
      'inventory-items': [
        {
          uuid: context.subject,
          description: describeAsset(report) || report.asset.uuid || 'an unnamed machine',
          ...list(
            'props',
            [oscalProp('asset-id', report.asset.uuid), oscalProp('platform', report.asset.platform)].flat(),
          ),
        },
      ],
    },
    'reviewed-controls': { 'control-selections': [toSelection(result)] },
    ...list('attestations', result ? toAttestations(result, context) : []),
    ...list(
      'observations',
      results.map((each) => toObservation(each, scope, context)),
    ),
    ...list(
      'risks',
      results.flatMap((each) => toRisks(each, scope, context)),
    ),
    ...list('findings', result ? toFindings(result, results, scope, context) : []),
  }
}

/** Only what checks say something of was reviewed. */
function toSelection(result: FrameworkResult | undefined): object {
  if (!result) return { description: 'No framework was asked for, so that no control was reviewed.' }
  const reviewed = result.requirements.filter(({ checks }) => checks.length > 0)
  if (reviewed.length === 0) return { description: 'No check says anything of a control here.' }
  const ids = new Set(reviewed.map(({ requirement }) => oscalToken(requirement.id)))
  return { 'include-controls': [...ids].map((id) => ({ 'control-id': id })) }
}

/** Of results with one id, the first: the others could not be told apart. */
function distinct(results: readonly FormattedResult[]): FormattedResult[] {
  return [...new Map([...results].reverse().map((result) => [result.check, result])).values()].reverse()
}
