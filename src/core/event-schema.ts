import { ACTIONS, LEVELS } from './event.ts'
import { ABOUT, EMITTED, EVIDENCE, VERDICT } from './event-schema-actions.ts'
import { atLeast, CHANGE, count, exactly, refOrNull, type Schema, TIME, UUID } from './event-schema-parts.ts'

/** The JSON Schema (2020-12) of events as they are delivered. */
export const EVENT_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'An event',
  description: "An entry of the ledger as it is delivered. What is Keelson's own stands in `meta`.",
  ...exactly({
    uuid: { ...UUID, description: "The event's own." },
    timestamp: { ...TIME, description: 'When it was observed.' },
    level: { enum: LEVELS },
    action: {
      type: 'string',
      pattern: '^[A-Z][A-Z0-9_]{0,63}$',
      description: `One of ours (${ACTIONS.join(', ')}), or an application's own.`,
    },
    meta: {
      ...atLeast(
        {},
        {
          sequence: count('The place in the ledger, from 1, without holes.', 1),
          recorded_at: { ...TIME, description: 'When it was written to the ledger.' },
          asset_sequence: count("The place among the asset's entries, from 1, without holes.", 1),
        },
      ),
    },
    changes: { type: ['object', 'null'], additionalProperties: CHANGE },
    item: {
      description: 'The check that it is about: a UUID (version 5) of its id, and its title.',
      anyOf: [{ type: 'null' }, exactly({ id: UUID, name: { type: 'string' } })],
    },
    company: refOrNull('named'),
    user: { ...refOrNull('named'), description: 'Who did it; null where nobody did, as for what was observed.' },
    team: refOrNull('named'),
    asset: refOrNull('named'),
  }),
  allOf: [
    ...Object.entries(ABOUT).map(([action, properties]) => ({
      if: { properties: { action: { const: action } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties },
    })),
    {
      if: {
        properties: { meta: { type: 'object', required: ['kind'], properties: { kind: { const: 'emitted' } } } },
      },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: EMITTED },
    },
  ],
  $defs: { verdict: VERDICT, evidence: EVIDENCE, named: exactly({ uuid: UUID, name: { type: 'string' } }) },
}
