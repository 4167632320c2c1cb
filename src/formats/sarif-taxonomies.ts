import type { FrameworkResult } from '../core/evaluate-framework.ts'
import { referenceOf } from '../core/framework.ts'
import type { FormatTools, FormattedReport } from './formatted-report.ts'
import { describeTally } from './framework-rows.ts'

/** A component of SARIF, with what others refer to it by. */
interface Taxonomy extends Readonly<Record<string, unknown>> {
  readonly name: string
  readonly guid: string
}

/** A taxonomy of SARIF per framework: its requirements, each with what is known of it here. */
export function toTaxonomies({ frameworks = [] }: FormattedReport, { uuidOf }: FormatTools): Taxonomy[] {
  return frameworks.map((result) => toTaxonomy(result, uuidOf))
}

function toTaxonomy(result: FrameworkResult, uuidOf: FormatTools['uuidOf']): Taxonomy {
  const { framework, requirements, counts, score } = result
  const reference = referenceOf(framework)
  return {
    name: reference,
    guid: uuidOf(`framework:${reference}`),
    organization: framework.publisher,
    shortDescription: { text: framework.title },
    fullDescription: { text: describeTally(result, framework.partial) },
    isComprehensive: framework.partial === undefined,
    taxa: requirements.map(({ requirement: { id, title, measure }, status }) => ({
      id,
      ...(title !== undefined && { shortDescription: { text: title } }),
      properties: status === null ? { heading: true } : { status, measure },
    })),
    properties: { counts, score },
  }
}
