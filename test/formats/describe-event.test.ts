import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import { describeEvent, describeFirst } from '../../src/formats/describe-event.ts'
import { sampleSummary } from './sample-summary.ts'

const EVENT: Event = {
  uuid: '5c15f50e-432f-43fa-b169-40ea0b2957d1',
  timestamp: '2020-03-04T14:18:14+00:00',
  level: 'INFO',
  action: 'ASSET_COMPLIANCE',
  meta: null,
  changes: null,
  item: null,
  company: null,
  user: null,
  team: null,
  asset: null,
}
const told = (part: Partial<Event>) => describeEvent({ ...EVENT, ...part })
const verdicts = (last: unknown, latest: unknown) => ({ verdict: { last, latest } })

describe('what happened, in words', () => {
  it.each<[string, Partial<Event>]>([
    [
      'pass → FAIL: it is off',
      { meta: { kind: 'transition', reason: 'it is off' }, changes: verdicts('pass', 'fail') },
    ],
    ['FAIL → pass', { meta: { kind: 'transition', reason: null }, changes: verdicts('fail', 'pass') }],
    ['first: WARN: old', { meta: { kind: 'first', reason: 'old' }, changes: verdicts(null, 'warn') }],
    [
      'could not be judged: no rights',
      { meta: { kind: 'inability_begun', reason: 'no rights' }, changes: verdicts('pass', 'error') },
    ],
    [
      'judged again: not applicable',
      { meta: { kind: 'inability_ended' }, changes: verdicts('error', 'not_applicable') },
    ],
    [
      'pass → FAIL (the check changed)',
      { meta: { kind: 'transition', cause: 'definition_changed' }, changes: verdicts('pass', 'fail') },
    ],
    ['FAIL → pass', { changes: { passed: { last: false, latest: true } } }],
    [
      'first report: 3 checks (1 failed, 1 could not be judged)',
      { action: 'ASSET_BASELINE', meta: { results: [{ verdict: 'fail' }, { verdict: 'error' }, { verdict: 'pass' }] } },
    ],
    ['first report: 1 check', { action: 'ASSET_BASELINE', meta: { results: [{ verdict: 'pass' }] } }],
    ['the check changed; still pass', { action: 'ASSET_CHECK_CHANGED', meta: { verdict: 'pass' } }],
    ['the check a is now called b', { action: 'ASSET_CHECK_RENAMED', changes: { id: { last: 'a', latest: 'b' } } }],
    ['no longer checked; it was FAIL', { action: 'ASSET_CHECK_REMOVED', meta: { verdict: 'fail' } }],
    ['no longer checked; it was not judged', { action: 'ASSET_CHECK_REMOVED', meta: { verdict: null } }],
    ['checked again: FAIL: off', { action: 'ASSET_CHECK_RETURNED', meta: { verdict: 'fail', reason: 'off' } }],
    [
      'given name: none → James, labels: a → a, b (by ann)',
      {
        action: 'ASSET_UPDATED',
        user: { uuid: '', name: 'ann' },
        changes: { given_name: { last: null, latest: 'James' }, labels: { last: ['a'], latest: ['a', 'b'] } },
      },
    ],
    [
      'os: Debian 12 → Debian 13',
      { action: 'ASSET_UPDATED', changes: { os: { last: 'Debian 12', latest: 'Debian 13' } } },
    ],
    [
      'added by hand, team: none → Ops',
      { action: 'ASSET_UPDATED', changes: { uuid: { last: null, latest: 'x' }, team: { last: null, latest: 'Ops' } } },
    ],
    ['all that was known of an asset was erased, 3 entries', { action: 'ASSET_ERASED', meta: { payloads: 3 } }],
    ['the ledger begins', { action: 'LEDGER_OPENED', meta: { ledger: 'x' } }],
    [
      'the ledger begins anew: the one before was damaged, and is kept as a.db',
      { action: 'LEDGER_OPENED', meta: { cause: 'damaged', kept: 'a.db' } },
    ],
    [
      'restored from the backup b.db, whose last entry is 7',
      { action: 'LEDGER_RESTORED', meta: { backup: { file: 'b.db', sequence: 7 } } },
    ],
    [
      'SESSION_AUTH: Failed. (caused by Ann, sent by Web)',
      { action: 'SESSION_AUTH', meta: { kind: 'emitted', message: 'Failed.', originator: 'Ann', actor: 'Web' } },
    ],
    [
      'SESSION_AUTH: Failed.',
      { action: 'SESSION_AUTH', meta: { kind: 'emitted', message: 'Failed.', originator: null, actor: null } },
    ],
    ['SOMETHING', { action: 'SOMETHING', meta: { a: 1 } }],
    ['constructor', { action: 'constructor' }],
  ])('says %j', (words, part) => {
    expect(told(part)).toBe(words)
  })

  it('tells what a sink was not told one by one', () => {
    expect(told(sampleSummary(0))).toBe(
      'a storm of transitions: 1200 on 400 assets were not told one by one: host-firewall (900), disk-encryption (300); 1 verdict of them held',
    )
  })

  it('names times on the local clock', () => {
    const gaps = [{ since: '2026-03-04T12:00:00.000Z' }, { since: '2026-03-04T11:00:00.000Z' }]
    expect(told({ action: 'ASSET_GAP', meta: { gaps } })).toMatch(/^not heard of 2 checks since 2026-03-0\d \d\d:\d\d$/)
    const time = { last: '2026-03-04T12:00:00.000Z', latest: 'yesterday' }
    expect(told({ action: 'ASSET_CLOCK', changes: { time } })).toMatch(
      /^the clock went back from 2026-.* to an unknown time$/,
    )
    expect(told({ action: 'LEDGER_PRUNED', meta: { before: '2026-03-04T12:00:00Z', payloads: 1 } })).toMatch(
      /^pruned: what 1 entry before 2026-03-0\d .* said$/,
    )
  })

  it('does not trip over events that say less, or something else, than ours', () => {
    const actions = [
      'ASSET_BASELINE',
      'ASSET_COMPLIANCE',
      'ASSET_CHECK_RENAMED',
      'ASSET_GAP',
      'ASSET_CLOCK',
      'LEDGER_RESTORED',
      'DELIVERY_SUMMARY',
    ]
    for (const action of actions) {
      expect(told({ action })).toMatch(/\w/)
      expect(told({ action, meta: { kind: '__proto__', verdict: {}, reason: 1 }, changes: {} })).toMatch(/\w/)
    }
  })

  it('tells of one check in a first report, also by an earlier id', () => {
    const results = [
      { check: 'a', verdict: 'pass', reason: null },
      { check: 'old', verdict: 'fail', reason: 'off' },
    ]
    const event = { ...EVENT, action: 'ASSET_BASELINE', meta: { results } }
    expect(describeFirst(event, new Set(['new', 'old']))).toBe('first report: FAIL: off')
  })
})
