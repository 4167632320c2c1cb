import type { JsonSchema, JsonType } from './json-schema.ts'
import type { Finding } from './reporter.ts'
import { describeValue, listWords, quote, shorten, showPath } from './words.ts'
import type { Path } from './yaml-document.ts'

export function fitsType(type: JsonType | readonly JsonType[], value: unknown): boolean {
  if (typeof type !== 'string') {
    for (const one of type) if (fitsType(one, value)) return true
    return false
  }
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

const TYPE_WORDS: Readonly<Record<JsonType, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
  array: 'a list',
  object: 'a mapping of keys',
}

/** `source` is the value as it was written: 1.10 where the value is 1.1. */
export function explainType(schema: JsonSchema, value: unknown, path: Path, source: string): Finding {
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  const wanted = schema.title ?? listWords(types.map((type) => TYPE_WORDS[type]))
  const isPlain = typeof value === 'number' || typeof value === 'boolean'
  const shown = isPlain && source !== '' && !source.startsWith('*') ? shorten(source) : undefined
  const found = shown !== undefined && typeof value === 'number' ? `the number ${shown}` : describeValue(value)
  const takesText = types.includes('string') || (schema.anyOf ?? []).some(({ type }) => type === 'string')
  const inQuotes = takesText && shown !== undefined ? `write "${shown}" in quotes` : undefined
  const hint = [inQuotes, schema['x-hint']].filter((part) => part !== undefined).join(': ')
  return {
    code: 'wrong-type',
    message: `${showPath(path) || 'the document'} must be ${wanted}, not ${found}`,
    hint: hint === '' ? undefined : hint,
  }
}

/** Compiled once for all the values of a file. */
export type Patterns = Map<string, RegExp>

/** Lengths, bounds, patterns. The first that does not hold is told. */
export function explainRange(
  schema: JsonSchema,
  value: unknown,
  path: Path,
  patterns: Patterns = new Map(),
): Finding | undefined {
  const bad = (message: string): Finding => ({ code: 'bad-value', message: `${showPath(path)} ${message}` })
  if (typeof value === 'string') {
    // No text has more characters than UTF-16 units.
    const length = schema.maxLength !== undefined && value.length > schema.maxLength ? [...value].length : 0
    if (schema.maxLength !== undefined && length > schema.maxLength) {
      return bad(`must have at most ${schema.maxLength} characters; here are ${length}`)
    }
    if (schema.pattern !== undefined && !compile(schema.pattern, patterns).test(value)) {
      const wanted = schema.patternErrorMessage
      return bad(wanted === undefined ? 'must not be empty' : `${wanted}, not ${describeValue(value)}`)
    }
  } else if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum)
      return bad(`must be at least ${schema.minimum}, not ${value}`)
    if (schema.maximum !== undefined && value > schema.maximum)
      return bad(`must be at most ${schema.maximum}, not ${value}`)
  } else if (Array.isArray(value)) {
    if (schema.minItems !== undefined && value.length < schema.minItems) {
      return bad(schema.minItems > 1 ? `must have at least ${schema.minItems} members` : 'must not be an empty list')
    }
  } else if (typeof value === 'object' && value !== null) {
    if (schema.minProperties !== undefined && Object.keys(value).length < schema.minProperties) {
      return bad('must not be an empty mapping')
    }
  }
  return undefined
}

function compile(pattern: string, patterns: Patterns): RegExp {
  const known = patterns.get(pattern)
  if (known) return known
  const compiled = new RegExp(pattern, 'u')
  patterns.set(pattern, compiled)
  return compiled
}

/** `closest` is the key that was probably meant, `free` the known keys that are not there yet. */
export function explainUnknownKey(
  key: string,
  value: unknown,
  closest: string | undefined,
  free: readonly string[],
  path: Path,
): Finding {
  const where = path.length === 0 ? '' : ` in ${showPath(path)}`
  let hint: string | undefined
  if (closest !== undefined) hint = `did you mean "${closest}"?`
  // `{ description: 1 = on, 2 = off }` has a key "2 = off" without a value.
  else if (value === null && key.includes(' '))
    hint = 'inside { } a comma starts a new key: put text with commas in quotes'
  else if (free.length > 0) hint = `known here: ${free.join(', ')}`
  return { code: 'unknown-key', message: `unknown key ${quote(key)}${where}`, hint }
}
