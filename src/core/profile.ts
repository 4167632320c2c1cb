import type { Check, Place, Severity } from './check.ts'
import { type Framework, listBelow, listChildren, referenceOf } from './framework.ts'
import { toExpression } from './select.ts'

/** Checks by id or pattern, by tag, and by the requirements that they support (with everything under those). */
export interface CheckSet {
  readonly checks: readonly string[]
  readonly tags: readonly string[]
  readonly requirements: readonly string[]
}

export interface Exclusion extends CheckSet {
  readonly reason: string
}

/** Which checks are meant, with which parameters and severities. It may build on others and on a framework. */
export interface Profile {
  readonly id: string
  readonly title: string
  readonly description?: string
  readonly extends: readonly string[]
  /** A reference such as `nist-800-53@5`; its requirements can be named. */
  readonly framework?: string
  /** Absent: what it extends, or else every check that the framework names. */
  readonly include?: CheckSet
  readonly exclude: readonly Exclusion[]
  /** By check id, as written. */
  readonly params: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly severity: Readonly<Record<string, Severity>>
  readonly place: Place
}

/** What a profile comes to, with everything that it builds on. */
export interface ResolvedProfile {
  readonly profile: Profile
  /** The framework that it speaks of, its own or an inherited one. */
  readonly framework: string | undefined
  /** In the order of the checks given; `by` is the profile that asks for it. */
  readonly checks: readonly { readonly check: string; readonly by: string; readonly severity?: Severity }[]
  readonly excluded: readonly { readonly check: string; readonly by: string; readonly reason: string }[]
  readonly params: Profile['params']
}

export interface ProfileWorld {
  readonly profiles: ReadonlyMap<string, Profile>
  /** By reference. */
  readonly frameworks: ReadonlyMap<string, Framework>
  readonly checks: readonly Check[]
}

/** The framework of a profile: its own, or that of the first one that it extends and that has one. */
export function frameworkOf(profile: Profile, profiles: ReadonlyMap<string, Profile>): string | undefined {
  if (profile.framework !== undefined) return profile.framework
  for (const id of profile.extends) {
    const parent = profiles.get(id)
    const found = parent && frameworkOf(parent, profiles)
    if (found !== undefined) return found
  }
  return undefined
}

interface Draft {
  readonly chosen: Map<string, string>
  readonly excluded: Map<string, { readonly by: string; readonly reason: string }>
  readonly params: Map<string, Readonly<Record<string, unknown>>>
  readonly severity: Map<string, Severity>
}

/** Profiles must not extend each other in a ring; what they name and does not exist adds nothing. */
export function resolveProfile(profile: Profile, world: ProfileWorld): ResolvedProfile {
  const { chosen, excluded, params, severity } = draftOf(profile, world)
  return {
    profile,
    framework: frameworkOf(profile, world.profiles),
    checks: world.checks.flatMap(({ id }) => {
      const by = chosen.get(id)
      const given = severity.get(id)
      return by === undefined ? [] : [{ check: id, by, ...(given && { severity: given }) }]
    }),
    excluded: world.checks.flatMap(({ id }) => {
      const exclusion = excluded.get(id)
      return exclusion && !chosen.has(id) ? [{ check: id, ...exclusion }] : []
    }),
    params: Object.fromEntries(params),
  }
}

function draftOf(profile: Profile, world: ProfileWorld): Draft {
  const draft: Draft = { chosen: new Map(), excluded: new Map(), params: new Map(), severity: new Map() }
  for (const id of profile.extends) {
    const parent = world.profiles.get(id)
    if (!parent) continue
    const inherited = draftOf(parent, world)
    for (const [check, by] of inherited.chosen) draft.chosen.set(check, by)
    for (const [check, exclusion] of inherited.excluded) draft.excluded.set(check, exclusion)
    addParams(draft, inherited.params)
    for (const [check, level] of inherited.severity) draft.severity.set(check, level)
  }
  const framework = world.frameworks.get(frameworkOf(profile, world.profiles) ?? '')
  for (const check of listIncluded(profile, framework, world.checks)) {
    draft.chosen.set(check, profile.id)
    draft.excluded.delete(check)
  }
  for (const { reason, ...set } of profile.exclude) {
    for (const check of listMatching(set, framework, world.checks)) {
      if (draft.chosen.delete(check)) draft.excluded.set(check, { by: profile.id, reason })
    }
  }
  addParams(draft, Object.entries(profile.params))
  for (const [check, level] of Object.entries(profile.severity)) draft.severity.set(check, level)
  return draft
}

function addParams({ params }: Draft, more: Iterable<[string, Readonly<Record<string, unknown>>]>): void {
  for (const [check, values] of more) params.set(check, { ...params.get(check), ...values })
}

function listIncluded(profile: Profile, framework: Framework | undefined, checks: readonly Check[]): string[] {
  if (profile.include) return listMatching(profile.include, framework, checks)
  if (profile.extends.length > 0 || !framework) return []
  return listMatching({ checks: [], tags: [], requirements: topOf(framework) }, framework, checks)
}

function topOf({ requirements }: Framework): string[] {
  return requirements.flatMap(({ id, parent }) => (parent === undefined ? id : []))
}

/** Ids of the checks that any part of the set means. */
export function listMatching(set: CheckSet, framework: Framework | undefined, checks: readonly Check[]): string[] {
  const expressions = set.checks.map(toExpression)
  const required = new Set(framework ? listRequired(set.requirements, framework) : [])
  return checks.flatMap(({ id, tags }) =>
    required.has(id) || expressions.some((each) => each.test(id)) || set.tags.some((tag) => tags.includes(tag))
      ? id
      : [],
  )
}

/** Ids of the checks that support these requirements or anything under them. */
export function listRequired(ids: readonly string[], framework: Framework): string[] {
  const children = listChildren(framework)
  const meant = framework.requirements.filter(({ id }) => ids.includes(id))
  return meant.flatMap((requirement) => listBelow(requirement, children)).flatMap(({ checks }) => checks)
}

/** Profiles by id. */
export function indexProfiles(profiles: readonly Profile[]): ReadonlyMap<string, Profile> {
  return new Map(profiles.map((profile) => [profile.id, profile]))
}

/** Frameworks by reference. */
export function indexFrameworks(frameworks: readonly Framework[]): ReadonlyMap<string, Framework> {
  return new Map(frameworks.map((framework) => [referenceOf(framework), framework]))
}
