import { SEVERITIES } from '../core/check.ts'
import { REFERENCE } from './framework-schema.ts'
import type { JsonSchema } from './json-schema.ts'
import { names, slug, text } from './schema-values.ts'

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'

const PATTERN: JsonSchema = { type: 'string', pattern: '\\S', maxLength: 200 }

const ASSETS: JsonSchema = {
  title: 'assets, such as { labels: [lab] } or { all: true }',
  description: 'Which assets are meant: { all: true }, or whoever fits any of ids, names, labels.',
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    all: { description: 'Every asset.', enum: [true] },
    ids: {
      ...names('UUIDs.', {
        type: 'string',
        pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$',
        patternErrorMessage: 'must be a UUID, as checks assets shows it with --format json',
      }),
      minItems: 1,
    },
    names: { ...names('Names, or patterns of names with * and ?.', PATTERN), minItems: 1 },
    labels: { ...names('Labels, as checks assets set gives them.', PATTERN), minItems: 1 },
  },
}

const time = (description: string): JsonSchema => ({
  description: `${description} With its zone, such as 2027-01-31T23:59:59+01:00.`,
  type: 'string',
  maxLength: 60,
})

const TERMS = {
  assets: ASSETS,
  from: time('When it begins.'),
  until: time('The last moment it holds.'),
}

const WAIVER: JsonSchema = {
  title: 'a waiver',
  type: 'object',
  additionalProperties: false,
  required: ['id', 'checks', 'assets', 'reason', 'approver', 'risk', 'from', 'until'],
  properties: {
    id: slug('Its stable name.'),
    checks: {
      ...names('Ids of the checks whose failures are accepted, or patterns with * and ?.', PATTERN),
      minItems: 1,
    },
    ...TERMS,
    reason: text('Why the failures are accepted.', { maxLength: 2000 }),
    approver: text('Who answers for it.', { maxLength: 200 }),
    risk: {
      description: "What is risked meanwhile, in the approver's judgement: low, medium, high, critical.",
      type: 'string',
      enum: SEVERITIES,
    },
    compensating: slug('A check that must pass on the same asset; while it does not, the waiver does not hold.'),
  },
}

const ATTESTATION: JsonSchema = {
  title: 'an attestation',
  type: 'object',
  additionalProperties: false,
  required: ['id', 'framework', 'requirements', 'by', 'statement', 'from', 'until'],
  properties: {
    id: slug('Its stable name.'),
    framework: { description: 'The framework with its version, such as nist-800-53@5.', ...REFERENCE },
    requirements: { ...names('Ids of its requirements, or patterns with * and ?.', PATTERN), minItems: 1 },
    ...TERMS,
    by: text('Who vouches for it.', { maxLength: 200 }),
    statement: text('What is vouched for.', { maxLength: 2000 }),
    evidence: {
      title: 'evidence, such as { file: training.pdf, sha256: … }',
      description: 'A file that it rests on. Where its hash is another one, the attestation is an error.',
      type: 'object',
      additionalProperties: false,
      required: ['file', 'sha256'],
      properties: {
        file: text("The file; a relative path begins at this file's folder.", { maxLength: 1000 }),
        sha256: {
          description: 'Its SHA-256, in hex.',
          type: 'string',
          pattern: '^[0-9A-Fa-f]{64}$',
          patternErrorMessage: 'must be a SHA-256 of 64 hex digits, as sha256sum prints it',
        },
      },
    },
  },
}

/** JSON Schema (draft 2020-12) of a file of waivers and attestations. */
export const WAIVER_FILE_SCHEMA: JsonSchema = {
  $schema: DRAFT,
  $id: 'urn:keelson:schema:waiver',
  title: 'a file of waivers and attestations',
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    waivers: { description: 'Failures that are accepted.', type: 'array', items: WAIVER },
    attestations: { description: 'Requirements that a person vouches for.', type: 'array', items: ATTESTATION },
  },
}
