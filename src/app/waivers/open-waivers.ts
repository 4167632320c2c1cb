import type { Config } from '../../config.ts'
import { type LoadedWaivers, loadWaivers } from '../../content/load-waivers.ts'
import type { Diagnostic, Library } from '../../core/check.ts'
import { KeelsonError } from '../../core/errors.ts'
import type { Framework } from '../../core/framework.ts'
import { indexFrameworks } from '../../core/profile.ts'

export interface WaiverContext {
  /** Without it, the checks that waivers name are not looked at. */
  readonly library?: Library
  /** Without them, neither the frameworks that attestations name nor their evidence is looked at. */
  readonly frameworks?: readonly Framework[]
}

/** Thrown with every problem of waivers and attestations that must be whole to be used. */
export class WaiverError extends KeelsonError {
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const count = diagnostics.length
    super('waivers', `waivers and attestations have ${count} ${count === 1 ? 'error' : 'errors'}`, {
      hint: 'checks lint shows them all',
    })
    this.diagnostics = diagnostics
  }
}

/** The waivers and attestations of the configured folders. Problems are in the diagnostics. */
export function openWaivers(
  { waivers, longestWaiver }: Pick<Config, 'waivers' | 'longestWaiver'>,
  { library, frameworks }: WaiverContext,
): LoadedWaivers {
  return loadWaivers(waivers, {
    checks: library && knownChecks(library),
    frameworks: frameworks && indexFrameworks(frameworks),
    longest: longestWaiver,
  })
}

/** A check that is wrong is left out of the library, and its own problems speak for it. */
function knownChecks({ checks, diagnostics }: Library) {
  const broken = diagnostics.flatMap(({ check }) => (check === undefined ? [] : [{ id: check, formerly: [] }]))
  return [...checks, ...broken]
}

/** @throws WaiverError: of a waiver that is left out nobody would know why it does not hold */
export function requireSoundWaivers(loaded: LoadedWaivers): LoadedWaivers {
  const errors = loaded.diagnostics.filter(({ level }) => level === 'error')
  if (errors.length > 0) throw new WaiverError(errors)
  return loaded
}
