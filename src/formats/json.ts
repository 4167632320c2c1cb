import type { FrameworkResult } from '../core/evaluate-framework.ts'
import { referenceOf } from '../core/framework.ts'
import { forJson } from './escape.ts'
import type { FormattedReport } from './formatted-report.ts'

/** One object with the whole run, for programs: every value as it was found. */
export function formatJson(report: FormattedReport): string {
  const { asset, source, startedAt, finishedAt, results, summary, memory } = report
  const frameworks = report.frameworks?.map(toFramework)
  return `${forJson({ asset, source, startedAt, finishedAt, results, summary, frameworks, memory }, 2)}\n`
}

/** What is known of each requirement; what the list says of it by itself is not repeated. */
function toFramework({ framework, requirements, counts, score, severities }: FrameworkResult): object {
  const { title, partial } = framework
  return {
    framework: referenceOf(framework),
    title,
    partial,
    score,
    counts,
    severities,
    requirements: requirements.flatMap(({ requirement: { id }, status, checks, attestation }) =>
      status === null ? [] : [{ id, status, checks: checks.map(({ check }) => check), attestation }],
    ),
  }
}
