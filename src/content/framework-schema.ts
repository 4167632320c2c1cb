import { MEASURES } from '../core/framework.ts'
import type { JsonSchema } from './json-schema.ts'
import { names, SOURCE, slug, text } from './schema-values.ts'

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'

/** `example@1`, as one framework names another. */
export const REFERENCE: JsonSchema = {
  type: 'string',
  maxLength: 100,
  pattern: '^[a-z0-9]+([-_.][a-z0-9]+)*@[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*$',
  patternErrorMessage: 'must be a framework with its version, such as nist-800-53@5',
}

export const REQUIREMENT_ID: JsonSchema = {
  type: 'string',
  maxLength: 60,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._()-]*$',
  patternErrorMessage: 'must be an id of letters, digits and . _ - ( )',
}

const REQUIREMENT: JsonSchema = {
  title: 'a requirement, such as { title: Account Management, checks: [no-empty-passwords] }',
  type: 'object',
  additionalProperties: false,
  properties: {
    title: text('What it asks for: the words of the publisher or ours, as "titles" says.', { maxLength: 400 }),
    parent: { description: 'The requirement or heading that it stands under.', ...REQUIREMENT_ID },
    heading: { description: 'Whether it only holds others together and asks for nothing itself.', type: 'boolean' },
    measure: {
      description:
        'How far its checks tell whether it is met: measured, partly (default with checks), attested (default without), not_measurable.',
      type: 'string',
      enum: MEASURES,
    },
    checks: names('Ids of the checks that support it.', slug('The id of a check.')),
    reason: text('What its checks leave out, or why it cannot be measured.'),
  },
}

/** JSON Schema (draft 2020-12) of a framework's file. */
export const FRAMEWORK_FILE_SCHEMA: JsonSchema = {
  $schema: DRAFT,
  $id: 'urn:keelson:schema:framework',
  title: 'a framework',
  type: 'object',
  additionalProperties: false,
  required: ['framework', 'version', 'title', 'publisher', 'source', 'licence', 'titles', 'requirements'],
  properties: {
    framework: slug('The stable name of the framework, such as nist-800-53.'),
    version: {
      description: 'Its version or revision, in quotes.',
      type: 'string',
      maxLength: 40,
      pattern: '^[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*$',
      patternErrorMessage: 'must be letters and digits, joined by single "-", "_" or "."',
      'x-hint': 'versions need quotes, because YAML reads 4.10 as the number 4.1',
    },
    title: text('Its full name.', { maxLength: 200 }),
    publisher: text('Who publishes it.'),
    source: { ...SOURCE, description: 'What the list was taken from: name, address, release.' },
    licence: text('Under which terms its titles may be shown.'),
    titles: {
      description: "Whether the titles are the publisher's words (official) or our own.",
      type: 'string',
      enum: ['official', 'own'],
    },
    partial: text('Why the list is not whole. A partial framework is never scored.'),
    formerly: names('Earlier references of it, such as example@1.', REFERENCE),
    requirements: {
      description: 'Its requirements by id.',
      type: 'object',
      minProperties: 1,
      propertyNames: REQUIREMENT_ID,
      additionalProperties: REQUIREMENT,
    },
  },
}

/** JSON Schema (draft 2020-12) of a file that adds checks to a framework. */
export const SUPPORT_FILE_SCHEMA: JsonSchema = {
  $schema: DRAFT,
  $id: 'urn:keelson:schema:supports',
  title: 'a file of supports',
  type: 'object',
  additionalProperties: false,
  required: ['supports', 'requirements'],
  properties: {
    supports: {
      description: 'The framework whose requirements your checks support, such as nist-800-53@5.',
      ...REFERENCE,
    },
    requirements: {
      description: 'Ids of checks by requirement.',
      type: 'object',
      minProperties: 1,
      propertyNames: REQUIREMENT_ID,
      additionalProperties: {
        title: 'a list of checks',
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: slug('The id of a check.'),
      },
    },
  },
}
