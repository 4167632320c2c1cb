import { boolCoreTag, floatCoreTag, intCoreTag, NOT_RESOLVED, nullCoreTag } from 'js-yaml'

export interface Resolved {
  readonly value: string | number | boolean | null
  readonly fault?: { readonly message: string; readonly hint: string }
}

/** In the order of the core schema; text that none of them knows is text. */
const PLAIN = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag] as const
const BY_TAG = new Map<string, (typeof PLAIN)[number]>([
  ['!!null', nullCoreTag],
  ['!!bool', boolCoreTag],
  ['!!int', intCoreTag],
  ['!!float', floatCoreTag],
])

export const SCALAR_TAGS: readonly string[] = ['!', '!!str', ...BY_TAG.keys()]

/** The value of a scalar by the YAML 1.2 core schema: `yes` and `2026-01-31` are text. */
export function resolveScalar(text: string, plain: boolean, tag: string | undefined): Resolved {
  if (tag !== undefined && BY_TAG.has(tag)) {
    const resolver = BY_TAG.get(tag)!
    const value: unknown = resolver.resolve(text, true, resolver.tagName)
    if (value === NOT_RESOLVED) {
      return { value: null, fault: { message: `${tag} does not fit this value`, hint: 'remove the tag' } }
    }
    return checkNumber(value as Resolved['value'])
  }
  if (!plain || tag !== undefined) return { value: text }
  for (const resolver of PLAIN) {
    const first = resolver.implicitFirstChars
    if (first && !first.includes(text.charAt(0))) continue
    const value: unknown = resolver.resolve(text, false, resolver.tagName)
    if (value !== NOT_RESOLVED) return checkNumber(value as Resolved['value'])
  }
  return { value: text }
}

/** A number that JavaScript cannot hold exactly would silently become another one. */
function checkNumber(value: Resolved['value']): Resolved {
  if (typeof value !== 'number') return { value }
  if (!Number.isFinite(value)) {
    return { value: 0, fault: { message: 'not a finite number', hint: 'put it in quotes if text is meant' } }
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    const message = 'a whole number too large to be held exactly (beyond 2^53)'
    return { value: 0, fault: { message, hint: 'put it in quotes' } }
  }
  return { value: Object.is(value, -0) ? 0 : value }
}
