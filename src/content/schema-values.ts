import type { JsonSchema } from './json-schema.ts'

/** The longest SQL text: far above any check, far below what an agent refuses. */
const MAX_SQL = 100_000

export const text = (description: string, more: JsonSchema = {}): JsonSchema => ({
  description,
  type: 'string',
  pattern: '\\S',
  ...more,
})

export const sql = (description: string): JsonSchema => text(description, { maxLength: MAX_SQL })

const SLUG = '^[a-z0-9]+([-_.][a-z0-9]+)*$'
const SLUG_WORDS = 'must be lower-case letters and digits, joined by single "-", "_" or "."'

/** The id of a check, the name of a template, a tag. */
export const slug = (description: string): JsonSchema => ({
  description,
  type: 'string',
  maxLength: 100,
  pattern: SLUG,
  patternErrorMessage: SLUG_WORDS,
})

/** A list of different names. */
export const names = (description: string, items: JsonSchema): JsonSchema => ({
  description,
  type: 'array',
  items,
  uniqueItems: true,
})

/** Where facts come from: one citation, or a list of them. */
export const SOURCE: JsonSchema = {
  title: 'text or a list of texts',
  description: 'Where its facts come from: documentation, manual pages, source code, as others can look them up.',
  anyOf: [
    { type: 'string', pattern: '\\S' },
    { type: 'array', minItems: 1, items: { type: 'string', pattern: '\\S' } },
  ],
}

const systems = (description: string): JsonSchema => ({
  description,
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items: { type: 'string', pattern: '\\S' },
})

/** Where a check was watched to pass and to fail. */
export const VERIFIED: JsonSchema = {
  title: 'unseen, or { pass: [systems], fail: [systems] }',
  description: 'On which systems and versions it was seen to pass and to fail, or unseen.',
  anyOf: [
    { type: 'string', enum: ['unseen'] },
    {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      properties: {
        pass: systems('Systems, with version, on which it was seen to pass.'),
        fail: systems('Systems, with version, on which it was seen to fail.'),
      },
    },
  ],
}

/** Names of tables and columns. */
export const IDENTIFIER: JsonSchema = {
  type: 'string',
  maxLength: 100,
  pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
  patternErrorMessage: 'must be a name of letters, digits and "_"',
}

export const PARAM_NAME: JsonSchema = {
  type: 'string',
  maxLength: 60,
  pattern: '^[a-z][a-z0-9_]*$',
  patternErrorMessage: 'must be a name of lower-case letters, digits and "_", starting with a letter',
}

export const DURATION_TEXT: JsonSchema = {
  type: 'string',
  pattern: '^[0-9]{1,9}[smhdw]$',
  patternErrorMessage: 'must be a duration such as 90s, 30m, 36h, 7d or 2w',
}

export const PARAM_REF: JsonSchema = {
  title: '{ param: name }',
  type: 'object',
  properties: { param: { description: 'The name of a declared parameter, whose value is meant.', ...PARAM_NAME } },
  required: ['param'],
  additionalProperties: false,
}

const scalarTypes = ['string', 'number', 'boolean', 'null'] as const

export const CELL: JsonSchema = { title: 'a plain value', type: scalarTypes }

const paramRef: JsonSchema = { $ref: '#/$defs/param_ref' }

const either = (title: string, description: string, own: JsonSchema): JsonSchema => ({
  title,
  description,
  anyOf: [own, paramRef],
})

const value = (description: string) => either('a plain value or { param: name }', description, { type: scalarTypes })

const ordered = (description: string) =>
  either('a number, text or { param: name }', description, { type: ['number', 'string'] })

const pattern = (description: string, maxLength: number): JsonSchema => ({
  ...either('text or { param: name }', description, { type: 'string', maxLength }),
  'x-hint': 'put it in quotes',
})

const valueList = (description: string) =>
  either('a list of plain values or { param: name }', description, {
    type: 'array',
    minItems: 1,
    items: { title: 'a plain value or { param: name }', anyOf: [{ type: scalarTypes }, paramRef] },
  })

const version = (description: string): JsonSchema => ({
  ...either('a version in quotes or { param: name }', description, { type: 'string', pattern: '\\S' }),
  'x-hint': 'versions need quotes, because YAML reads 1.10 as the number 1.1',
})

const age = (description: string): JsonSchema => ({
  title: 'a duration such as 7d or { param: name }',
  description,
  anyOf: [DURATION_TEXT, { type: 'integer', minimum: 0 }, paramRef],
})

/** What one column must be; several operators must all hold. */
export const COMPARISON: JsonSchema = {
  title: 'a plain value, a comparison such as { ge: 5 }, or { param: name }',
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: {
    eq: value('Equal to. A bare value means the same.'),
    ne: value('Not equal to.'),
    lt: ordered('Less than.'),
    le: ordered('Less than or equal to.'),
    gt: ordered('Greater than.'),
    ge: ordered('Greater than or equal to.'),
    in: valueList('One of these.'),
    not_in: valueList('None of these.'),
    like: pattern('SQL LIKE: % stands for anything, _ for one character.', 1000),
    glob: pattern('SQL GLOB: * stands for anything, ? for one character; case counts.', 1000),
    matches: pattern("A regular expression of osquery's regex_match, at most 256 bytes.", 256),
    empty: { description: 'Whether the column is NULL or empty text.', type: 'boolean' },
    version_eq: version('The same version, by version_compare.'),
    version_ne: version('Another version.'),
    version_lt: version('An older version.'),
    version_le: version('This version or an older one.'),
    version_gt: version('A newer version.'),
    version_ge: version('This version or a newer one.'),
    within: age('The column is a unix time at most this long ago. A bare integer is seconds.'),
    older_than: age('The column is a unix time at least this long ago. A bare integer is seconds.'),
  },
}

/** Columns and what they must be. */
export const comparisons = (description: string): JsonSchema => ({
  description,
  type: 'object',
  minProperties: 1,
  propertyNames: IDENTIFIER,
  additionalProperties: {
    title: COMPARISON.title ?? '',
    anyOf: [{ type: scalarTypes }, paramRef, { $ref: '#/$defs/comparison' }],
    'x-hint': 'for one of several values write { in: [a, b] }',
  },
})

/** Arguments of a template. */
export const WITH: JsonSchema = {
  description: "Values for the template's parameters.",
  type: 'object',
  propertyNames: PARAM_NAME,
  additionalProperties: {
    title: 'a plain value, a list or { param: name }',
    anyOf: [
      { type: scalarTypes },
      { type: 'array', items: { title: 'a plain value or { param: name }', anyOf: [{ type: scalarTypes }, paramRef] } },
      paramRef,
    ],
  },
}
