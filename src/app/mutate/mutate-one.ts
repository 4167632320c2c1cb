import type { Library, Platform } from '../../core/check.ts'
import { KeelsonError } from '../../core/errors.ts'
import type { SchemaEngine } from '../../sql/schema-engine.ts'
import { findSurvivors, type MutationResult } from './find-survivors.ts'

/** What is to be mutated: a check by its id, or a template by its name. */
export interface MutationTask {
  readonly kind: MutationResult['kind']
  readonly name: string
  /** Every one when absent. */
  readonly platform?: Platform | undefined
}

/** Mutates one definition of a library. That a test fails of itself is its result. */
export function mutateOne(
  { kind, name, platform }: MutationTask,
  library: Library,
  engineOf: (platform: Platform) => SchemaEngine,
): MutationResult {
  const definition = kind === 'check' ? library.checks.find(({ id }) => id === name) : library.templates.get(name)
  if (!definition) throw new RangeError(`no ${kind} ${name}`)
  try {
    return findSurvivors(definition, library, engineOf, platform)
  } catch (error) {
    if (!(error instanceof KeelsonError)) throw error
    return { kind, name, killed: 0, survivors: [], problem: error.message, ...(error.hint && { hint: error.hint }) }
  }
}
