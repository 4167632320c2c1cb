import type { FrameworkResult, RequirementResult, RequirementStatus } from '../core/evaluate-framework.ts'
import type { FormattedResult } from './formatted-report.ts'
import { STATUS_WORDS } from './framework-rows.ts'
import type { OscalContext } from './oscal.ts'
import { observationName, riskName } from './oscal-observations.ts'
import { oscalLine, oscalProp, oscalText, oscalToken } from './oscal-words.ts'

interface State {
  readonly state: 'satisfied' | 'not-satisfied'
  readonly reason: 'pass' | 'fail' | 'other'
}

/** What is met in part, unknown, attested or not applicable is neither. */
const STATES: Readonly<Partial<Record<RequirementStatus, State>>> = {
  met: { state: 'satisfied', reason: 'pass' },
  not_met: { state: 'not-satisfied', reason: 'fail' },
  waived: { state: 'not-satisfied', reason: 'other' },
}

/** A finding for each requirement of which something can be said for certain. */
export function toFindings(
  { requirements }: FrameworkResult,
  results: readonly FormattedResult[],
  scope: string,
  context: OscalContext,
): object[] {
  const known = new Map(results.map((result) => [result.check, result]))
  return requirements.flatMap((each) => {
    const state = each.status === null ? undefined : STATES[each.status]
    return state ? [toFinding(each, state, known, scope, context)] : []
  })
}

function toFinding(
  { requirement, status, checks }: RequirementResult,
  { state, reason }: State,
  known: ReadonlyMap<string, FormattedResult>,
  scope: string,
  { uuidOf }: OscalContext,
): object {
  const observed = [...new Set(checks.map(({ check }) => check))].filter((check) => known.has(check))
  const failing = observed.filter((check) => known.get(check)?.verdict === 'fail')
  const words = STATUS_WORDS[status as RequirementStatus]
  return {
    uuid: uuidOf(`finding:${scope}:${requirement.id}`),
    title: oscalLine([requirement.id, requirement.title].filter(Boolean).join(' ')),
    description: oscalText(`${words}: ${failing.length} of ${observed.length} checks that support it fail.`),
    props: [oscalProp('label', requirement.id), oscalProp('status', status as string)].flat(),
    target: {
      type: 'objective-id',
      'target-id': `${oscalToken(requirement.id)}_obj`,
      status: { state, reason, ...(status === 'waived' && { remarks: 'Each failure was accepted.' }) },
    },
    ...(observed.length > 0 && {
      'related-observations': observed.map((check) => ({ 'observation-uuid': uuidOf(observationName(scope, check)) })),
    }),
    ...(failing.length > 0 && {
      'related-risks': failing.map((check) => ({ 'risk-uuid': uuidOf(riskName(scope, check)) })),
    }),
  }
}

/** What a person vouches for, in words. */
export function toAttestations({ requirements }: FrameworkResult, { uuidOf }: OscalContext): object[] {
  return requirements.flatMap(({ requirement, attestation }) => {
    if (!attestation) return []
    const { by, until, statement } = attestation
    const prose = oscalText(`${statement ?? 'attested'} (${by}, until ${until})`)
    return [
      {
        parts: [
          {
            uuid: uuidOf(`attestation:${requirement.id}`),
            name: 'attestation',
            title: oscalLine(requirement.id),
            prose,
          },
        ],
      },
    ]
  })
}
