import type { Config } from '../../config.ts'
import type { Check, Library } from '../../core/check.ts'
import { checksOf, type Framework } from '../../core/framework.ts'
import { indexFrameworks, indexProfiles, type ResolvedProfile, resolveProfile } from '../../core/profile.ts'
import type { Selection } from '../../core/select.ts'
import {
  type FrameworkLibrary,
  findFramework,
  findProfile,
  openFrameworks,
  requireSoundFrameworks,
} from './open-frameworks.ts'

/** What somebody asked for by name; with both, a check must belong to both. */
export interface Narrowing {
  readonly profile?: string | undefined
  readonly framework?: string | undefined
}

export interface Narrowed {
  readonly config: Config
  readonly library: Library
  readonly selection: Selection
  /** Those that were read for it; absent where none had to be. */
  readonly frameworks?: readonly Framework[]
}

/**
 * A selection narrowed to a profile or a framework: the profile's severities are in the library, its parameters in the
 * configuration, whose own come first. Without either, all is as it was, and no framework is read. @throws KeelsonError
 */
export function narrowChecks(narrowing: Narrowing, { config, library, selection }: Narrowed): Narrowed {
  if (narrowing.profile === undefined && narrowing.framework === undefined) return { config, library, selection }
  const opened = requireSoundFrameworks(openFrameworks(config, library))
  const named = narrowing.framework === undefined ? undefined : findFramework(opened.frameworks, narrowing.framework)
  const resolved = narrowing.profile === undefined ? undefined : resolveNamed(narrowing.profile, opened, library)
  const sets = [named && checksOf(named), resolved && new Set(resolved.checks.map(({ check }) => check))]
  const ids = library.checks.map(({ id }) => id).filter((id) => sets.every((set) => set?.has(id) !== false))
  return {
    config: resolved ? addParams(config, resolved) : config,
    library: resolved ? setSeverities(library, resolved) : library,
    selection: { ...selection, only: new Set(ids) },
    frameworks: opened.frameworks,
  }
}

/** What a profile of this name comes to. @throws KeelsonError */
export function resolveNamed(
  name: string,
  { frameworks, profiles }: FrameworkLibrary,
  library: Library,
): ResolvedProfile {
  return resolveProfile(findProfile(profiles, name), {
    profiles: indexProfiles(profiles),
    frameworks: indexFrameworks(frameworks),
    checks: library.checks,
  })
}

function addParams(config: Config, { params }: ResolvedProfile): Config {
  const merged: Record<string, Readonly<Record<string, unknown>>> = Object.create(null)
  for (const [check, values] of [...Object.entries(params), ...Object.entries(config.params)]) {
    merged[check] = { ...merged[check], ...values }
  }
  return Object.freeze({ ...config, params: merged })
}

function setSeverities(library: Library, { checks }: ResolvedProfile): Library {
  const given = new Map(checks.map(({ check, severity }) => [check, severity]))
  const change = (check: Check): Check => ({ ...check, severity: given.get(check.id) ?? check.severity })
  return { ...library, checks: library.checks.map(change) }
}
