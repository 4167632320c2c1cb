import { describe, expect, it } from 'vitest'
import { describeBatch } from '../../src/core/describe-batch.ts'
import { diffReport, EVIDENCE_AGE, UNKNOWN_ASSET } from '../../src/core/diff.ts'
import type { AssetState, Changes, CheckState, Judged, ReportedCheck } from '../../src/core/state.ts'
import { VERDICTS, type Verdict } from '../../src/core/verdict.ts'
import { DAY, defineCheck, HOUR, reportCheck, type SampleOptions, sampleReport, WEB_1 } from '../state/fill-store.ts'

const NOW = Date.UTC(2026, 2, 4, 12)
const BEGUN = NOW - 10 * DAY
const UNABLE = NOW - 2 * HOUR
const SEEN = NOW - HOUR
const JUDGED: readonly Judged[] = ['pass', 'warn', 'fail', 'not_applicable']
const PASSED: Readonly<Record<Verdict, boolean | null>> = {
  pass: true,
  warn: false,
  fail: false,
  error: null,
  not_applicable: null,
}
const LEVEL: Readonly<Record<Verdict, string>> = {
  pass: 'INFO',
  not_applicable: 'INFO',
  warn: 'WARNING',
  error: 'WARNING',
  fail: 'ERROR',
}

// A number that is made of all of the text.
const tagOf = (text: string) => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7)

function known(verdict: Judged | null, more: Partial<CheckState> = {}): CheckState {
  const check = more.check ?? 'one'
  const { reason, evidence, evidenceTotal } = reportCheck(check, verdict ?? 'error')
  return {
    check,
    verdict,
    since: BEGUN,
    version: 'v1',
    definition: defineCheck({ check }).digest,
    period: 3600,
    inability: null,
    seenAt: SEEN,
    evidenceAt: SEEN,
    evidenceTag: tagOf(JSON.stringify([reason, evidence, evidenceTotal])),
    removedAt: null,
    ...more,
  }
}

function stateOf(...checks: readonly CheckState[]): AssetState {
  return { asset: { ...UNKNOWN_ASSET, ...WEB_1 }, checks: new Map(checks.map((check) => [check.check, check])) }
}

function diff(
  state: AssetState,
  checks: readonly ReportedCheck[],
  { at = NOW, ...options }: SampleOptions & { at?: number } = {},
): Changes {
  const report = sampleReport(at, checks, options)
  return diffReport(state, report, { batch: describeBatch(report, { digest: (text) => text }), tagOf })
}

function tell({ entries }: Changes): [string, unknown, unknown][] {
  return entries.map(({ action, meta, changes }) => [action, meta.kind ?? null, changes?.verdict ?? null])
}

