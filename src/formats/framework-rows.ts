import type { FrameworkTally, RequirementResult, RequirementStatus, Score } from '../core/evaluate-framework.ts'
import { REQUIREMENT_STATUSES } from '../core/evaluate-framework.ts'
import { type Framework, type Measure, referenceOf } from '../core/framework.ts'
import { type Coverage, type FrameworkCoverage, measureCoverage } from '../core/framework-coverage.ts'
import type { ResolvedProfile } from '../core/profile.ts'

export interface Rows {
  readonly heading: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export const STATUS_WORDS: Readonly<Record<RequirementStatus, string>> = {
  met: 'met',
  supported: 'supported',
  not_met: 'not met',
  waived: 'waived',
  unknown: 'unknown',
  attested: 'attested',
  not_applicable: 'not applicable',
  unmeasured: 'not measured',
}

export const MEASURE_WORDS: Readonly<Record<Measure, string>> = {
  measured: 'measured',
  partly: 'partly measured',
  attested: 'by attestation',
  not_measurable: 'not measurable',
}

/** A line per framework. */
export function frameworkRows(frameworks: readonly Framework[]): Rows {
  return {
    heading: ['framework', 'requirements', 'measured', 'partly', 'checks', 'list', 'title'],
    rows: frameworks.map((framework) => {
      const { requirements, measures, checks } = measureCoverage(framework)
      const numbers = [requirements, measures.measured, measures.partly, checks.length].map(String)
      return [
        referenceOf(framework),
        ...numbers,
        framework.partial === undefined ? 'whole' : 'partial',
        framework.title,
      ]
    }),
  }
}

/** A line per requirement and heading; with results, each with its status. */
export function requirementRows(results: readonly RequirementResult[], withStatus: boolean): Rows {
  return {
    heading: ['requirement', ...(withStatus ? ['status'] : []), 'measure', 'checks', 'title'],
    rows: results.map(({ requirement, status, below }) => {
      const { id, heading, measure, checks, title = '' } = requirement
      const told = status === null ? describeBelow(below) : STATUS_WORDS[status]
      const counted = checks.length === 0 ? '' : String(checks.length)
      return [id, ...(withStatus ? [told] : []), heading ? '' : MEASURE_WORDS[measure], counted, title]
    }),
  }
}

function describeBelow(below: FrameworkTally | undefined): string {
  return below?.score && below.score.of > 0 ? showScore(below.score) : ''
}

/** `3 of 5`: never a percentage by itself. */
export function showScore({ reached, of }: Score): string {
  return `${reached} of ${of}`
}

/** A line per family, and one for all. */
export function coverageRows(coverage: FrameworkCoverage): Rows {
  const cells = ({ requirements, measures, checks }: Coverage) =>
    [requirements, measures.measured, measures.partly, measures.attested, measures.not_measurable, checks.length].map(
      String,
    )
  return {
    heading: ['group', 'requirements', 'measured', 'partly', 'by attestation', 'not measurable', 'checks', 'title'],
    rows: [
      ...coverage.groups.map((group) => [group.requirement.id, ...cells(group), group.requirement.title ?? '']),
      ['all', ...cells(coverage), ''],
    ],
  }
}

/** A line per check that a profile comes to, then those that it leaves out. */
export function profileRows({ checks, excluded }: ResolvedProfile): Rows {
  return {
    heading: ['check', 'in', 'by', 'severity', 'reason'],
    rows: [
      ...checks.map(({ check, by, severity = '' }) => [check, 'yes', by, severity, '']),
      ...excluded.map(({ check, by, reason }) => [check, 'no', by, '', reason]),
    ],
  }
}

/** What the statuses come to, in sentences: nothing that was not measured goes into the score. */
export function describeTally({ counts, score }: FrameworkTally, partial: string | undefined): string {
  const present = REQUIREMENT_STATUSES.filter((status) => counts[status] > 0)
  const told = present.map((status) => `${counts[status]} ${STATUS_WORDS[status]}`).join(', ')
  if (partial !== undefined) return `${told}\nnot scored: ${partial}`
  if (score === null || score.of === 0) return `${told}\nno score: checks say nothing of any requirement here`
  return `${told}\nscore: ${showScore(score)} requirements that checks say something of are met or supported`
}
