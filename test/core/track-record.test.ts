import { describe, expect, it } from 'vitest'
import type { LedgerEntry } from '../../src/core/store.ts'
import { trackRecords } from '../../src/core/track-record.ts'
import type { Verdict } from '../../src/core/verdict.ts'

const HOUR = 3_600_000
const START = Date.parse('2026-03-01T00:00:00Z')
const iso = (hours: number) => new Date(START + hours * HOUR).toISOString()

/** An entry after so many hours: from one verdict, and since when, to the last judged one. */
function entry(
  hours: number,
  from: [Verdict, number] | null,
  to: Verdict,
  more: { kind?: string; since?: number } = {},
) {
  const { kind = 'transition', since = hours } = more
  const event = {
    action: 'ASSET_COMPLIANCE',
    changes: { verdict: { last: from?.[0] ?? null, latest: to } },
    meta: {
      check: 'a-check',
      kind,
      judged: { verdict: to, since: iso(since) },
      ...(from && { last_since: iso(from[1]) }),
    },
  }
  return { sequence: hours + 1, event } as unknown as LedgerEntry
}

const trackOf = (...entries: LedgerEntry[]) => trackRecords(entries).get('a-check')

describe('trackRecords', () => {
  it('tells how long a failure lasted that ended, also one that began before', () => {
    expect(trackOf(entry(10, ['fail', -14], 'pass'))).toMatchObject({ turns: 1, failures: 0, fixes: [24 * HOUR] })
    expect(trackOf(entry(1, ['pass', 0], 'fail'), entry(4, ['fail', 1], 'pass'))).toMatchObject({
      turns: 2,
      failures: 1,
      fixes: [3 * HOUR],
      recurring: false,
    })
  })

  it('counts no failure as mended that does not apply any more', () => {
    expect(trackOf(entry(4, ['fail', 1], 'not_applicable'))).toMatchObject({ turns: 1, fixes: [] })
  })

  it('takes a first verdict for no turn', () => {
    expect(trackOf(entry(0, null, 'fail', { kind: 'first' }))).toBeUndefined()
    const mended = trackOf(entry(0, null, 'fail', { kind: 'first' }), entry(2, ['fail', 0], 'pass'))
    expect(mended).toMatchObject({ turns: 1, failures: 0, fixes: [2 * HOUR] })
  })

  it('looks through a time in which it could not be judged', () => {
    const entries = [
      entry(0, ['pass', -5], 'fail'),
      entry(1, ['fail', 0], 'fail', { kind: 'inability_begun', since: 0 }),
      entry(5, ['error', 1], 'pass', { kind: 'inability_ended', since: 5 }),
    ]
    expect(trackOf(...entries)).toMatchObject({ turns: 2, failures: 1, fixes: [5 * HOUR] })
  })

  it('calls a check recurring that began to fail twice, and flapping that turned four times in a week', () => {
    const days = (first: number, last: number) => [
      entry(0, ['pass', -9], 'fail'),
      entry(24 * first, ['fail', 0], 'pass'),
      entry(24 * first + 1, ['pass', 24 * first], 'fail'),
      entry(24 * last, ['fail', 24 * first + 1], 'pass'),
    ]
    expect(trackOf(...days(1, 7))).toMatchObject({ recurring: true, flapping: true, failures: 2 })
    expect(trackOf(...days(1, 8))).toMatchObject({ recurring: true, flapping: false })
    expect(trackOf(...days(1, 7).slice(0, 2))).toMatchObject({ recurring: false, flapping: false })
  })

  it('takes nothing from what was pruned, or is about something else', () => {
    const other = { sequence: 1, event: { action: 'ASSET_GAP', meta: { check: 'a-check' } } } as unknown as LedgerEntry
    expect(trackOf({ sequence: 1, event: null } as LedgerEntry, other)).toBeUndefined()
  })
})
