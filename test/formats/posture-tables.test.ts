import { describe, expect, it } from 'vitest'
import { UNKNOWN_WORDS } from '../../src/core/definition-words.ts'
import { comparePostures } from '../../src/core/posture-report.ts'
import { formatAssets } from '../../src/formats/assets-table.ts'
import { formatEvents } from '../../src/formats/events-table.ts'
import { formatHistory, formatHistoryHeading } from '../../src/formats/history-table.ts'
import { toPostureJson } from '../../src/formats/posture-json.ts'
import { formatPosture } from '../../src/formats/posture-table.ts'
import { describeNothing, formatStatus } from '../../src/formats/status-table.ts'
import { measureText } from '../../src/formats/text-width.ts'
import { HOSTILE } from './hostile-text.ts'
import { ASSET, NOW, samplePosture, sampleReport } from './sample-posture.ts'

const HOUR = 3_600_000
const UNSEEN = {
  check: 'disk-encryption',
  verdict: 'error',
  judged: { verdict: 'pass', since: NOW - 24 * HOUR },
  unknown: { reason: 'the table was not readable', since: NOW - 3 * HOUR },
} as const
const PASSING = {
  check: 'updates',
  verdict: 'pass',
  judged: { verdict: 'pass', since: NOW - HOUR },
  reason: null,
} as const

describe('the status table', () => {
  it('tells verdict, since when, for how long and when it was confirmed, and below it why', () => {
    const report = sampleReport([samplePosture(), samplePosture(UNSEEN), samplePosture(PASSING)])
    expect(formatStatus(report)).toBe(
      `${[
        'VERDICT  SEVERITY  CHECK            SINCE             FOR      CONFIRMED',
        '✗ FAIL   HIGH      host-firewall    2026-03-03 14:18  1 day    2 hours ago',
        '         the firewall is off',
        '? ERROR  HIGH      disk-encryption  2026-03-04 11:18  3 hours  2 hours ago',
        '         the table was not readable',
        '         before: pass, since 2026-03-03 14:18',
        '✓ pass   high      updates          2026-03-04 13:18  1 hour   2 hours ago',
        '',
        '3 checks on web-1: 1 failed, 1 could not be judged, 1 passed',
        'As of the last report, 2026-03-04 12:18 (2 hours ago)',
      ].join('\n')}\n`,
    )
  })

  it('puts the worst first: by verdict, then by severity, then by id', () => {
    const words = (severity: 'low' | 'critical') => ({ ...UNKNOWN_WORDS, severity })
    const checks = [
      samplePosture(PASSING),
      samplePosture({ check: 'b', words: words('low') }),
      samplePosture({ check: 'c', words: words('critical') }),
      samplePosture({ check: 'a', words: words('low') }),
      samplePosture({ check: 'z', words: UNKNOWN_WORDS }),
      samplePosture(UNSEEN),
    ]
    expect(checks.sort(comparePostures).map(({ check }) => check)).toEqual([
      'z',
      'c',
      'a',
      'b',
      'disk-encryption',
      'updates',
    ])
  })

  it('says where nothing is known, and since when something is', () => {
    const nothing = sampleReport([])
    expect(describeNothing(nothing)).toBe('nothing was reported of web-1 yet')
    const early = { at: NOW - 96 * HOUR, current: false, knownSince: NOW }
    expect(describeNothing({ ...nothing, ...early })).toBe('nothing was known of web-1 before 2026-03-04 14:18')
    expect(describeNothing({ ...nothing, knownSince: NOW - HOUR })).toBe('no check was in use on web-1 any more')
  })
})

describe('the posture table', () => {
  it('tells what was known then, and what was found', () => {
    const report = sampleReport([samplePosture(), samplePosture(PASSING)], { current: false })
    expect(formatPosture(report)).toBe(
      `${[
        'web-1 as it was known at 2026-03-04 14:18:14',
        '',
        '✗ FAIL   HIGH      Host firewall is on  host-firewall',
        '         Since:    2026-03-03 14:18 (for 1 day)',
        '         Reason:   the firewall is off',
        '         Found:    /etc/ufw  global_state=0',
        '',
        '✓ pass   high      Host firewall is on  updates',
        '         Since:    2026-03-04 13:18 (for 1 hour)',
        '',
        '2 checks on web-1: 1 failed, 1 passed',
      ].join('\n')}\n`,
    )
  })

  it('tells in full in which words it was asked', () => {
    const text = formatPosture(sampleReport([samplePosture()]), { verbose: true })
    expect(text).toContain('         Why:      Every listening service is reachable.\n')
    expect(text).toContain('         Fix:      Turn the firewall on.\n')
    expect(text).toContain('         Params:   min_state = 1\n')
    expect(text).toContain('         Entry:    7 of the ledger\n')
    expect(text).toContain('         YAML:     id: host-firewall\n                   title: Host firewall is on\n')
  })

  it('says what is not known of a check', () => {
    const pruned = { pruned: true, evidence: [], evidenceTotal: 0, reason: null, words: UNKNOWN_WORDS }
    const text = formatPosture(sampleReport([samplePosture(pruned)]))
    expect(text).toContain('✗ FAIL   unknown   host-firewall\n')
    expect(text).toContain('Reason:   the entry that told why was pruned or erased')
    expect(text).toContain('Pruned:   the entry that told of it is gone, and its evidence with it')
    expect(text).toContain('Words:    the definition of host-firewall is not known')
  })

  it('is JSON for programs, with everything in it', () => {
    const json = toPostureJson(sampleReport([samplePosture(UNSEEN)]))
    expect(json.checks[0]).toMatchObject({
      check: 'disk-encryption',
      title: 'Host firewall is on',
      verdict: 'error',
      since: new Date(NOW - 3 * HOUR).toISOString(),
      judged: { verdict: 'pass', since: new Date(NOW - 24 * HOUR).toISOString() },
      unknown: { reason: 'the table was not readable', since: new Date(NOW - 3 * HOUR).toISOString() },
      confirmedAt: new Date(NOW - 2 * HOUR).toISOString(),
      params: { min_state: 1 },
      document: 'id: host-firewall\ntitle: Host firewall is on\n',
      sequence: 7,
      pruned: false,
    })
    expect(json.summary.error).toBe(1)
  })
})