describe('a verdict after another', () => {
  const befores = [null, ...JUDGED].flatMap((verdict) => [
    { verdict, unable: true },
    ...(verdict === null ? [] : [{ verdict, unable: false }]),
  ])
  const cases = befores.flatMap((before) => VERDICTS.map((verdict) => ({ before, verdict })))

  it.each(cases)('$before.verdict (unable: $before.unable), then $verdict', ({ before, verdict }) => {
    const inability = before.unable ? { reason: 'one is not as it should be', since: UNABLE } : null
    const state = known(before.verdict, { inability, ...(before.verdict === null ? { since: UNABLE } : {}) })
    const { entries, checks } = diff(stateOf(state), [reportCheck('one', verdict)])
    const kind =
      verdict === 'error'
        ? before.unable
          ? null
          : 'inability_begun'
        : before.verdict === null
          ? 'first'
          : before.verdict !== verdict
            ? 'transition'
            : before.unable
              ? 'inability_ended'
              : null
    if (kind === null) {
      expect(entries).toEqual([])
      expect(checks).toEqual([])
      return
    }
    const last = kind === 'inability_ended' || before.verdict === null ? 'error' : before.verdict
    expect(entries).toHaveLength(1)
    expect(entries[0]).toMatchObject({
      action: 'ASSET_COMPLIANCE',
      level: LEVEL[verdict],
      observedAt: NOW,
      check: { id: 'one', title: 'Title of one' },
      changes: { passed: { last: PASSED[last], latest: PASSED[verdict] }, verdict: { last, latest: verdict } },
      meta: { kind, check: 'one', verdict, cause: 'observed', version: 'v1', severity: 'high', os: WEB_1.os },
    })
    // What ended is told, and what could not be judged never stands in the way of what was.
    const ended = verdict !== 'error' && inability
    expect(entries[0]?.meta.inability ?? null).toEqual(
      ended ? { reason: inability.reason, since: '2026-03-04T10:00:00.000+00:00' } : null,
    )
    const same = verdict === 'error' || before.verdict === verdict
    const after = same ? { verdict: before.verdict, since: BEGUN } : { verdict, since: NOW }
    expect(checks).toMatchObject([
      { ...after, inability: verdict === 'error' ? { since: NOW } : null, seenAt: NOW, evidenceAt: NOW },
    ])
    const judged = after.verdict && {
      verdict: after.verdict,
      since: new Date(after.since).toISOString().replace('Z', '+00:00'),
    }
    expect(entries[0]?.meta.judged).toEqual(judged)
  })

  it('that is the first has none before it', () => {
    const { entries, checks } = diff(stateOf(known('pass')), [reportCheck('one'), reportCheck('two', 'fail')])
    expect(entries).toMatchObject([
      {
        changes: { passed: { last: null, latest: false }, verdict: { last: null, latest: 'fail' } },
        meta: { kind: 'first', check: 'two' },
      },
    ])
    expect(entries[0]?.meta).not.toHaveProperty('last_since')
    expect(checks).toMatchObject([{ check: 'two', verdict: 'fail', since: NOW }])
  })

  it('tells since when the one before held, past an inability', () => {
    const inability = { reason: 'unreadable', since: UNABLE }
    const last = (verdict: Verdict) => diff(stateOf(known('pass', { inability })), [reportCheck('one', verdict)])
    expect(last('fail').entries[0]?.meta.last_since).toBe('2026-02-22T12:00:00.000+00:00')
    expect(last('pass').entries[0]?.meta.last_since).toBe('2026-03-04T10:00:00.000+00:00')
  })
})

describe('an inability to judge', () => {
  it('keeps its beginning when its reason is another one, and writes nothing', () => {
    const state = stateOf(known('pass', { inability: { reason: 'gone', since: UNABLE } }))
    const { entries, checks } = diff(state, [reportCheck('one', 'error', { reason: 'unreadable' })])
    expect(entries).toEqual([])
    expect(checks).toMatchObject([
      { verdict: 'pass', since: BEGUN, inability: { reason: 'unreadable', since: UNABLE } },
    ])
  })

  it('has a reason even where none was given', () => {
    const { checks } = diff(stateOf(known('pass')), [reportCheck('one', 'error', { reason: null })])
    expect(checks).toMatchObject([{ inability: { reason: 'it could not be judged' } }])
  })
})

describe('a first report', () => {
  it('leaves one entry with all of it', () => {
    const { entries, checks, definitions } = diff({ asset: null, checks: new Map() }, [
      reportCheck('one'),
      reportCheck('two', 'error'),
    ])
    expect(entries).toMatchObject([{ action: 'ASSET_BASELINE', level: 'INFO', changes: null }])
    expect(entries[0]?.check).toBeUndefined()
    expect(entries[0]?.meta.results).toMatchObject([
      { title: 'Title of one', check: 'one', verdict: 'pass', reason: null, evidence: [] },
      {
        title: 'Title of two',
        check: 'two',
        verdict: 'error',
        reason: 'two is not as it should be',
        evidence_total: 1,
      },
    ])
    expect(checks).toMatchObject([
      { check: 'one', verdict: 'pass', since: NOW, inability: null },
      { check: 'two', verdict: null, since: NOW, inability: { reason: 'two is not as it should be', since: NOW } },
    ])
    expect(definitions?.map(({ digest }) => digest)).toEqual(
      ['one', 'two'].map((check) => defineCheck({ check }).digest),
    )
  })

  it('of nothing leaves none', () => {
    const { entries, asset } = diff({ asset: null, checks: new Map() }, [])
    expect(entries).toEqual([])
    expect(asset).toMatchObject(WEB_1)
  })
})

