import {
  checksOf,
  type Framework,
  listBelow,
  listChildren,
  MEASURES,
  type Measure,
  type Requirement,
} from './framework.ts'

/** How many requirements are measured how far, and by how many checks. Headings are not counted. */
export interface Coverage {
  readonly requirements: number
  readonly measures: Readonly<Record<Measure, number>>
  /** Ids of the checks that support them, each once. */
  readonly checks: readonly string[]
}

export interface FrameworkCoverage extends Coverage {
  /** Of each requirement or heading that stands at the top, with everything under it. */
  readonly groups: readonly (Coverage & { readonly requirement: Requirement })[]
}

export interface FrameworkGaps {
  /** Requirements that no check supports, with how far they are measured. */
  readonly requirements: readonly Requirement[]
  /** Ids of checks that support no requirement. */
  readonly checks: readonly string[]
}

export function measureCoverage(framework: Framework): FrameworkCoverage {
  const children = listChildren(framework)
  const top = children.get(undefined) ?? []
  return {
    ...coverageOf(framework.requirements),
    groups: top.map((requirement) => ({ requirement, ...coverageOf(listBelow(requirement, children)) })),
  }
}

function coverageOf(requirements: readonly Requirement[]): Coverage {
  const asked = requirements.filter(({ heading }) => !heading)
  const counts = MEASURES.map((measure) => [measure, asked.filter((each) => each.measure === measure).length] as const)
  return {
    requirements: asked.length,
    measures: Object.fromEntries(counts) as Record<Measure, number>,
    checks: [...new Set(asked.flatMap(({ checks }) => checks))].sort(),
  }
}

/** `checks` are the ids of the library. */
export function findGaps(framework: Framework, checks: readonly string[]): FrameworkGaps {
  const named = checksOf(framework)
  return {
    requirements: framework.requirements.filter((each) => !each.heading && each.checks.length === 0),
    checks: checks.filter((id) => !named.has(id)),
  }
}