describe('the list of assets', () => {
  it('tells what each is and whose, and what it reports where it was given a name', () => {
    const asset = {
      ...ASSET,
      givenName: 'James (laptop)',
      owner: { name: 'Ann Lee', email: 'ann@example.org' },
      labels: ['a', 'b'],
    }
    expect(formatAssets([asset])).toBe(
      `${[
        'James (laptop)  4e8924a8-31ff-4895-8956-92879b8c617e',
        '  Reports:  as web-1',
        '  System:   Debian GNU/Linux 12 (bookworm), osquery 5.12.1',
        '  Owner:    Ann Lee <ann@example.org>',
        '  Labels:   a, b',
        '  Seen:     last 2026-03-04 12:18, known since 2026-03-02 14:18',
      ].join('\n')}\n`,
    )
  })
})

describe('hostile text', () => {
  const bad = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e\u200b]/

  it.each(HOSTILE.map((text) => [text]))('is shown, and does nothing: %j', (text) => {
    const asset = {
      ...ASSET,
      name: text,
      givenName: text,
      os: text,
      owner: { name: text, email: text },
      team: text,
      labels: [text],
    }
    const words = { ...UNKNOWN_WORDS, title: text, why: text, fix: text, params: { [text]: text }, document: text }
    const evidence = [{ verdict: 'fail', resource: text, clause: text, reason: text, found: { [text]: text } }] as const
    const posture = samplePosture({ check: text, reason: text, evidence, words, unknown: { reason: text, since: NOW } })
    const report = sampleReport([posture, samplePosture({ check: text, reason: text, evidence, words })], { asset })
    const event = {
      uuid: '',
      timestamp: '',
      level: 'ERROR',
      action: text,
      meta: { check: text, kind: 'emitted', message: text, originator: text },
      changes: null,
      item: null,
      company: null,
      user: { uuid: '', name: text },
      team: null,
      asset: { uuid: '', name: text },
    } as const
    const entry = { sequence: 1, hash: '', observedAt: NOW, recordedAt: NOW, event }
    const step = { ...entry, at: NOW, verdict: 'fail', turns: true, silent: false, until: null, reason: text } as const
    const history = {
      check: { id: text, formerly: [text] },
      asset,
      now: NOW,
      current: posture,
      words,
      steps: [step],
      lost: 0,
    }
    const shown = [
      formatStatus(report),
      formatPosture(report, { verbose: true }),
      formatAssets([asset]),
      formatEvents([entry], { namesAsset: true }),
      formatHistoryHeading(history) + formatHistory(history),
      describeNothing(report),
    ]
    for (const output of shown.slice(0, 5)) expect(output).not.toMatch(bad)
    // One line for each entry, whatever it holds.
    expect(formatEvents([entry], { namesAsset: true }).trimEnd().split('\n')).toHaveLength(2)
  })
})

describe('the events table', () => {
  const event = {
    uuid: '',
    timestamp: '',
    level: 'ERROR',
    action: 'ASSET_COMPLIANCE',
    meta: { check: 'host-firewall', kind: 'transition', reason: 'x'.repeat(200) },
    changes: { verdict: { last: 'pass', latest: 'fail' } },
    item: null,
    company: null,
    user: null,
    team: null,
    asset: { uuid: '', name: 'web-1' },
  } as const
  const entry = { sequence: 1, hash: '', observedAt: NOW, recordedAt: NOW, event }

  it('fits a terminal, and is whole elsewhere', () => {
    const widest = (text: string) => Math.max(...text.split('\n').map(measureText))
    expect(widest(formatEvents([entry], { width: 100 }))).toBe(100)
    expect(formatEvents([entry])).toContain('x'.repeat(200))
  })

  it('lines up with the table before it, and leaves out what was pruned', () => {
    const first = formatEvents([entry], { namesAsset: true }).split('\n')
    const next = formatEvents([{ ...entry, event: null }, entry], { namesAsset: true, header: false }).split('\n')
    expect(next).toEqual(first.slice(1))
    expect(first[0]).toBe('TIME                 LEVEL     ASSET         CHECK                     WHAT HAPPENED')
    expect(first[1]).toMatch(/^2026-03-04 14:18:14 {2}ERROR {5}web-1 {9}host-firewall {13}pass → FAIL: x/)
  })

  it('colours what matters', () => {
    expect(formatEvents([entry], { color: true })).toContain('\u001b[1;31mERROR\u001b[0m')
  })
})
