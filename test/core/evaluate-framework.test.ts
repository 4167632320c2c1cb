import { describe, expect, it } from 'vitest'
import { type CheckFinding, evaluateFramework, type FrameworkFacts } from '../../src/core/evaluate-framework.ts'
import type { Measure } from '../../src/core/framework.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { makeFramework } from './make-framework.ts'

const finding = (verdict: Verdict | null, more: Partial<CheckFinding> = {}): CheckFinding => ({
  verdict,
  severity: 'high',
  ...more,
})

const factsOf = (findings: Record<string, CheckFinding>, more: Partial<FrameworkFacts> = {}): FrameworkFacts => ({
  verdictOf: (check) => findings[check],
  ...more,
})

/** The status of one requirement that names as many checks as there are findings. */
function statusOf(
  measure: Measure,
  findings: readonly (CheckFinding | undefined)[],
  more: Partial<FrameworkFacts> = {},
) {
  const names = findings.map((_, index) => `check-${index}`)
  const framework = makeFramework([{ id: 'r', measure, checks: names }])
  const facts: FrameworkFacts = { verdictOf: (check) => findings[names.indexOf(check)], ...more }
  return evaluateFramework(framework, facts).requirements[0]?.status
}

const attested = { attestationOf: () => ({ by: 'A. Person', until: '2030-01-01T00:00:00Z' }) }

describe('a requirement', () => {
  it('is met when it is measured whole and every applicable check passes', () => {
    expect(statusOf('measured', [finding('pass'), finding('not_applicable')])).toBe('met')
  })

  it('is only supported when it is measured in part', () => {
    expect(statusOf('partly', [finding('pass')])).toBe('supported')
  })

  it('is only supported when a check warns, and not met when warnings count as failures', () => {
    expect(statusOf('measured', [finding('pass'), finding('warn')])).toBe('supported')
    expect(statusOf('measured', [finding('pass'), finding('warn')], { strict: true })).toBe('not_met')
  })

  it('is not met when one check fails, whatever else is known of it', () => {
    expect(statusOf('measured', [finding('pass'), finding('error'), finding('fail')], attested)).toBe('not_met')
  })

  it('is waived when each failure is accepted, and not met when one of them is not', () => {
    expect(statusOf('measured', [finding('pass'), finding('fail', { waived: 'until March' })])).toBe('waived')
    expect(statusOf('measured', [finding('fail'), finding('fail', { waived: 'until March' })])).toBe('not_met')
  })

  it('is unknown when a check could not be judged or was not asked', () => {
    expect(statusOf('measured', [finding('pass'), finding('error')])).toBe('unknown')
    expect(statusOf('measured', [finding('pass'), finding(null)], attested)).toBe('unknown')
    expect(statusOf('measured', [finding('error', { waived: 'until March' })])).toBe('unknown')
  })

  it('does not count as met for lack of a check', () => {
    expect(statusOf('attested', [])).toBe('unmeasured')
    expect(statusOf('measured', [undefined])).toBe('unmeasured')
  })

  it('is attested when no check speaks of it and a person vouches for it', () => {
    expect(statusOf('attested', [], attested)).toBe('attested')
    expect(statusOf('partly', [finding('not_applicable')], attested)).toBe('attested')
    expect(statusOf('partly', [finding('pass')], attested)).toBe('supported')
  })

  it('is not applicable when none of its checks applies', () => {
    expect(statusOf('measured', [finding('not_applicable'), undefined])).toBe('not_applicable')
  })
})

describe('a framework', () => {
  const framework = makeFramework([
    { id: 'ac', heading: true },
    { id: 'ac-1', parent: 'ac' },
    { id: 'ac-2', parent: 'ac', measure: 'measured', checks: ['one'] },
    { id: 'ac-2.1', parent: 'ac-2', checks: ['two', 'three'] },
    { id: 'au', heading: true },
    { id: 'au-1', parent: 'au', checks: ['two'] },
  ])
  const facts = factsOf({
    one: finding('pass', { severity: 'critical' }),
    two: finding('fail', { severity: 'low' }),
    three: finding('not_applicable'),
  })

  it('scores what was measured, and counts what was not beside it', () => {
    const { counts, score } = evaluateFramework(framework, facts)
    expect(counts).toMatchObject({ met: 1, not_met: 2, unmeasured: 1 })
    expect(score).toEqual({ reached: 1, of: 3 })
  })

  it('sums up families and controls, and gives a heading no status of its own', () => {
    const { requirements } = evaluateFramework(framework, facts)
    const [ac, ac1, ac2, , au] = requirements
    expect(ac).toMatchObject({ status: null, below: { score: { reached: 1, of: 2 } } })
    expect(ac1).not.toHaveProperty('below')
    expect(ac2).toMatchObject({ status: 'met', below: { score: { reached: 1, of: 2 } } })
    expect(au).toMatchObject({ below: { score: { reached: 0, of: 1 } } })
  })

  it('counts each check once by severity', () => {
    const { severities } = evaluateFramework(framework, facts)
    expect(severities).toEqual({
      low: { reached: 0, of: 1 },
      medium: { reached: 0, of: 0 },
      high: { reached: 0, of: 0 },
      critical: { reached: 1, of: 1 },
    })
  })

  it('is never scored when its list is not whole', () => {
    const partial = { ...framework, partial: 'only what checks support' }
    const { score, severities, counts, requirements } = evaluateFramework(partial, facts)
    expect([score, severities]).toEqual([null, null])
    expect(counts.met).toBe(1)
    expect(requirements[0]?.below?.score).toBeNull()
  })
})
