import { fileURLToPath } from 'node:url'
import type { Config } from '../config.ts'
import { loadLibrary } from '../content/load.ts'
import type { Check, Diagnostic, Library, Platform } from '../core/check.ts'
import { EXIT, KeelsonError } from '../core/errors.ts'
import { findClosest } from '../core/find-closest.ts'
import { type Selection, selectChecks, toExpression } from '../core/select.ts'

/** The checks that ship with the package. */
export const BUILT_IN = fileURLToPath(new URL('../../checks', import.meta.url))

/** The library as configured: the built-in checks, then the user's folders. Problems are in its diagnostics. */
export function openLibrary(config: Config): Library {
  return loadLibrary(foldersOf(config))
}

/** The folders that the library is read from. */
export function foldersOf({ library, checks }: Config): string[] {
  return [...(library ? [BUILT_IN] : []), ...checks]
}

/** Thrown with every problem of a library that must be whole to be used. */
export class ContentError extends KeelsonError {
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const count = diagnostics.filter(({ level }) => level === 'error').length
    super('content', `the checks have ${count} ${count === 1 ? 'error' : 'errors'}`, {
      exit: EXIT.usage,
      hint: 'checks lint shows them all',
    })
    this.diagnostics = diagnostics
  }
}

/** @throws ContentError when something in the library is wrong: a check that is left out would look like a pass. */
export function requireSound(library: Library): Library {
  const errors = library.diagnostics.filter(({ level }) => level === 'error')
  if (errors.length > 0) throw new ContentError(errors)
  return library
}

/** @throws KeelsonError for a pattern that matches nothing. */
export function selectFrom(library: Library, selection: Selection): readonly Check[] {
  const { checks, unmatched } = selectChecks(library.checks, selection)
  // A check that is wrong is left out of the library; its problems speak for it.
  const broken = library.diagnostics.flatMap(({ check }) => check ?? [])
  const pattern = unmatched.find((each) => !broken.some((id) => toExpression(each).test(id)))
  if (pattern !== undefined) {
    const closest = findClosest(
      pattern,
      library.checks.map(({ id }) => id),
    )
    throw new KeelsonError('unknown-check', `no check is called ${pattern}`, {
      hint: closest ? `did you mean ${closest}?` : 'checks list shows them all',
    })
  }
  return checks
}

/** Problems that concern the selection: of its checks, of checks left out that its patterns name, and of no check. */
export function diagnosticsFor(library: Library, { patterns }: Selection): Diagnostic[] {
  const expressions = patterns.map(toExpression)
  return library.diagnostics.filter(
    ({ check }) => check === undefined || expressions.length === 0 || expressions.some((each) => each.test(check)),
  )
}

export function definesPlatform(check: Check, platform: Platform): boolean {
  return check.platforms[platform] !== undefined
}
