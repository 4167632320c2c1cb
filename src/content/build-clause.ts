import {
  type Clause,
  type Comparison,
  type Comparisons,
  type Need,
  type Operand,
  type OperandList,
  PLATFORMS,
  type Place,
  type Platform,
  type PlatformClause,
  type Verified,
} from '../core/check.ts'
import { parseDuration } from '../core/duration.ts'
import { isVerdict } from '../core/verdict.ts'
import type { ParamSpecs } from './param-spec.ts'
import { isMapping } from './words.ts'
import type { Path } from './yaml-document.ts'

export type Plain = Readonly<Record<string, unknown>>

export interface BuildContext {
  /** Where the value at a path of the definition was written. */
  placeOf(path: Path): Place
  /** The parameters that a template declares. */
  paramsOf(template: string): ParamSpecs
}

/** The clauses per platform, from values that the schema found good. */
export function buildPlatforms(platforms: Plain, context: BuildContext): Partial<Record<Platform, PlatformClause>> {
  const built: Partial<Record<Platform, PlatformClause>> = {}
  for (const platform of PLATFORMS) {
    const written = platforms[platform] as Plain | undefined
    if (written === undefined) continue
    built[platform] = {
      ...buildClause(written, ['platforms', platform], context),
      ...(written.fix !== undefined && { fix: written.fix as string }),
      ...buildSource(written.source),
      ...(isMapping(written.verified) && {
        verified: { pass: [], fail: [], ...(written.verified as Partial<Verified>) },
      }),
    }
  }
  return built
}

/** One source, or a list of them. */
export function buildSource(written: unknown): { readonly source?: readonly string[] } {
  if (written === undefined) return {}
  return { source: typeof written === 'string' ? [written] : (written as string[]) }
}

/** From values that the schema found good: snake_case becomes camelCase, a bare value `{ eq: value }`. */
export function buildClause(written: Plain, path: Path, context: BuildContext): Clause {
  const list = (key: 'all' | 'any' | 'first') =>
    (written[key] as readonly Plain[]).map((clause, index) => buildClause(clause, [...path, key, index], context))
  const copied = Object.fromEntries(
    ['title', 'sql', 'table', 'match', 'use', 'evidence']
      .filter((key) => written[key] !== undefined)
      .map((key) => [key, written[key]]),
  ) as Partial<Clause>
  return {
    place: context.placeOf(path),
    ...copied,
    ...(written.with !== undefined && {
      with: buildWith(written.with as Plain, context.paramsOf(written.use as string)),
    }),
    ...(written.where !== undefined && { where: buildComparisons(written.where as Plain) }),
    ...(written.expect !== undefined && { expect: buildComparisons(written.expect as Plain) }),
    ...(written.all !== undefined && { all: list('all') }),
    ...(written.any !== undefined && { any: list('any') }),
    ...(written.first !== undefined && { first: list('first') }),
    ...(written.not !== undefined && { not: buildClause(written.not as Plain, [...path, 'not'], context) }),
    ...(written.when !== undefined && { when: buildNeed(written.when) }),
    ...(written.needs !== undefined && { needs: buildNeeds(written.needs) }),
    ...(isVerdict(written.if_empty) && { ifEmpty: written.if_empty }),
  }
}

function buildComparisons(written: Plain): Comparisons {
  const built = Object.create(null) as Record<string, Comparison>
  for (const [column, condition] of Object.entries(written)) {
    const isBare = !isMapping(condition) || Object.hasOwn(condition, 'param')
    built[column] = isBare ? { eq: condition as Operand } : buildComparison(condition)
  }
  return built
}

/** Durations become seconds here too, as everywhere behind the loader. */
function buildWith(written: Plain, specs: ParamSpecs): Record<string, Operand | OperandList> {
  const built = Object.create(null) as Record<string, Operand | OperandList>
  for (const [name, value] of Object.entries(written)) {
    const isDuration = specs[name]?.type === 'duration' && typeof value === 'string'
    built[name] = (isDuration ? parseDuration(value) : undefined) ?? (value as Operand | OperandList)
  }
  return built
}

/** Ages become seconds, so that 7d and 168h are the same condition. */
function buildComparison(written: Plain): Comparison {
  const built: Record<string, Operand | OperandList> = {}
  for (const [operator, operand] of Object.entries(written)) {
    const isAge = operator === 'within' || operator === 'older_than'
    const seconds = isAge && typeof operand === 'string' ? parseDuration(operand) : undefined
    built[operator] = seconds ?? (operand as Operand | OperandList)
  }
  return built as Comparison
}

function buildNeeds(written: unknown): Need[] {
  const list = Array.isArray(written) ? written : [written]
  return list.map(buildNeed)
}

function buildNeed(written: unknown): Need {
  return typeof written === 'string' ? { sql: written } : { ...(written as Need) }
}
