import type { Place } from './check.ts'

/**
 * How far checks can tell whether a requirement is met on a machine.
 * - `measured`: its checks ask for all of it that concerns the machine
 * - `partly`: they ask for some of it; the rest is told by people
 * - `attested`: only people can tell
 * - `not_measurable`: neither a machine nor a person of the organisation can tell
 */
export const MEASURES = ['measured', 'partly', 'attested', 'not_measurable'] as const
export type Measure = (typeof MEASURES)[number]

export interface Requirement {
  readonly id: string
  /** The publisher's own words, or ours: see `Framework.titles`. */
  readonly title?: string
  /** The requirement or heading that it stands under. */
  readonly parent?: string
  /** A heading (a family, a chapter) asks for nothing itself: it only sums up what stands under it. */
  readonly heading: boolean
  readonly measure: Measure
  /** Ids of the checks that support it. */
  readonly checks: readonly string[]
  /** What its checks leave out, or why it cannot be measured. */
  readonly reason?: string
  readonly place: Place
}

/** A list of requirements, each naming the checks that support it. Checks never name frameworks. */
export interface Framework {
  readonly id: string
  readonly version: string
  readonly title: string
  readonly publisher: string
  /** What the list was taken from, as others can look it up. */
  readonly source: readonly string[]
  readonly licence: string
  /** Whether the titles are the publisher's or our own words. */
  readonly titles: 'official' | 'own'
  /** Why the list is not whole. Such a framework is never scored. */
  readonly partial?: string
  /** Earlier references of it, such as `example@1`. */
  readonly formerly: readonly string[]
  /** In the order written; a parent may stand anywhere. */
  readonly requirements: readonly Requirement[]
  readonly place: Place
}

/** How a framework is named: `nist-800-53@5`. */
export function referenceOf({ id, version }: Pick<Framework, 'id' | 'version'>): string {
  return `${id}@${version}`
}

/** Ids of the checks that a framework names, each once. */
export function checksOf({ requirements }: Framework): ReadonlySet<string> {
  return new Set(requirements.flatMap(({ checks }) => checks))
}

/** The requirements directly under each; those at the top are under `undefined`. */
export function listChildren({
  requirements,
}: Pick<Framework, 'requirements'>): ReadonlyMap<string | undefined, readonly Requirement[]> {
  const children = new Map<string | undefined, Requirement[]>()
  for (const requirement of requirements) {
    const siblings = children.get(requirement.parent)
    if (siblings) siblings.push(requirement)
    else children.set(requirement.parent, [requirement])
  }
  return children
}

/** A requirement and everything under it, in the order of the list, itself first. */
export function listBelow(
  requirement: Requirement,
  children: ReadonlyMap<string | undefined, readonly Requirement[]>,
): Requirement[] {
  return [requirement, ...(children.get(requirement.id) ?? []).flatMap((child) => listBelow(child, children))]
}

/** The requirements that name each check. */
export function listRequirementsOf(framework: Framework): ReadonlyMap<string, readonly Requirement[]> {
  const named = new Map<string, Requirement[]>()
  for (const requirement of framework.requirements) {
    for (const check of requirement.checks) {
      named.set(check, [...(named.get(check) ?? []), requirement])
    }
  }
  return named
}
