import { describe, expect, it } from 'vitest'
import { EVIDENCE_LIMIT, limitEvidence } from '../../src/core/limit-evidence.ts'
import type { Evidence } from '../../src/core/report.ts'

const row = (found: Evidence['found']): Evidence => ({ verdict: 'fail', resource: '/etc', found })
const sizeOf = (evidence: readonly Evidence[]) => JSON.stringify(evidence).length

describe('the evidence that is kept', () => {
  it('is all of it where it is small, as it was', () => {
    const evidence = [row({ a: 1, b: null, c: 'text' }), row({ a: 2, b: true, c: '' })]
    expect(limitEvidence(evidence)).toEqual(evidence)
  })

  it('is the first rows of many', () => {
    const evidence = Array.from({ length: 10_000 }, (_, a) => row({ a }))
    const kept = limitEvidence(evidence)
    expect(kept.length).toBeGreaterThan(100)
    expect(kept).toEqual(evidence.slice(0, kept.length))
    expect(sizeOf(kept)).toBeLessThan(EVIDENCE_LIMIT * 1.1)
  })

  it('has long values cut, none of them within a character', () => {
    const [kept] = limitEvidence([row({ long: '😀'.repeat(5_000_000), short: 'as it is' })])
    expect(kept?.found.short).toBe('as it is')
    expect(kept?.found.long).toMatch(/^(?:😀)+…$/u)
    expect(sizeOf([kept as Evidence])).toBeLessThan(EVIDENCE_LIMIT)
  })

  it('is nothing of a row that cannot be made to fit', () => {
    const columns = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`c${i}`, 'x'.repeat(5000)]))
    expect(limitEvidence([row(columns)])).toEqual([])
  })
})
