import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ComparedCheck, type ComparedSide, compareRuns, isDifferent } from '../../src/core/compare-runs.ts'
import { VERDICTS, type Verdict } from '../../src/core/verdict.ts'

function check(given: Partial<ComparedCheck> = {}): ComparedCheck {
  return {
    check: 'firewall',
    title: 'Firewall is on',
    severity: 'high',
    verdict: 'pass',
    since: '2026-03-01T00:00:00.000Z',
    reason: null,
    evidence: [],
    evidenceTotal: 0,
    version: 'v1',
    waiver: null,
    ...given,
  }
}

function side(checks: readonly ComparedCheck[], given: Partial<ComparedSide> = {}): ComparedSide {
  return { asset: 'a', name: 'web-1', at: '2026-03-04T00:00:00.000Z', checks, ...given }
}

const compare = (before: Partial<ComparedCheck>, after: Partial<ComparedCheck>, other: Partial<ComparedSide> = {}) =>
  compareRuns(side([check(before)]), side([check(after)], other))

const differs = (...given: Parameters<typeof compare>) => compare(...given).changed.flatMap((each) => each.differs)

const WAIVER = { id: 'w', until: '2026-12-31T00:00:00Z' }

describe('compareRuns', () => {
  it('finds nothing where nothing differs', () => {
    const comparison = compare({}, {})
    expect(comparison).toMatchObject({ changed: [], added: [], removed: [], same: 1 })
    expect(isDifferent(comparison)).toBe(false)
  })

  it('tells checks that were added and removed, the worst first', () => {
    const before = side([check({ check: 'old' }), check({ check: 'both' })])
    const after = side([check({ check: 'both' }), check({ check: 'fine' }), check({ check: 'bad', verdict: 'fail' })])
    const { added, removed, same } = compareRuns(before, after)
    expect([added.map((each) => each.check), removed.map((each) => each.check), same]).toEqual([
      ['bad', 'fine'],
      ['old'],
      1,
    ])
  })

  it.each<[Verdict, Verdict, string]>([
    ['pass', 'fail', 'worse'],
    ['pass', 'warn', 'worse'],
    ['warn', 'fail', 'worse'],
    ['error', 'fail', 'worse'],
    ['fail', 'error', 'unknown'],
    ['pass', 'error', 'unknown'],
    ['error', 'pass', 'better'],
    ['fail', 'warn', 'better'],
    ['pass', 'not_applicable', 'other'],
  ])('calls a turn from %s to %s %s', (before, after, direction) => {
    expect(compare({ verdict: before }, { verdict: after }).changed).toMatchObject([
      { differs: ['verdict'], direction },
    ])
  })

  it('knows a failure that was accepted from one that is mended', () => {
    const accepted = compare({ verdict: 'fail' }, { verdict: 'fail', waiver: WAIVER })
    expect(accepted.changed).toMatchObject([{ differs: ['waiver'], direction: 'better' }])
    const lapsed = compare({ verdict: 'fail', waiver: WAIVER }, { verdict: 'fail' })
    expect(lapsed.changed).toMatchObject([{ differs: ['waiver'], direction: 'worse' }])
    const longer = { ...WAIVER, until: '2027-12-31T00:00:00Z' }
    const extended = compare({ verdict: 'fail', waiver: WAIVER }, { verdict: 'fail', waiver: longer })
    expect(extended.changed).toMatchObject([{ differs: ['waiver'], direction: 'other' }])
  })

  it('takes another time for a difference only where a machine passed or failed again in between', () => {
    const later = { since: '2026-03-03T00:00:00.000Z' }
    expect(differs({}, later)).toEqual(['since'])
    expect(differs({}, later, { asset: 'b' })).toEqual([])
    expect(differs({}, { since: null })).toEqual([])
    expect(differs({}, { ...later, verdict: 'fail' })).toEqual(['verdict'])
  })

  it('compares evidence by what was found, in whatever order, and not where a check passes', () => {
    const row = (found: Record<string, number>) => ({ verdict: 'fail' as const, found })
    const failing = (...rows: ReturnType<typeof row>[]) => ({
      verdict: 'fail' as const,
      evidence: rows,
      evidenceTotal: rows.length,
    })
    expect(differs(failing(row({ a: 1, b: 2 }), row({ c: 3 })), failing(row({ c: 3 }), row({ b: 2, a: 1 })))).toEqual(
      [],
    )
    expect(differs(failing(row({ a: 1 })), failing(row({ a: 2 })))).toEqual(['evidence'])
    expect(
      differs({ ...failing(row({ a: 1 })), verdict: 'pass' }, { ...failing(row({ a: 2 })), verdict: 'pass' }),
    ).toEqual([])
  })

  it('compares versions and reasons where both sides tell them', () => {
    expect(differs({ version: 'v1' }, { version: 'v2', reason: 'another' })).toEqual(['reason', 'version'])
    expect(differs({ version: null }, { version: 'v2' })).toEqual([])
  })

  it('lets only verdicts and waivers count where that is asked', () => {
    const before = side([check({ version: 'v1' }), check({ check: 'b', verdict: 'fail', reason: 'one' })])
    const after = side([
      check({ version: 'v2' }),
      check({ check: 'b', verdict: 'fail', reason: 'two', waiver: WAIVER }),
    ])
    const { changed, same } = compareRuns(before, after, { onlyVerdicts: true })
    expect(changed.map((each) => [each.check, each.differs])).toEqual([['b', ['waiver']]])
    expect(same).toBe(1)
  })

  it('puts what became worse first, then what is no longer known', () => {
    const turn = (id: string, verdict: Verdict, more: Partial<ComparedCheck> = {}) =>
      check({ check: id, verdict, ...more })
    const before = side([
      turn('better', 'fail'),
      turn('lost', 'pass'),
      turn('minor', 'pass'),
      turn('worse', 'pass'),
      turn('reworded', 'pass'),
    ])
    const after = side([
      turn('better', 'pass'),
      turn('lost', 'error'),
      turn('minor', 'fail', { severity: 'low' }),
      turn('worse', 'fail'),
      turn('reworded', 'pass', { version: 'v2' }),
    ])
    expect(compareRuns(before, after).changed.map((each) => each.check)).toEqual([
      'worse',
      'minor',
      'lost',
      'better',
      'reworded',
    ])
  })

  it('finds the same differences from either side, turned round', () => {
    const anyCheck = fc.record({ check: fc.constantFrom('a', 'b', 'c'), verdict: fc.constantFrom(...VERDICTS) })
    const anySide = fc.array(anyCheck, { maxLength: 4 }).map((checks) => side(checks.map(check)))
    fc.assert(
      fc.property(anySide, anySide, (one, other) => {
        const there = compareRuns(one, other)
        const back = compareRuns(other, one)
        const ids = (checks: readonly { readonly check: string }[]) => checks.map((each) => each.check).sort()
        expect(ids(there.added)).toEqual(ids(back.removed))
        expect(ids(there.changed)).toEqual(ids(back.changed))
        expect(there.same).toBe(back.same)
        expect(isDifferent(compareRuns(one, one))).toBe(false)
      }),
    )
  })
})
