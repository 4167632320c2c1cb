import { EcsFlat } from '@elastic/ecs'

interface Field {
  readonly type: string
  /** `array` where there may be several values. */
  readonly normalize: readonly string[]
  readonly allowed_values?: readonly { readonly name: string; readonly expected_event_types?: readonly string[] }[]
}

const FIELDS = EcsFlat as Readonly<Record<string, Field>>

const IS_TYPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  keyword: (value) => typeof value === 'string' && value !== '',
  match_only_text: (value) => typeof value === 'string' && value !== '',
  long: Number.isSafeInteger,
  date: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
}

/** What is wrong with a document, against the published fields, as `field: what`. Fields under `own` are ours to define. */
export function findEcsProblems(document: object, own: string): string[] {
  const problems: string[] = []
  const flat = flatten(document)
  for (const [name, value] of flat) {
    if (name.startsWith(`${own}.`)) continue
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined
    if (!field) problems.push(`${name}: unknown`)
    else if (Array.isArray(value) !== field.normalize.includes('array')) problems.push(`${name}: one value, or many?`)
    else problems.push(...[value].flat().flatMap((each) => checkValue(name, each, field)))
  }
  const types = [flat.get('event.type')].flat()
  for (const category of [flat.get('event.category') ?? []].flat()) {
    const expected = FIELDS['event.category']?.allowed_values?.find(({ name }) => name === category)
    for (const type of types) {
      if (!expected?.expected_event_types?.includes(type as string)) problems.push(`event.type: ${type} in ${category}`)
    }
  }
  for (const name of ['@timestamp', 'ecs.version', 'event.kind'])
    if (!flat.has(name)) problems.push(`${name}: required`)
  return problems
}

/** Values by the dotted names of their fields. */
export function flatten(document: object, prefix = ''): Map<string, unknown> {
  const flat = new Map<string, unknown>()
  for (const [key, value] of Object.entries(document)) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (isObject) for (const [name, each] of flatten(value, `${prefix}${key}.`)) flat.set(name, each)
    else flat.set(prefix + key, value)
  }
  return flat
}

function checkValue(name: string, value: unknown, { type, allowed_values }: Field): string[] {
  if (!IS_TYPE[type]?.(value)) return [`${name}: not a ${type}`]
  return !allowed_values || allowed_values.some((allowed) => allowed.name === value)
    ? []
    : [`${name}: ${value} is no value of it`]
}