describe('a check that is another one now', () => {
  const definition = defineCheck({ check: 'one', wording: 2 })

  it.each<[string, Partial<ReportedCheck>, Verdict, readonly [string, unknown, unknown][]]>([
    ['by its version', { version: 'v2' }, 'pass', [['ASSET_CHECK_CHANGED', null, null]]],
    ['by its words', { definition }, 'pass', [['ASSET_CHECK_CHANGED', null, null]]],
    ['by both', { version: 'v2', definition }, 'pass', [['ASSET_CHECK_CHANGED', null, null]]],
    [
      'and its verdict too',
      { version: 'v2', definition },
      'fail',
      [['ASSET_COMPLIANCE', 'transition', { last: 'pass', latest: 'fail' }]],
    ],
    [
      'and cannot be judged',
      { version: 'v2' },
      'error',
      [['ASSET_COMPLIANCE', 'inability_begun', { last: 'pass', latest: 'error' }]],
    ],
    ['by its period only', { period: 60 }, 'pass', []],
  ])('%s', (_, more, verdict, told) => {
    const changes = diff(stateOf(known('pass')), [reportCheck('one', verdict, more)])
    expect(tell(changes)).toEqual(told)
    const { version = 'v1', definition: { digest } = defineCheck({ check: 'one' }), period = 3600 } = more
    expect(changes.checks).toMatchObject([{ version, definition: digest, period }])
    const [entry] = changes.entries
    if (entry?.action === 'ASSET_CHECK_CHANGED') {
      expect(entry).toMatchObject({
        level: 'INFO',
        changes: {
          version: { last: 'v1', latest: version },
          definition: { last: defineCheck({ check: 'one' }).digest, latest: digest },
        },
        meta: { verdict, since: '2026-02-22T12:00:00.000+00:00', evidence: [] },
      })
      expect(changes.checks).toMatchObject([{ since: BEGUN }])
    } else if (entry) {
      expect(entry.meta.cause).toBe(more.version ? 'definition_changed' : 'observed')
    }
    expect(changes.definitions?.map((one) => one.digest)).toEqual(more.version || more.definition ? [digest] : [])
  })

  it('is told of with what cannot be judged still', () => {
    const inability = { reason: 'gone', since: UNABLE }
    const { entries } = diff(stateOf(known('warn', { inability })), [reportCheck('one', 'error', { version: 'v2' })])
    expect(entries).toMatchObject([
      {
        action: 'ASSET_CHECK_CHANGED',
        meta: {
          verdict: 'error',
          since: '2026-03-04T10:00:00.000+00:00',
          judged: { verdict: 'warn', since: '2026-02-22T12:00:00.000+00:00' },
        },
      },
    ])
  })
})

