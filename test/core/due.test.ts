import { describe, expect, it } from 'vitest'
import { type DueQuestion, whyDue } from '../../src/core/due.ts'
import type { CheckState } from '../../src/core/state.ts'

const STATE: CheckState = {
  check: 'one',
  verdict: 'pass',
  since: 0,
  version: 'v1',
  definition: 'd1',
  period: 3600,
  inability: null,
  seenAt: 1000,
  evidenceAt: 0,
  evidenceTag: 0,
  removedAt: null,
}
const QUESTION: DueQuestion = { state: STATE, version: 'v1', nextAt: 5000, upgraded: false, now: 4999 }

describe('a check', () => {
  it.each<[string, Partial<DueQuestion>, string | undefined]>([
    ['is not due before its time', {}, undefined],
    ['is due at its time', { now: 5000 }, 'time'],
    ['is due when it has no result yet', { state: undefined }, 'new'],
    ['is due when it was out of use', { state: { ...STATE, removedAt: 900 } }, 'new'],
    ['is due at once when it asks something else', { version: 'v2' }, 'changed'],
    ['is due after an upgrade', { upgraded: true }, 'upgraded'],
    ['is due when its last result lies in the future, since the clock was set back', { now: 999 }, 'time'],
    ['is never due when it is run by hand', { nextAt: null, state: undefined, upgraded: true }, undefined],
  ])('%s', (_, more, reason) => {
    expect(whyDue({ ...QUESTION, ...more })).toBe(reason)
  })
})
