import { findClosest } from '../core/find-closest.ts'
import type { JsonSchema } from './json-schema.ts'
import type { Finding, Reporter } from './reporter.ts'
import { explainRange, explainType, explainUnknownKey, fitsType, type Patterns } from './schema-words.ts'
import { describeValue, isMapping, listWords, quote, showPath } from './words.ts'
import type { Path } from './yaml-document.ts'

interface Validation {
  readonly root: JsonSchema
  readonly reporter: Reporter
  readonly resolved: Map<JsonSchema, JsonSchema>
  readonly patterns: Patterns
}

/**
 * Checks a plain value against a schema and reports every mistake once, where it is, in the words of the file.
 * Agrees with JSON Schema draft 2020-12 on what is valid, for the keywords of `JsonSchema`.
 * `root` holds the `$defs` that the schema refers to.
 */
export function validate(value: unknown, schema: JsonSchema, root: JsonSchema, reporter: Reporter): void {
  visit({ root, reporter, resolved: new Map(), patterns: new Map() }, value, schema, [])
}

function visit(run: Validation, value: unknown, given: JsonSchema, path: Path): void {
  const schema = resolve(run, given)
  if (schema.anyOf !== undefined) {
    const chosen = choose(run, schema.anyOf, value)
    if (chosen === undefined) add(run, path, explainType(schema, value, path, run.reporter.source(path)))
    else visit(run, value, chosen, path)
    return
  }
  if (schema.enum !== undefined) {
    if (!schema.enum.includes(value as string)) addEnum(run, value, schema.enum, path)
    return
  }
  if (schema.type !== undefined && !fitsType(schema.type, value)) {
    add(run, path, explainType(schema, value, path, run.reporter.source(path)))
    return
  }
  const range = explainRange(schema, value, path, run.patterns)
  if (range !== undefined) add(run, path, range)
  if (Array.isArray(value)) visitList(run, value, schema, path)
  else if (isMapping(value)) visitMapping(run, value, schema, path)
}

function resolve(run: Validation, schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema
  const known = run.resolved.get(schema)
  if (known) return known
  const name = schema.$ref.slice('#/$defs/'.length)
  const resolved = { ...run.root.$defs?.[name], ...schema }
  run.resolved.set(schema, resolved)
  return resolved
}

/** Whether nothing but its type is asked of a value, and it has that. Most values are such cells of a test's rows. */
function isPlainlyFine(schema: JsonSchema, value: unknown): boolean {
  return (
    (typeof value !== 'object' || value === null) &&
    schema.type !== undefined &&
    schema.$ref === undefined &&
    schema.anyOf === undefined &&
    schema.enum === undefined &&
    schema.pattern === undefined &&
    schema.maxLength === undefined &&
    schema.minimum === undefined &&
    schema.maximum === undefined &&
    fitsType(schema.type, value)
  )
}

/** The alternative that was meant: of those that fit the type, one whose required keys are there goes first. */
function choose(run: Validation, alternatives: readonly JsonSchema[], value: unknown): JsonSchema | undefined {
  const fitting = alternatives.filter((alternative) => {
    const { type } = resolve(run, alternative)
    return type !== undefined && fitsType(type, value)
  })
  const marked = fitting.find((alternative) => {
    const { required } = resolve(run, alternative)
    return required !== undefined && isMapping(value) && required.every((key) => key in value)
  })
  return marked ?? fitting.at(-1)
}

function visitList(run: Validation, list: readonly unknown[], schema: JsonSchema, path: Path): void {
  if (schema.uniqueItems) {
    const seen = new Set<unknown>()
    for (const [index, item] of list.entries()) {
      if (seen.has(item)) {
        const message = `${showPath(path)} has ${quote(String(item))} twice`
        add(run, [...path, index], { code: 'duplicate-item', message, hint: 'remove one of the two' })
      }
      seen.add(item)
    }
  }
  if (schema.items === undefined) return
  for (const [index, item] of list.entries()) {
    if (!isPlainlyFine(schema.items, item)) visit(run, item, schema.items, [...path, index])
  }
}

