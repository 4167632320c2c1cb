import { type Check, type ParamSpec, type ParamValue, PLATFORMS, type Platform, type Template } from '../core/check.ts'
import { mutateClause } from './mutate-clause.ts'
import { mutateOperand } from './mutate-comparisons.ts'

/** A check or a template with one mistake in it. */
export interface Mutant<Definition extends Check | Template = Check | Template> {
  readonly definition: Definition
  /** Undefined: the mistake concerns every platform. */
  readonly platform: Platform | undefined
  /** Where, from the definition's top. */
  readonly path: readonly (string | number)[]
  /** What was replaced with what. */
  readonly change: string
  /** Where in the SQL at `path`, in characters. */
  readonly offset: number
}

/** Every mutant of a definition: of its clauses, and of its parameters' defaults. */
export function mutateDefinition<Definition extends Check | Template>(definition: Definition): Mutant<Definition>[] {
  const clauses = PLATFORMS.flatMap((platform) => {
    const clause = definition.platforms[platform]
    if (!clause) return []
    return mutateClause(clause).map(({ value, path, change, offset = 0 }) => ({
      definition: { ...definition, platforms: { ...definition.platforms, [platform]: value } },
      platform,
      path: ['platforms', platform, ...path],
      change,
      offset,
    }))
  })
  const defaults = Object.entries(definition.params).flatMap(([name, spec]) =>
    otherDefaults(spec).map(({ value, path, change }) => ({
      definition: { ...definition, params: { ...definition.params, [name]: { ...spec, default: value } } },
      platform: undefined,
      path: ['params', name, 'default', ...path],
      change: `${name} ${change}`,
      offset: 0,
    })),
  )
  return [...clauses, ...defaults]
}

/** What the specification would refuse. */
function isOutside(value: ParamValue, { min = -Infinity, max = Infinity }: ParamSpec): boolean {
  return typeof value === 'number' && (value < min || value > max)
}

function otherDefaults(spec: ParamSpec) {
  if (spec.default === undefined) return []
  // A text that must be of a certain kind, changed at random, would mostly be of none.
  if (spec.enum !== undefined || spec.pattern !== undefined) return []
  return mutateOperand<ParamValue>(spec.default).filter(({ value }) => !isOutside(value, spec))
}
