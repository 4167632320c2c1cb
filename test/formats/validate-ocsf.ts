import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Attribute {
  readonly type: string
  /** The object's name, for the type object_t. */
  readonly object?: string
  readonly array?: boolean
  readonly requirement: 'required' | 'recommended' | 'optional'
  readonly deprecated?: boolean
  /** The profile that brings the attribute. */
  readonly profile?: string
  /** The attribute that holds the caption of an identifier. */
  readonly sibling?: string
  readonly enum?: Readonly<Record<string, string>>
}

interface Described {
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly atLeastOne?: readonly string[]
}

interface Schema {
  readonly version: string
  readonly classes: Readonly<Record<string, Described & { readonly uid: number; readonly caption: string }>>
  readonly objects: Readonly<Record<string, Described>>
}

const path = join(import.meta.dirname, '..', 'vectors', 'ocsf', 'schema.json')
const SCHEMA: Schema = JSON.parse(readFileSync(path, 'utf8'))

const OTHER = 99
const INT_32 = 2 ** 31

const IS_TYPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  string_t: isText,
  username_t: isText,
  resource_uid_t: isText,
  integer_t: (value) => Number.isInteger(value) && Math.abs(value as number) < INT_32,
  long_t: Number.isSafeInteger,
  timestamp_t: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  boolean_t: (value) => typeof value === 'boolean',
  json_t: (value) => value !== undefined,
}

/** What is wrong with an event, against the class that it names, as `path: what`. Stricter than the schema: what is deprecated is wrong too. */
export function findOcsfProblems(event: Readonly<Record<string, unknown>>): string[] {
  const found = Object.values(SCHEMA.classes).find(({ uid }) => uid === event.class_uid)
  if (!found) return [`class_uid: no class is ${event.class_uid}`]
  const { version, profiles = [] } = event.metadata as { version: string; profiles?: readonly string[] }
  const problems = version === SCHEMA.version ? [] : [`metadata.version: not ${SCHEMA.version}`]
  if (event.type_uid !== found.uid * 100 + (event.activity_id as number)) problems.push('type_uid: of another activity')
  return [...problems, ...checkObject('', event, found, new Set(profiles))]
}

function checkObject(
  at: string,
  value: object,
  { attributes, atLeastOne }: Described,
  profiles: Set<string>,
): string[] {
  const problems: string[] = []
  const given = value as Readonly<Record<string, unknown>>
  for (const [name, attribute] of Object.entries(attributes)) {
    const absent = given[name] === undefined
    const asked = attribute.profile === undefined || profiles.has(attribute.profile)
    if (absent && asked && attribute.requirement === 'required') problems.push(`${at}${name}: required`)
    if (!absent && !asked) problems.push(`${at}${name}: needs the profile ${attribute.profile}`)
  }
  if (atLeastOne && !atLeastOne.some((name) => given[name] !== undefined)) {
    problems.push(`${at}: needs one of ${atLeastOne.join(', ')}`)
  }
  for (const [name, each] of Object.entries(given)) {
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    if (!attribute) problems.push(`${at}${name}: unknown`)
    else problems.push(...checkAttribute(at + name, each, attribute, given, profiles))
  }
  return problems
}

function checkAttribute(
  at: string,
  value: unknown,
  attribute: Attribute,
  siblings: Readonly<Record<string, unknown>>,
  profiles: Set<string>,
): string[] {
  if (attribute.deprecated) return [`${at}: deprecated`]
  if (Array.isArray(value) !== (attribute.array === true)) return [`${at}: ${attribute.array ? 'not a' : 'a'} list`]
  const values = Array.isArray(value) ? value : [value]
  return values.flatMap((each, index) => {
    const place = attribute.array ? `${at}[${index}]` : at
    const { type, object, enum: captions, sibling } = attribute
    if (type === 'object_t') return checkNested(place, each, object as string, profiles)
    if (!IS_TYPE[type]?.(each)) return [`${place}: not a ${type}`]
    if (!captions) return []
    if (!Object.hasOwn(captions, String(each))) return [`${place}: ${each} is no value of it`]
    const caption = sibling && siblings[sibling]
    if (each === OTHER && name(at) !== 'type_uid') return isText(caption) ? [] : [`${place}: Other needs its caption`]
    return caption === undefined || caption === captions[String(each)] ? [] : [`${place}: its caption is ${caption}`]
  })
}

function checkNested(at: string, value: unknown, object: string, profiles: Set<string>): string[] {
  if (typeof value !== 'object' || value === null) return [`${at}: not an object`]
  // The schema's plain object may hold anything.
  if (object === 'object') return []
  const described = SCHEMA.objects[object]
  return described ? checkObject(`${at}.`, value, described, profiles) : [`${at}: ${object} is not in the vectors`]
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function name(at: string): string {
  return at.slice(at.lastIndexOf('.') + 1)
}
