import fc from 'fast-check'
import { SEVERITIES } from '../../src/core/check.ts'
import { ACTIONS, type Event, LEVELS } from '../../src/core/event.ts'
import { VERDICTS } from '../../src/core/verdict.ts'
import { hostileText } from './hostile-text.ts'

const uuid = fc.oneof(fc.uuid(), hostileText)
const named = fc.option(fc.record({ uuid, name: hostileText }))
const verdict = fc.option(fc.constantFrom(...VERDICTS))
const passed = fc.constantFrom(true, false, null)

/** Events in which every text is hostile, and what `meta` says may be missing or of another kind. */
export const hostileEvent: fc.Arbitrary<Event> = fc.record({
  uuid: fc.uuid(),
  timestamp: fc
    .date({ min: new Date(0), max: new Date(8e12), noInvalidDate: true })
    .map((date) => `${date.toISOString().slice(0, -1)}+00:00`),
  level: fc.constantFrom(...LEVELS),
  action: fc.oneof(fc.constantFrom(...ACTIONS), fc.stringMatching(/^[A-Z][A-Z0-9_]{0,63}$/)),
  meta: fc.option(
    fc.record(
      {
        sequence: fc.oneof(fc.integer({ min: 1 }), hostileText),
        check: fc.oneof(hostileText, fc.constant(null)),
        kind: fc.oneof(fc.constantFrom('first', 'transition', 'inability_begun', 'inability_ended'), hostileText),
        severity: fc.oneof(fc.constantFrom(...SEVERITIES), hostileText),
        verdict: fc.oneof(verdict, hostileText),
        version: hostileText,
        reason: fc.option(hostileText),
        os: fc.oneof(hostileText, fc.integer()),
        judged: fc.oneof(fc.record({ verdict }), fc.constant(null), hostileText),
        evidence: fc.oneof(
          fc.array(fc.record({ verdict, found: fc.dictionary(hostileText, hostileText) })),
          hostileText,
        ),
        evidence_total: fc.oneof(fc.nat(), hostileText),
        alarm: fc.boolean(),
        data: fc.dictionary(hostileText, fc.jsonValue()),
      },
      { requiredKeys: [] },
    ),
  ),
  changes: fc.option(
    fc.record(
      { passed: fc.record({ last: passed, latest: passed }), verdict: fc.record({ last: verdict, latest: verdict }) },
      { requiredKeys: [] },
    ),
  ),
  item: fc.option(fc.record({ id: fc.uuid(), name: hostileText })),
  company: named,
  user: named,
  team: named,
  asset: named,
})