interface Keys {
  readonly mapping: Readonly<Record<string, unknown>>
  /** Known keys that are not there, if a key is unknown. */
  readonly free: readonly string[]
  /** Per unknown key, the free key that was probably meant. */
  readonly meant: ReadonlyMap<string, string | undefined>
  /** Whether a key is there, be it misspelt: one mistake must not give two messages. */
  has(key: string): boolean
}

function visitMapping(run: Validation, mapping: Keys['mapping'], schema: JsonSchema, path: Path): void {
  const { properties = {}, additionalProperties, propertyNames } = schema
  const keys = readKeys(mapping, schema)
  checkPresence(run, keys, schema, path)
  for (const [key, value] of Object.entries(mapping)) {
    const inner = [...path, key]
    if (propertyNames !== undefined) {
      const wrong = explainRange(propertyNames, key, inner, run.patterns)
      if (wrong !== undefined) add(run, inner, { ...wrong, code: 'bad-name' }, 'key')
    }
    const own = Object.hasOwn(properties, key) ? properties[key] : additionalProperties
    if (own === false) add(run, inner, explainUnknownKey(key, value, keys.meant.get(key), keys.free, path), 'key')
    else if (own !== undefined && !isPlainlyFine(own, value)) visit(run, value, own, inner)
  }
}

function readKeys(mapping: Keys['mapping'], { properties = {}, additionalProperties }: JsonSchema): Keys {
  const unknown =
    additionalProperties === false ? Object.keys(mapping).filter((key) => !Object.hasOwn(properties, key)) : []
  const free = unknown.length === 0 ? [] : Object.keys(properties).filter((key) => !(key in mapping))
  const meant = new Map(unknown.map((key) => [key, findClosest(key, free)]))
  const misspelt = new Set(meant.values())
  return { mapping, free, meant, has: (key) => key in mapping || misspelt.has(key) }
}

function checkPresence(run: Validation, keys: Keys, schema: JsonSchema, path: Path): void {
  const owner = path.length === 0 ? (schema.title ?? 'this') : showPath(path)
  for (const key of (schema.required ?? []).filter((required) => !keys.has(required))) {
    const description = schema.properties?.[key]?.description
    add(run, path, {
      code: 'missing-key',
      message: `${owner} needs the key "${key}"`,
      hint: description && `${key}: ${description}`,
    })
  }
  for (const [key, needed] of Object.entries(schema.dependentRequired ?? {})) {
    if (!(key in keys.mapping) || needed.every((other) => keys.has(other))) continue
    const other = listWords(needed)
    const message = `"${key}" only goes with "${other}", which is not here`
    add(run, [...path, key], { code: 'stray-key', message, hint: `add "${other}" or remove "${key}"` }, 'key')
  }
  if (schema.oneOf === undefined) return
  const kinds = schema.oneOf.map(({ required: [key] }) => key)
  const present = kinds.filter((kind) => kind in keys.mapping)
  if (present.length === 1 || (present.length === 0 && kinds.some((kind) => keys.has(kind)))) return
  const found = present.length === 0 ? 'none of them' : listWords(present, 'and')
  const message = `a clause needs exactly one of ${kinds.join(', ')}; here is ${found}`
  const hint = present.length === 0 ? undefined : 'write each as a clause of its own, in a list under "all" or "any"'
  add(run, path, { code: 'clause-kind', message, hint })
}

function addEnum(run: Validation, value: unknown, allowed: readonly unknown[], path: Path): void {
  const words = allowed.map(String)
  const closest = typeof value === 'string' ? findClosest(value, words) : undefined
  add(run, path, {
    code: 'bad-value',
    message: `${showPath(path)} must be ${listWords(words)}, not ${describeValue(value)}`,
    hint: closest && `did you mean "${closest}"?`,
  })
}

function add(run: Validation, path: Path, finding: Finding, on?: 'key' | 'value'): void {
  run.reporter.report(finding, path, on)
}
