import { SEVERITIES } from './check.ts'
import { DELIVERY_ACTS } from './delivery-act.ts'
import { EMITTED_SEVERITIES } from './emit-event.ts'
import type { Action } from './event.ts'
import { ABOUT_ACCEPTANCES } from './event-schema-acceptance.ts'
import { atLeast, changeOf, count, exactly, ref, type Schema, TIME, text, textOrNull } from './event-schema-parts.ts'
import { SUMMARY } from './event-schema-summary.ts'
import { VERDICTS } from './verdict.ts'

export const VERDICT: Schema = { enum: VERDICTS, description: 'error: it could not be judged.' }
const JUDGED: Schema = { enum: VERDICTS.filter((verdict) => verdict !== 'error') }

export const EVIDENCE: Schema = {
  type: 'array',
  description: 'The rows that decided, worst first; not all of them where there are many.',
  items: {
    type: 'object',
    required: ['verdict', 'found'],
    properties: {
      verdict: ref('verdict'),
      clause: text('The clause that found it, for checks of several.'),
      resource: text('What was judged, such as a path.'),
      reason: text('A sentence for people.'),
      found: {
        type: 'object',
        description: "The row's columns.",
        additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
      },
    },
  },
}

const ASKED = {
  check: text("The check's id."),
  version: text('Of what was asked and how it is judged; empty where it could not be asked.'),
  definition: text("The digest of the check's document."),
}
const FACTS = { ...ASKED, severity: { enum: SEVERITIES }, verdict: ref('verdict') }
const ALARM: Schema = { const: true, description: 'It is an alarm: its level is CRITICAL.' }
const SAYING = {
  reason: textOrNull('Why it is not a pass, in a sentence.'),
  evidence: ref('evidence'),
  evidence_total: count('How many rows decided.'),
}
const RESULT = { title: text("The check's title."), ...FACTS, ...SAYING }
const STANDING = {
  since: { ...TIME, description: 'Since when what is said holds.' },
  judged: {
    description: 'The last verdict that was not an error; null when there was none.',
    anyOf: [{ type: 'null' }, exactly({ verdict: JUDGED, since: TIME })],
  },
}
const SEEN_BY = {
  source: exactly({
    kind: text('What answered: socket, osqueryi, embedded, …'),
    version: text("osquery's version."),
    preview: { type: 'boolean', description: 'Whether it was the embedded engine.' },
  }),
  os: text("The asset's system."),
}

const COMPLIANCE = {
  meta: atLeast(
    {
      kind: {
        enum: ['first', 'transition', 'inability_begun', 'inability_ended'],
        description: "A check's first verdict, another one, or that it could no longer or could again be judged.",
      },
      ...FACTS,
      cause: { enum: ['observed', 'definition_changed'], description: 'Whether the check itself is another one too.' },
      ...SAYING,
      ...STANDING,
      ...SEEN_BY,
    },
    {
      alarm: ALARM,
      last_since: { ...TIME, description: 'Since when the verdict before held.' },
      inability: {
        description: 'The inability to judge that ended.',
        anyOf: [{ type: 'null' }, exactly({ since: TIME, reason: text('Why it could not be judged.') })],
      },
    },
  ),
  changes: {
    type: 'object',
    required: ['passed'],
    properties: {
      passed: {
        ...changeOf({ type: ['boolean', 'null'] }),
        description: 'true for pass, false for warn and fail, null where it neither passes nor fails.',
      },
      verdict: {
        ...changeOf({ enum: [...VERDICTS, null] }),
        description: 'The same in words; null before the first.',
      },
    },
  },
}

const RESTATED = { meta: atLeast({ ...FACTS, ...SAYING, ...STANDING, ...SEEN_BY }) }

const REDEFINED = { version: changeOf({ type: 'string' }), definition: changeOf({ type: 'string' }) }

const REPLACED = {
  cause: text('Why: damaged.'),
  kept: textOrNull('The file that what was there before is kept as.'),
}

