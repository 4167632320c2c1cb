import { EFFECTS, PARAM_TYPES, PLATFORMS, SEVERITIES } from '../core/check.ts'
import { VERDICTS } from '../core/verdict.ts'
import type { JsonSchema } from './json-schema.ts'
import { CLAUSE, NEED, PLATFORM_CLAUSE } from './schema-clause.ts'
import {
  CELL,
  COMPARISON,
  DURATION_TEXT,
  IDENTIFIER,
  names,
  PARAM_NAME,
  PARAM_REF,
  SOURCE,
  slug,
  text,
} from './schema-values.ts'

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'

const SCALAR_LIST: JsonSchema = { type: 'array', items: { type: ['string', 'number'] } }

const PARAM_VALUE: JsonSchema = {
  title: 'text, a number, true or false, or a list',
  anyOf: [{ type: ['string', 'number', 'boolean'] }, SCALAR_LIST],
}

const bound = (description: string): JsonSchema => ({
  title: 'a number or a duration such as 7d',
  description,
  anyOf: [{ type: 'number' }, DURATION_TEXT],
})

const PARAM: JsonSchema = {
  title: 'a parameter, such as { type: integer, default: 1 }',
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  properties: {
    type: { description: 'What its values are.', type: 'string', enum: PARAM_TYPES },
    items: {
      description: "Of a list's members: string (default) or integer.",
      type: 'string',
      enum: ['string', 'integer'],
    },
    description: text('What it is for.'),
    default: { description: 'Its value when none is given; without a default it must be given.', ...PARAM_VALUE },
    enum: {
      ...SCALAR_LIST,
      description: 'The only values allowed.',
      minItems: 1,
      uniqueItems: true,
    },
    min: bound('The least value of an integer, a number or a duration.'),
    max: bound('The greatest value of an integer, a number or a duration.'),
    pattern: { description: 'A regular expression that the whole text must match.', type: 'string', maxLength: 256 },
  },
}

const params: JsonSchema = {
  description: 'Values that may be set from outside, by name. SQL reads them as :name, conditions as { param: name }.',
  type: 'object',
  propertyNames: PARAM_NAME,
  additionalProperties: { $ref: '#/$defs/param' },
}

const TEST: JsonSchema = {
  title: 'a test, such as { name, platform, given, verdict }',
  type: 'object',
  additionalProperties: false,
  required: ['name', 'platform', 'verdict'],
  properties: {
    name: text('What the test shows; unique within the check.'),
    platform: { description: 'The platform whose clause is tested.', type: 'string', enum: PLATFORMS },
    given: {
      description: 'Tables and their rows. Reading a table that is not named here is an error of the test.',
      type: 'object',
      propertyNames: IDENTIFIER,
      additionalProperties: {
        title: 'a list of rows',
        type: 'array',
        items: {
          title: 'a row, such as { column: value }',
          type: 'object',
          propertyNames: IDENTIFIER,
          additionalProperties: CELL,
        },
      },
    },
    error: {
      description: 'Tables that cannot be read, with the message.',
      type: 'object',
      propertyNames: IDENTIFIER,
      additionalProperties: text('The message.'),
    },
    now: {
      title: 'a time such as 2026-01-31T12:00:00Z or unix seconds',
      description: 'The time that `now` means.',
      anyOf: [{ type: 'string' }, { type: 'integer' }],
    },
    root: { description: 'Whether osquery runs as root or SYSTEM; true when absent.', type: 'boolean' },
    console_user: { description: 'Whether somebody is logged in at the console; true when absent.', type: 'boolean' },
    params: {
      description: "Values for the check's parameters.",
      type: 'object',
      propertyNames: PARAM_NAME,
      additionalProperties: PARAM_VALUE,
    },
    verdict: { description: 'The verdict that is expected.', type: 'string', enum: VERDICTS },
    reason: text('Text that the reason of the result must contain.'),
  },
}

const platforms = (definition: string): JsonSchema => ({
  description: 'The condition on each platform.',
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: Object.fromEntries(
    PLATFORMS.map((name) => [name, { description: `The condition on ${name}.`, $ref: `#/$defs/${definition}` }]),
  ),
})

const CHECK: JsonSchema = {
  title: 'a check',
  type: 'object',
  additionalProperties: false,
  required: ['id', 'title', 'severity', 'platforms'],
  properties: {
    id: slug('The stable name of the check. State and reports go by it.'),
    title: text('What holds when the check passes, in one line.', { maxLength: 200 }),
    severity: { description: 'How much a failure matters.', type: 'string', enum: SEVERITIES },
    severity_reason: text('Why it matters that much and not more, in a sentence.'),
    source: SOURCE,
    tags: names('Words to select checks by.', slug('A tag.')),
    schedule: {
      title: 'a schedule such as 30m, 2h, 1d, a cron expression, or manual',
      description: 'How often: minutes as a bare integer, 30m, 2h, 1d, 1w, a cron expression of 5 fields, or manual.',
      anyOf: [{ type: 'integer' }, { type: 'string' }],
    },
    why: text('Why it matters, in Markdown.'),
    fix: text('How to mend a failure, in Markdown.'),
    params,
    effects: names('What the SQL does beside reading; the configuration must allow it as well.', {
      type: 'string',
      enum: EFFECTS,
    }),
    formerly: names('Earlier ids of this check; their state is carried over.', slug('An earlier id.')),
    alarm: {
      description: 'Whether a failure is an alarm: CRITICAL, and kept from no sink by a filter.',
      type: 'boolean',
    },
    platforms: platforms('platform_clause'),
    tests: { description: 'Tests that run without a host.', type: 'array', items: { $ref: '#/$defs/test' } },
  },
}

const TEMPLATE: JsonSchema = {
  title: 'a template',
  type: 'object',
  additionalProperties: false,
  required: ['template', 'platforms'],
  properties: {
    template: slug('The name of the template; its file has the same name.'),
    description: text('What the template judges.'),
    source: SOURCE,
    params,
    platforms: platforms('clause'),
  },
}

const SHARED = { clause: CLAUSE, comparison: COMPARISON, need: NEED, param: PARAM, param_ref: PARAM_REF }

/** JSON Schema (draft 2020-12) of a file of checks: one, or a list. A YAML file may hold several such documents. */
export const CHECK_FILE_SCHEMA: JsonSchema = {
  $schema: DRAFT,
  $id: 'urn:keelson:schema:check',
  title: 'a check or a list of checks',
  anyOf: [{ $ref: '#/$defs/check' }, { type: 'array', minItems: 1, items: { $ref: '#/$defs/check' } }],
  $defs: { check: CHECK, platform_clause: PLATFORM_CLAUSE, test: TEST, ...SHARED },
}

/** JSON Schema (draft 2020-12) of a template's file. */
export const TEMPLATE_FILE_SCHEMA: JsonSchema = {
  $schema: DRAFT,
  $id: 'urn:keelson:schema:template',
  ...TEMPLATE,
  $defs: SHARED,
}
