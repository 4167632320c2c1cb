import { SEVERITIES } from '../core/check.ts'
import { REFERENCE, REQUIREMENT_ID } from './framework-schema.ts'
import type { JsonSchema } from './json-schema.ts'
import { names, PARAM_NAME, slug, text } from './schema-values.ts'

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'

const SELECTORS: Readonly<Record<string, JsonSchema>> = {
  checks: names('Ids of checks, or patterns with * and ?.', { type: 'string', pattern: '\\S', maxLength: 100 }),
  tags: names('Tags: every check that has one of them.', slug('A tag.')),
  requirements: names('Requirements of the framework: every check that supports one of them, or anything under it.', {
    ...REQUIREMENT_ID,
  }),
}

/** JSON Schema (draft 2020-12) of a profile's file. */
export const PROFILE_FILE_SCHEMA: JsonSchema = {
  $schema: DRAFT,
  $id: 'urn:keelson:schema:profile',
  title: 'a profile',
  type: 'object',
  additionalProperties: false,
  required: ['profile', 'title'],
  properties: {
    profile: slug('The stable name of the profile; its file has the same name.'),
    title: text('What it is for, in one line.', { maxLength: 200 }),
    description: text('More of the same.'),
    extends: names('Profiles that it builds on; later ones win.', slug('A profile.')),
    framework: { description: 'A framework whose requirements it names, such as nist-800-53@5.', ...REFERENCE },
    include: {
      title: 'checks, tags or requirements',
      description: 'What it asks for; absent: what it extends, or else every check that the framework names.',
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      properties: SELECTORS,
    },
    exclude: {
      description: 'What it leaves out of that, and why.',
      type: 'array',
      items: {
        title: 'an exclusion, such as { checks: [usb-storage-disabled], reason: … }',
        type: 'object',
        additionalProperties: false,
        required: ['reason'],
        properties: { ...SELECTORS, reason: text('Why they are left out.') },
      },
    },
    params: {
      description: 'Parameters by check.',
      type: 'object',
      additionalProperties: {
        title: 'parameters, such as { days: 30 }',
        type: 'object',
        propertyNames: PARAM_NAME,
      },
    },
    severity: {
      description: 'Severities by check, where they are other than its own.',
      type: 'object',
      additionalProperties: { type: 'string', enum: SEVERITIES },
    },
  },
}