/** What each of our own actions says, beside what every event says. */
export const ABOUT: Readonly<Record<Action, Readonly<Record<string, Schema>>>> = {
  ASSET_BASELINE: {
    meta: atLeast(
      { results: { type: 'array', items: { ...exactly(RESULT), properties: { ...RESULT, alarm: ALARM } } } },
      { alarm: ALARM },
    ),
  },
  ASSET_COMPLIANCE: COMPLIANCE,
  ASSET_CHECK_CHANGED: {
    ...RESTATED,
    changes: { type: 'object', required: Object.keys(REDEFINED), properties: REDEFINED },
  },
  ASSET_CHECK_RENAMED: {
    ...RESTATED,
    changes: { type: 'object', required: ['id'], properties: { id: changeOf({ type: 'string' }), ...REDEFINED } },
  },
  ASSET_CHECK_REMOVED: {
    meta: atLeast({ ...ASKED, verdict: { enum: [...VERDICTS, null] }, since: TIME }),
  },
  ASSET_CHECK_RETURNED: RESTATED,
  ASSET_CHECK_QUARANTINED: {
    meta: atLeast({
      ...FACTS,
      ...SAYING,
      ...STANDING,
      ...SEEN_BY,
      until: { ...TIME, description: 'When it is asked again.' },
      failures: count('How often in a row it took too long, or ended whoever evaluated it.', 1),
    }),
  },
  ASSET_GAP: {
    meta: atLeast({
      until: { ...TIME, description: 'When something was heard again.' },
      gaps: { type: 'array', items: exactly({ check: text("The check's id."), since: TIME }) },
    }),
  },
  ASSET_CLOCK: {
    meta: atLeast({ reason: text('In a sentence.') }),
    changes: { type: 'object', required: ['time'], properties: { time: changeOf(TIME) } },
  },
  ASSET_UPDATED: {
    changes: {
      type: 'object',
      description: 'What of the asset is another now: name, given_name, os, osquery, owner_name, team, labels, …',
    },
  },
  ASSET_ERASED: { meta: atLeast({ payloads: count('How many entries lost what they said.') }) },
  ...ABOUT_ACCEPTANCES,
  LEDGER_OPENED: { meta: atLeast({ ledger: text('The UUID that names the ledger among all.') }, REPLACED) },
  LEDGER_RESTORED: {
    meta: atLeast(
      {
        backup: {
          description: 'The file, and the last entry in it.',
          ...exactly({ file: { type: 'string' }, sequence: count('Its place.'), hash: { type: 'string' } }),
        },
      },
      REPLACED,
    ),
  },
  LEDGER_PRUNED: {
    meta: atLeast({
      before: { ...TIME, description: 'What was observed before this.' },
      payloads: count('How many entries lost what they said.'),
      gaps: count('How many silences were forgotten.'),
    }),
  },
  LEDGER_DELIVERY_CHANGED: {
    meta: atLeast(
      { act: { enum: DELIVERY_ACTS, description: 'What was done.' } },
      {
        sink: text("The sink's name."),
        sequences: {
          type: 'array',
          items: count('A place in the ledger.', 1),
          description: 'The entries that are meant, or the first of them.',
        },
        filter: { type: 'object', description: 'Which events are meant: action, level, check, tag, asset.' },
      },
    ),
  },
  DELIVERY_SUMMARY: SUMMARY,
}

/** What applications' own events say, where they come through `checks emit`. */
export const EMITTED = {
  meta: atLeast({
    kind: { const: 'emitted' },
    severity: { enum: EMITTED_SEVERITIES, description: 'As the application gave it; `level` follows from it.' },
    originator: textOrNull('Whoever caused it; also the `user`.'),
    actor: textOrNull('Whoever sent it.'),
    message: text('In a sentence.'),
    alarm: { type: 'boolean', description: 'Whether it was raised as an alarm; its level is then CRITICAL.' },
    data: { type: 'object', description: "The application's own." },
  }),
}