describe('a check that goes and comes', () => {
  const two = reportCheck('two')
  const both = stateOf(known('fail'), known('pass', { check: 'two' }))
  const removedAt = NOW - HOUR / 2

  it('is taken out of use when the whole report no longer names it', () => {
    const { entries, checks } = diff(both, [two], { expected: new Set(['two']) })
    expect(entries).toMatchObject([
      { action: 'ASSET_CHECK_REMOVED', check: { id: 'one' }, meta: { check: 'one', verdict: 'fail' } },
    ])
    expect(checks).toMatchObject([{ check: 'one', verdict: 'fail', since: BEGUN, removedAt: NOW }])
  })

  it('stays when it is expected and was not answered, and when a part was reported', () => {
    expect(diff(both, [two], { expected: new Set(['one', 'two']) })).toMatchObject({ entries: [], checks: [] })
    expect(diff(both, [two])).toMatchObject({ entries: [], checks: [] })
  })

  it('is taken out once', () => {
    const state = stateOf(known('fail', { removedAt }), known('pass', { check: 'two' }))
    expect(diff(state, [two], { expected: new Set(['two']) }).entries).toEqual([])
  })

  it.each<[Verdict, readonly [string, unknown, unknown][]]>([
    ['fail', [['ASSET_CHECK_RETURNED', null, null]]],
    ['pass', [['ASSET_COMPLIANCE', 'transition', { last: 'fail', latest: 'pass' }]]],
    ['error', [['ASSET_COMPLIANCE', 'inability_begun', { last: 'fail', latest: 'error' }]]],
  ])('returns with %s', (verdict, told) => {
    const changes = diff(stateOf(known('fail', { removedAt })), [reportCheck('one', verdict)])
    expect(tell(changes)).toEqual(told)
    expect(changes.checks).toMatchObject([{ removedAt: null, since: verdict === 'pass' ? NOW : BEGUN }])
    expect(changes.gaps).toEqual([])
  })

  it('is known by its new id', () => {
    const renamed = reportCheck('new', 'fail', { formerly: ['never', 'one'] })
    const { entries, checks, renames } = diff(stateOf(known('fail')), [renamed], { expected: new Set(['new']) })
    expect(renames).toEqual([{ from: 'one', to: 'new' }])
    expect(entries).toMatchObject([
      {
        action: 'ASSET_CHECK_RENAMED',
        check: { id: 'new' },
        changes: { id: { last: 'one', latest: 'new' }, definition: { latest: renamed.definition.digest } },
        meta: { check: 'new', verdict: 'fail', evidence: renamed.evidence, judged: { verdict: 'fail' } },
      },
    ])
    expect(checks).toMatchObject([{ check: 'new', verdict: 'fail', since: BEGUN }])
  })
})

describe('silence', () => {
  it('is recorded when it was longer than two periods, for each check by its own', () => {
    const silent = known('pass', { seenAt: NOW - 3 * HOUR })
    const slow = known('pass', { check: 'slow', seenAt: NOW - 3 * HOUR, period: 7200 })
    const manual = known('pass', { check: 'manual', seenAt: NOW - 99 * DAY, period: null })
    const checks = ['one', 'slow', 'manual'].map((id) => reportCheck(id))
    const { gaps, entries } = diff(stateOf(silent, slow, manual), checks)
    expect(gaps).toEqual([{ check: 'one', since: NOW - HOUR, until: NOW }])
    expect(tell({ entries })).toEqual([['ASSET_GAP', null, null]])
    expect(diff(stateOf(known('pass', { seenAt: NOW - 2 * HOUR })), [reportCheck('one')]).gaps).toEqual([])
  })
})

describe('evidence', () => {
  const other = { evidence: [{ verdict: 'fail' as const, found: { state: 9 } }] }
  const old = known('fail', { evidenceAt: NOW - EVIDENCE_AGE })

  it('is taken anew after a day where it differs', () => {
    const { refreshed, checks, entries } = diff(stateOf(old), [reportCheck('one', 'fail', other)])
    expect(refreshed).toMatchObject([{ check: 'one', at: NOW, ...other }])
    expect(checks).toMatchObject([{ evidenceAt: NOW, since: BEGUN }])
    expect(entries).toEqual([])
  })

  it('is not taken anew before, nor where it is the same', () => {
    const young = known('fail', { evidenceAt: NOW - EVIDENCE_AGE + 1 })
    expect(diff(stateOf(young), [reportCheck('one', 'fail', other)])).toMatchObject({ refreshed: [], checks: [] })
    expect(diff(stateOf(old), [reportCheck('one', 'fail')])).toMatchObject({
      refreshed: [],
      checks: [{ evidenceAt: NOW }],
    })
  })
})

