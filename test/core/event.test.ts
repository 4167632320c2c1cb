import { describe, expect, it } from 'vitest'
import {
  type AssetRecord,
  createTimestamps,
  type EntryDraft,
  levelOf,
  nameOf,
  passedOf,
  toEvent,
  toTimestamp,
  toWire,
  verdictChanges,
  type Written,
} from '../../src/core/event.ts'
import { VERDICTS } from '../../src/core/verdict.ts'

const ASSET: AssetRecord = {
  uuid: '4e8924a8-31ff-4895-8956-92879b8c617e',
  name: 'web-1',
  givenName: null,
  platform: 'linux',
  os: 'Debian',
  osquery: '5.12.1',
  owner: { name: 'James', email: 'james@example.com' },
  team: 'Web',
  company: 'Example',
  labels: ['prod'],
}
const WRITTEN: Written = {
  uuid: 'ca0c1dd5-8f55-4a0a-b8f9-6b4cb6e4e1d2',
  recordedAt: Date.UTC(2026, 2, 4, 14, 18, 15, 7),
  assetSequence: 3,
  asset: ASSET,
  uuidOf: (name) => `uuid of ${name}`,
  timestampOf: toTimestamp,
}
const DRAFT: EntryDraft = {
  action: 'ASSET_COMPLIANCE',
  level: 'ERROR',
  observedAt: Date.UTC(2026, 2, 4, 14, 18, 14),
  check: { id: 'host-firewall', title: 'Host firewall is on' },
  changes: verdictChanges('pass', 'fail'),
  meta: { kind: 'transition', check: 'host-firewall' },
}

describe('an event', () => {
  it('has the keys of the article in its order, and what is ours in meta', () => {
    expect(JSON.stringify(toEvent(DRAFT, WRITTEN))).toBe(
      JSON.stringify({
        uuid: 'ca0c1dd5-8f55-4a0a-b8f9-6b4cb6e4e1d2',
        timestamp: '2026-03-04T14:18:14.000+00:00',
        level: 'ERROR',
        action: 'ASSET_COMPLIANCE',
        meta: {
          recorded_at: '2026-03-04T14:18:15.007+00:00',
          asset_sequence: 3,
          kind: 'transition',
          check: 'host-firewall',
        },
        changes: { passed: { last: true, latest: false }, verdict: { last: 'pass', latest: 'fail' } },
        item: { id: 'uuid of check:host-firewall', name: 'Host firewall is on' },
        company: { uuid: 'uuid of company:Example', name: 'Example' },
        user: null,
        team: { uuid: 'uuid of team:Web', name: 'Web' },
        asset: { uuid: ASSET.uuid, name: 'web-1' },
      }),
    )
  })

  it('has null for what it is not about', () => {
    const { check: _, ...draft } = DRAFT
    const event = toEvent({ ...draft, user: 'james' }, { ...WRITTEN, asset: null })
    expect(event).toMatchObject({ item: null, company: null, team: null, asset: null })
    expect(event.user).toEqual({ uuid: 'uuid of user:james', name: 'james' })
  })

  it('calls an asset by the name given by hand, else by the one it reports, else by its UUID', () => {
    expect(nameOf({ ...ASSET, givenName: 'Front door' })).toBe('Front door')
    expect(nameOf(ASSET)).toBe('web-1')
    expect(nameOf({ ...ASSET, name: '' })).toBe(ASSET.uuid)
  })

  it('tells its place in the ledger first of its meta', () => {
    const event = toEvent(DRAFT, WRITTEN)
    expect(Object.keys(toWire({ sequence: 12, event }).meta ?? {})).toEqual([
      'sequence',
      'recorded_at',
      'asset_sequence',
      'kind',
      'check',
    ])
    expect(toWire({ sequence: 12, event: null })).toBeNull()
  })
})

describe('a time', () => {
  it('is written in UTC with an offset', () => {
    expect(toTimestamp(0)).toBe('1970-01-01T00:00:00.000+00:00')
    expect(toTimestamp(-1)).toBe('1969-12-31T23:59:59.999+00:00')
    expect(toTimestamp(Date.UTC(12026, 0, 1))).toBe('+012026-01-01T00:00:00.000+00:00')
  })

  it('is written the same when it comes again, after however many others', () => {
    const timestampOf = createTimestamps()
    for (let n = 0; n < 1000; n++) expect(timestampOf(n * 7 * (n % 3))).toBe(toTimestamp(n * 7 * (n % 3)))
  })
})

describe('a verdict', () => {
  it('has a level, and passed as the article says it', () => {
    expect(VERDICTS.map((verdict) => [verdict, levelOf(verdict), passedOf(verdict)]).sort()).toEqual([
      ['error', 'WARNING', null],
      ['fail', 'ERROR', false],
      ['not_applicable', 'INFO', null],
      ['pass', 'INFO', true],
      ['warn', 'WARNING', false],
    ])
    expect(verdictChanges(null, 'warn')).toEqual({
      passed: { last: null, latest: false },
      verdict: { last: null, latest: 'warn' },
    })
  })
})
