import type { ParamSpec, ParamValue } from '../core/check.ts'
import { parseDuration } from '../core/duration.ts'
import { findClosest } from '../core/find-closest.ts'
import { matchWithin } from '../sql/functions/match-within.ts'
import { describeValue, listWords, quote } from './words.ts'

export interface ParamProblem {
  readonly name: string
  readonly code: 'unknown-param' | 'missing-param' | 'bad-param'
  readonly message: string
  readonly hint?: string
}

export interface ReadOptions {
  /** The value is text from a command line: "5" is an integer, "a,b" a list. */
  readonly fromText?: boolean
}

export type ParamsAnswer =
  | { readonly values: Readonly<Record<string, ParamValue>> }
  | { readonly problems: readonly ParamProblem[] }

/**
 * The values of parameters: those given as text on a command line, those given otherwise, and the defaults of the
 * others. Durations are in seconds. Every problem is reported, not only the first. The answer has no prototype.
 */
export function resolveParams(
  specs: Readonly<Record<string, ParamSpec>>,
  given: Readonly<Record<string, unknown>>,
  text: Readonly<Record<string, string>> = {},
): ParamsAnswer {
  const values = Object.create(null) as Record<string, ParamValue>
  const problems: ParamProblem[] = []
  for (const name of new Set([...Object.keys(text), ...Object.keys(given)])) {
    if (!Object.hasOwn(specs, name)) problems.push(explainUnknownParam(name, Object.keys(specs)))
  }
  for (const [name, spec] of Object.entries(specs)) {
    const fromText = Object.hasOwn(text, name)
    if (!fromText && !Object.hasOwn(given, name)) {
      if (spec.default !== undefined) values[name] = spec.default
      else problems.push(explainMissingParam(name, spec))
      continue
    }
    const read = readParam(spec, fromText ? text[name] : given[name], { fromText })
    if ('value' in read) values[name] = read.value
    else problems.push({ name, code: 'bad-param', message: `parameter "${name}" ${read.problem}` })
  }
  return problems.length > 0 ? { problems } : { values }
}

export function explainUnknownParam(name: string, known: readonly string[]): ParamProblem {
  const closest = findClosest(name, known)
  const all = known.length === 0 ? 'no parameters are declared' : `known: ${known.join(', ')}`
  const hint = closest === undefined ? all : `did you mean "${closest}"?`
  return { name, code: 'unknown-param', message: `unknown parameter ${quote(name)}`, hint }
}

export function explainMissingParam(name: string, spec: ParamSpec): ParamProblem {
  const hint = `${name}: ${spec.description ?? describeSpec(spec)}`
  return { name, code: 'missing-param', message: `parameter "${name}" must be given`, hint }
}

export type ReadParam = { readonly value: ParamValue } | { readonly problem: string }

/** One value by its specification; a problem is the rest of a sentence about the parameter. */
export function readParam(spec: ParamSpec, given: unknown, options: ReadOptions = {}): ReadParam {
  const value = convert(spec, given, options)
  if (value === undefined) return { problem: `must be ${describeSpec(spec)}, not ${describeValue(given)}` }
  for (const member of Array.isArray(value) ? (value as readonly (string | number)[]) : [value]) {
    const problem = findProblem(spec, member as string | number | boolean)
    if (problem !== undefined) return { problem }
  }
  return { value }
}

function convert(spec: ParamSpec, given: unknown, { fromText = false }: ReadOptions): ParamValue | undefined {
  const text = typeof given === 'string' ? given : undefined
  switch (spec.type) {
    case 'string':
      return text
    case 'boolean':
      if (fromText && (text === 'true' || text === 'false')) return text === 'true'
      return typeof given === 'boolean' ? given : undefined
    case 'duration': {
      if (text !== undefined) return parseDuration(text) ?? (fromText ? readNumber(text, true, 0) : undefined)
      return readNumber(given, true, 0)
    }
    case 'integer':
    case 'number':
      return readNumber(fromText ? given : text === undefined ? given : undefined, spec.type === 'integer')
    default:
      return convertList(spec, fromText && text !== undefined ? splitList(text) : given, fromText)
  }
}

function convertList(spec: ParamSpec, given: unknown, fromText: boolean): readonly (string | number)[] | undefined {
  if (!Array.isArray(given)) return undefined
  const items: ParamSpec = { type: spec.items ?? 'string' }
  const values = given.map((item) => convert(items, item, { fromText }))
  return values.includes(undefined) ? undefined : (values as (string | number)[])
}

function splitList(text: string): string[] {
  return text.trim() === '' ? [] : text.split(',').map((part) => part.trim())
}

/** Numbers beyond what JavaScript holds exactly are refused rather than changed. */
function readNumber(given: unknown, whole: boolean, least = Number.NEGATIVE_INFINITY): number | undefined {
  const isText = typeof given === 'string' && /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(given)
  const value = isText ? Number(given) : given
  if (typeof value !== 'number' || !Number.isFinite(value) || value < least) return undefined
  return whole && !Number.isSafeInteger(value) ? undefined : value
}

function findProblem(spec: ParamSpec, value: string | number | boolean): string | undefined {
  const { enum: allowed, min, max, pattern } = spec
  if (allowed !== undefined && !allowed.includes(value as string)) {
    const closest = typeof value === 'string' ? findClosest(value, allowed.map(String)) : undefined
    const meant = closest === undefined ? '' : ` (did you mean "${closest}"?)`
    return `must be ${listWords(allowed.map(String))}, not ${describeValue(value)}${meant}`
  }
  if (typeof value === 'number') {
    const unit = spec.type === 'duration' ? ' seconds' : ''
    if (min !== undefined && value < min) return `must be at least ${min}${unit}, not ${value}`
    if (max !== undefined && value > max) return `must be at most ${max}${unit}, not ${value}`
  }
  if (typeof value === 'string' && pattern !== undefined) {
    const matched = matchWithin(pattern, () => new RegExp(`^(?:${pattern})$`, 'u').test(value))
    if (!matched) return `takes too long to be matched with the pattern ${pattern}`
    if (matched.result) return undefined
    return `must match the pattern ${pattern}, not ${quote(value)}`
  }
  return undefined
}

function describeSpec(spec: ParamSpec): string {
  const words = {
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    duration: 'a duration such as 7d, or seconds',
    list: spec.items === 'integer' ? 'a list of whole numbers' : 'a list of texts',
  }
  return words[spec.type]
}