describe('a clock that went back', () => {
  it('leaves nothing that holds since later than now', () => {
    const later = NOW + DAY
    const inability = { reason: 'gone', since: later }
    const ahead = known('fail', { since: later, inability, seenAt: later, evidenceAt: later })
    const { setBackTo, checks, entries } = diff(stateOf(ahead), [reportCheck('one', 'fail')])
    expect(setBackTo).toBe(NOW)
    expect(checks).toMatchObject([{ since: NOW, inability: null, seenAt: NOW, evidenceAt: NOW }])
    expect(tell({ entries }).map(([action]) => action)).toEqual(['ASSET_CLOCK', 'ASSET_COMPLIANCE'])
    expect(entries[1]?.meta).toMatchObject({ judged: { since: '2026-03-04T12:00:00.000+00:00' } })
  })
})

describe('the asset', () => {
  it('is told of when it changes, and not when a source could not tell', () => {
    const asset = { ...WEB_1, name: 'web-9', osquery: '' }
    const changes = diff(stateOf(known('pass')), [reportCheck('one')], { asset })
    expect(changes.entries).toMatchObject([
      { action: 'ASSET_UPDATED', changes: { name: { last: 'web-1', latest: 'web-9' } } },
    ])
    expect(changes.asset).toMatchObject({ name: 'web-9', osquery: WEB_1.osquery })
  })
})

it('changes nothing that it is given, and answers the same twice', () => {
  const inability = { reason: 'gone', since: UNABLE }
  const state = stateOf(
    known('pass', { seenAt: NOW - DAY }),
    known('fail', { check: 'old' }),
    known('warn', { check: 'gone' }),
    known(null, { check: 'unable', inability }),
  )
  const checks = [
    reportCheck('one', 'fail'),
    reportCheck('new', 'error', { formerly: ['old'] }),
    reportCheck('unable', 'warn', { version: 'v2' }),
    reportCheck('added'),
  ]
  const expected = new Set(checks.map(({ id }) => id))
  const [given, reported] = [structuredClone(state), structuredClone(checks)]
  freeze(state)
  freeze(checks)
  expect(diff(state, checks, { expected })).toEqual(diff(state, checks, { expected }))
  expect(state).toEqual(given)
  expect(checks).toEqual(reported)
})

/** Maps cannot be frozen, so what they hold is; that they hold the same is seen afterwards. */
function freeze(value: unknown): void {
  if (value instanceof Map) for (const member of value.values()) freeze(member)
  else if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const member of Object.values(value)) freeze(member)
  }
}

describe('a check whose failure is an alarm', () => {
  const alarmed = (verdict: Verdict) => reportCheck('one', verdict, { alarm: true })

  it('makes it CRITICAL, and nothing else that is said of the check', () => {
    const told = (before: AssetState, verdict: Verdict) =>
      diff(before, [alarmed(verdict)]).entries.map(({ level, meta }) => [level, meta.alarm])
    expect(told(stateOf(known('pass')), 'fail')).toEqual([['CRITICAL', true]])
    expect(told(stateOf(known('pass', { check: 'other' })), 'fail')).toEqual([['CRITICAL', true]])
    expect(told(stateOf(known('pass')), 'warn')).toEqual([['WARNING', undefined]])
    expect(told(stateOf(known('fail')), 'pass')).toEqual([['INFO', undefined]])
    expect(told(stateOf(known('fail')), 'error')).toEqual([['WARNING', undefined]])
  })

  it('raises the first report that holds it', () => {
    const first = (verdict: Verdict) => diff({ asset: null, checks: new Map() }, [alarmed(verdict), reportCheck('two')])
    expect(first('fail').entries).toMatchObject([
      { level: 'CRITICAL', meta: { alarm: true, results: [{ check: 'one', alarm: true }, { check: 'two' }] } },
    ])
    expect(first('pass').entries).toMatchObject([{ level: 'INFO', meta: { results: [{ check: 'one' }, {}] } }])
  })
})
