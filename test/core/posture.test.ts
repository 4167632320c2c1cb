import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import { readStatement } from '../../src/core/posture.ts'

const AT = '2026-03-04T14:00:00.000+00:00'
const SINCE = '2026-03-01T00:00:00.000+00:00'
const FOUND = [{ verdict: 'fail', found: { state: 0 } }]

function eventOf(action: string, meta: Event['meta']): Event {
  const nobody = { item: null, company: null, user: null, team: null, asset: null }
  return { uuid: 'u', timestamp: AT, level: 'INFO', action, meta, changes: null, ...nobody }
}

const FACTS = { check: 'one', version: 'v1', definition: 'd1' }
const FAILED = { ...FACTS, verdict: 'fail', reason: 'it is off', evidence: FOUND, evidence_total: 7 }

describe('what an event says of a check', () => {
  it('is what it was, with evidence and reason', () => {
    const judged = { verdict: 'fail', since: SINCE }
    expect(readStatement(eventOf('ASSET_COMPLIANCE', { ...FAILED, since: SINCE, judged }), 'one')).toEqual({
      verdict: 'fail',
      judged: { verdict: 'fail', since: Date.parse(SINCE) },
      unknown: null,
      version: 'v1',
      definition: 'd1',
      reason: 'it is off',
      evidence: FOUND,
      evidenceTotal: 7,
    })
  })

  it('may be that it could not be judged, beside the verdict before', () => {
    const unable = { ...FAILED, verdict: 'error', reason: 'unreadable', since: AT }
    const judged = { verdict: 'pass', since: SINCE }
    expect(readStatement(eventOf('ASSET_COMPLIANCE', { ...unable, judged }), 'one')).toMatchObject({
      verdict: 'error',
      judged: { verdict: 'pass', since: Date.parse(SINCE) },
      unknown: { reason: 'unreadable', since: Date.parse(AT) },
    })
    expect(readStatement(eventOf('ASSET_COMPLIANCE', { ...unable, judged: null }), 'one')?.judged).toBeNull()
  })

  it('is one of many in a first report, and holds since then', () => {
    const results = [
      FAILED,
      { ...FACTS, check: 'two', verdict: 'error', reason: 'gone', evidence: [], evidence_total: 0 },
    ]
    const event = eventOf('ASSET_BASELINE', { results })
    expect(readStatement(event, 'one')?.judged).toEqual({ verdict: 'fail', since: Date.parse(AT) })
    expect(readStatement(event, 'two')).toMatchObject({
      judged: null,
      unknown: { reason: 'gone', since: Date.parse(AT) },
    })
    expect(readStatement(event, 'three')).toBeUndefined()
    expect(readStatement(event, 'constructor')).toBeUndefined()
  })

  it('is nothing where the event is about something else, or gone', () => {
    expect(readStatement(eventOf('ASSET_UPDATED', {}), 'one')).toBeUndefined()
    expect(readStatement(eventOf('NOTED', null), 'one')).toBeUndefined()
    expect(readStatement(null, 'one')).toBeUndefined()
  })
})
