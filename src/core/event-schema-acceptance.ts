import { SEVERITIES } from './check.ts'
import { atLeast, exactly, type Schema, TIME, text, textOrNull } from './event-schema-parts.ts'

const texts = (description: string): Schema => ({ type: 'array', items: { type: 'string' }, description })

const TERMS = {
  assets: {
    type: 'object',
    description: 'Which assets are meant: all, or whoever fits any of this.',
    additionalProperties: false,
    properties: {
      all: { const: true },
      ids: texts('UUIDs.'),
      names: texts('Names, or patterns of names.'),
      labels: texts('Labels.'),
    },
  },
  from: { ...TIME, description: 'When it begins.' },
  until: { ...TIME, description: 'The last moment it holds.' },
  file: textOrNull('The file that it is written in; null: it was given by a command.'),
}

const WAIVER = {
  waiver: text("The waiver's id."),
  checks: texts('Ids of the checks whose failures are accepted, or patterns.'),
  reason: text('Why they are.'),
  approver: text('Who answers for it.'),
  risk: { enum: SEVERITIES, description: "What is risked meanwhile, in the approver's judgement." },
  compensating: textOrNull('A check that must pass meanwhile.'),
  ...TERMS,
}

const ATTESTATION = {
  attestation: text("The attestation's id."),
  framework: text('A framework with its version.'),
  requirements: texts('Ids of its requirements, or patterns.'),
  by: text('Who vouches.'),
  statement: text('What for.'),
  proof: {
    description: 'A file that it rests on.',
    anyOf: [{ type: 'null' }, exactly({ file: { type: 'string' }, sha256: text('Its SHA-256 in hex.') })],
  },
  ...TERMS,
}

const REVOCATION = { revocation: text('Why it was taken back.') }

/** What is said of waivers and attestations. */
export const ABOUT_ACCEPTANCES = {
  WAIVER_GRANTED: { meta: atLeast(WAIVER) },
  WAIVER_REVOKED: { meta: atLeast({ ...WAIVER, ...REVOCATION }) },
  WAIVER_EXPIRING: { meta: atLeast(WAIVER) },
  WAIVER_EXPIRED: { meta: atLeast(WAIVER) },
  ATTESTATION_GIVEN: { meta: atLeast(ATTESTATION) },
  ATTESTATION_REVOKED: { meta: atLeast({ ...ATTESTATION, ...REVOCATION }) },
  ATTESTATION_EXPIRING: { meta: atLeast(ATTESTATION) },
  ATTESTATION_EXPIRED: { meta: atLeast(ATTESTATION) },
}
