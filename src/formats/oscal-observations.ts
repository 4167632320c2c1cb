import { describeReason, describeRows, VERDICT_WORDS } from './describe.ts'
import type { FormattedResult } from './formatted-report.ts'
import type { OscalContext } from './oscal.ts'
import { list, oscalLine, oscalProp, oscalText } from './oscal-words.ts'
import { plainProse } from './prose-text.ts'

const MOST_ROWS = 20

export function observationName(scope: string, check: string): string {
  return `observation:${scope}:${check}`
}

export function riskName(scope: string, check: string): string {
  return `risk:${scope}:${check}`
}

/** What a check found on the machine. */
export function toObservation(
  result: FormattedResult,
  scope: string,
  { report, uuidOf, tool, subject }: OscalContext,
): object {
  const { check, title, verdict, severity, version, memory } = result
  return {
    uuid: uuidOf(observationName(scope, check)),
    title: oscalLine(title),
    description: oscalText(describeReason(result) ?? `The check ${VERDICT_WORDS[verdict]}.`),
    props: [
      oscalProp('check', check),
      oscalProp('verdict', verdict),
      oscalProp('severity', severity),
      oscalProp('version', version),
      oscalProp('since', memory?.since ?? ''),
    ].flat(),
    methods: ['TEST'],
    origins: [{ actors: [{ type: 'tool', 'actor-uuid': tool }] }],
    subjects: [{ 'subject-uuid': subject, type: 'inventory-item' }],
    ...list(
      'relevant-evidence',
      describeRows(result, MOST_ROWS).map((row) => ({ description: oscalText(row) })),
    ),
    collected: memory?.observedAt ?? report.finishedAt,
  }
}

/** A failure is a risk until it is mended; a waiver is a deviation that somebody approved. */
export function toRisks(result: FormattedResult, scope: string, { uuidOf, tool }: OscalContext): object[] {
  const { check, title, verdict, severity, why, fix, waiver } = result
  if (verdict !== 'fail') return []
  const name = riskName(scope, check)
  return [
    {
      uuid: uuidOf(name),
      title: oscalLine(title),
      description: oscalText(describeReason(result) ?? 'The check failed.'),
      statement: oscalText(why ? plainProse(why).join('\n') : title),
      props: [
        oscalProp('severity', severity),
        ...(waiver
          ? [oscalProp('waiver', waiver.id), oscalProp('approver', waiver.approver), oscalProp('reason', waiver.reason)]
          : []),
      ].flat(),
      status: waiver ? 'deviation-approved' : 'open',
      origins: [{ actors: [{ type: 'tool', 'actor-uuid': tool }] }],
      ...(waiver && { deadline: waiver.until }),
      ...list('remediations', fix ? [toRemediation(fix, uuidOf(`${name}:fix`))] : []),
      'related-observations': [{ 'observation-uuid': uuidOf(observationName(scope, check)) }],
    },
  ]
}

function toRemediation(fix: string, uuid: string): object {
  return { uuid, lifecycle: 'recommendation', title: 'Fix', description: oscalText(plainProse(fix).join('\n')) }
}
