import { fileURLToPath } from 'node:url'
import type { Config } from '../config.ts'
import { loadLibrary } from '../content/load.ts'
import { resolveParams } from '../content/params.ts'
import type { Check, Diagnostic, Library, ParamValue, Platform } from '../core/check.ts'
import { EXIT, KeelsonError } from '../core/errors.ts'
import { findClosest } from '../core/find-closest.ts'
import { type Selection, selectChecks } from '../core/select.ts'

/** The checks that ship with the package. */
export const BUILT_IN = fileURLToPath(new URL('../../checks', import.meta.url))

/** The library as configured: the built-in checks, then the user's folders. Problems are in its diagnostics. */
export function openLibrary({ library, checks }: Config): Library {
  return loadLibrary([...(library ? [BUILT_IN] : []), ...checks])
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
  const [pattern] = unmatched
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

export function definesPlatform(check: Check, platform: Platform): boolean {
  return check.platforms[platform] !== undefined
}

/**
 * The effective parameters of a check: its defaults, the configuration's, the command line's, and a test's own.
 * @throws KeelsonError
 */
export function paramsOf(
  check: Check,
  { params, textParams, file }: Config,
  more: Readonly<Record<string, ParamValue>> = {},
): Readonly<Record<string, ParamValue>> {
  const text = textParams[check.id] ?? {}
  const typed = Object.fromEntries(
    Object.entries({ ...(params[check.id] ?? {}), ...more }).filter(([name]) => !Object.hasOwn(text, name)),
  )
  const fromText = resolveGiven(check, text, FLAG)
  return { ...resolveGiven(check, typed, file, fromText), ...fromText }
}

const FLAG = '--param'

function resolveGiven(
  check: Check,
  given: Readonly<Record<string, unknown>>,
  /** The flag or the file, where there is one. */
  where: string | undefined,
  known: Readonly<Record<string, ParamValue>> = {},
): Readonly<Record<string, ParamValue>> {
  const fromText = where === FLAG
  // Text is read for the parameters that it names alone; the rest come from the configuration and the defaults.
  const specs = fromText
    ? Object.fromEntries(Object.entries(check.params).filter(([name]) => Object.hasOwn(given, name)))
    : Object.fromEntries(Object.entries(check.params).filter(([name]) => !Object.hasOwn(known, name)))
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(check.params, name))
  const answer = unknown === undefined ? resolveParams(specs, given, { fromText }) : resolveParams(check.params, given)
  if ('values' in answer) return answer.values
  const [problem] = answer.problems
  const said = `${where === undefined ? '' : `${where}: `}${check.id}: ${problem?.message}`
  throw new KeelsonError('params', said, problem?.hint ? { hint: problem.hint } : {})
}

/** Parameters that name checks which do not exist would silently do nothing. @throws KeelsonError */
export function requireKnownParams({ params, textParams }: Config, library: Library): void {
  const ids = library.checks.map(({ id }) => id)
  for (const id of [...Object.keys(params), ...Object.keys(textParams)]) {
    if (ids.includes(id)) continue
    const closest = findClosest(id, ids)
    throw new KeelsonError('params', `parameters are set for ${id}, but no check is called that`, {
      hint: closest ? `did you mean ${closest}?` : 'checks list shows them all',
    })
  }
}
