import { fileURLToPath } from 'node:url'
import type { Config } from '../../config.ts'
import { loadFrameworks } from '../../content/load-frameworks.ts'
import { loadProfiles } from '../../content/load-profiles.ts'
import { applyTitles } from '../../content/load-titles.ts'
import type { Diagnostic, Library } from '../../core/check.ts'
import { KeelsonError } from '../../core/errors.ts'
import { findClosest } from '../../core/find-closest.ts'
import { type Framework, referenceOf } from '../../core/framework.ts'
import { indexFrameworks, type Profile } from '../../core/profile.ts'

/** The frameworks and profiles that ship with the package. */
export const BUILT_IN_FRAMEWORKS = fileURLToPath(new URL('../../../frameworks', import.meta.url))
export const BUILT_IN_PROFILES = fileURLToPath(new URL('../../../profiles', import.meta.url))

export interface FrameworkLibrary {
  readonly frameworks: readonly Framework[]
  readonly profiles: readonly Profile[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Thrown with every problem of frameworks and profiles that must be whole to be used. */
export class FrameworkError extends KeelsonError {
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const count = diagnostics.length
    super('frameworks', `frameworks and profiles have ${count} ${count === 1 ? 'error' : 'errors'}`, {
      hint: 'checks lint shows them all',
    })
    this.diagnostics = diagnostics
  }
}

/** As configured: the built-in ones, then the user's folders. Problems are in the diagnostics. */
export function openFrameworks(config: Config, library: Library): FrameworkLibrary {
  // A check that is wrong is left out of the library, and its own problems speak for it.
  const broken = library.diagnostics.flatMap(({ check }) => check ?? [])
  const checks = new Set([...library.checks.map(({ id }) => id), ...broken])
  const loaded = loadFrameworks([
    // Without the built-in library its checks are missing on purpose.
    { folder: BUILT_IN_FRAMEWORKS, checks: config.library ? checks : undefined },
    ...config.frameworks.map((folder) => ({ folder, checks })),
  ])
  const titled = applyTitles(loaded.frameworks, config.frameworkTitles)
  const folders = [...(config.library ? [BUILT_IN_PROFILES] : []), ...config.profiles]
  const { profiles, diagnostics } = loadProfiles(folders, {
    checks: library.checks,
    frameworks: indexFrameworks(titled.frameworks),
  })
  return {
    frameworks: titled.frameworks,
    profiles,
    diagnostics: [...loaded.diagnostics, ...titled.diagnostics, ...diagnostics],
  }
}

/** @throws FrameworkError when something is wrong: a requirement that is left out would look like one that is met. */
export function requireSoundFrameworks(opened: FrameworkLibrary): FrameworkLibrary {
  const errors = opened.diagnostics.filter(({ level }) => level === 'error')
  if (errors.length > 0) throw new FrameworkError(errors)
  return opened
}

/**
 * The framework that is meant by a reference, by an earlier one, or by its name where only one version of it is known.
 * @throws KeelsonError
 */
export function findFramework(frameworks: readonly Framework[], name: string): Framework {
  const wanted = name.toLowerCase()
  const exact = frameworks.find((framework) => referenceOf(framework).toLowerCase() === wanted)
  const found = exact ?? frameworks.find(({ formerly }) => formerly.includes(name))
  if (found) return found
  const references = frameworks.map(referenceOf)
  const [only, another] = frameworks.filter(({ id }) => id === wanted)
  if (only && !another) return only
  if (only) {
    const versions = frameworks.filter(({ id }) => id === wanted).map(referenceOf)
    throw new KeelsonError('many-frameworks', `${name} is known in ${versions.length} versions`, {
      hint: `name one of ${versions.join(', ')}`,
    })
  }
  const closest = findClosest(name, [...references, ...frameworks.map(({ id }) => id)])
  throw new KeelsonError('unknown-framework', `no framework is called ${name}`, {
    hint: closest ? `did you mean ${closest}?` : 'checks frameworks lists them',
  })
}

/** @throws KeelsonError */
export function findProfile(profiles: readonly Profile[], name: string): Profile {
  const found = profiles.find(({ id }) => id === name)
  if (found) return found
  const ids = profiles.map(({ id }) => id)
  const closest = findClosest(name, ids)
  const known = ids.length > 0 ? `known: ${ids.join(', ')}` : 'there is none'
  throw new KeelsonError('unknown-profile', `no profile is called ${name}`, {
    hint: closest ? `did you mean ${closest}?` : known,
  })
}
