import { atLeast, count, exactly, ref, TIME, text } from './event-schema-parts.ts'

const CHECK = text("The check's id.")
/** What the event says that sums up what a sink was not given. */
export const SUMMARY = {
  meta: atLeast({
    cause: { enum: ['budget', 'breaker'], description: 'What was full: of one check, or of all together.' },
    sink: text("The sink's name."),
    limit: {
      description: 'What may be told within so many seconds; null where nothing is said of it any more.',
      anyOf: [{ type: 'null' }, exactly({ transitions: count('Transitions.', 1), seconds: count('Seconds.', 1) })],
    },
    since: { ...TIME, description: 'When it began to be counted.' },
    until: { ...TIME, description: 'When that ended.' },
    transitions: count('How many were left out.', 1),
    assets: count('On how many assets.', 1),
    checks: {
      type: 'array',
      description: 'The checks of which most was left out.',
      items: exactly({ check: CHECK, transitions: count('Transitions.', 1), assets: count('Assets.', 1) }),
    },
    checks_total: count('Of how many checks.', 1),
    standing: {
      type: 'array',
      description: 'Verdicts among them that still held, and are told hereby; not all of them where there are many.',
      items: exactly({ asset: ref('named'), check: CHECK, verdict: ref('verdict') }),
    },
    standing_total: count('How many verdicts still held.'),
  }),
}
