import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ComparedCheck, compareRuns, type RunComparison } from '../../src/core/compare-runs.ts'
import { formatComparisonMarkdown } from '../../src/formats/comparison-markdown.ts'
import { formatComparisonTable } from '../../src/formats/comparison-table.ts'
import { hostileReport } from './hostile-text.ts'
import { WAIVER } from './sample-frameworks.ts'
import { realisticReport } from './sample-report.ts'

function sideOf({ asset, finishedAt, results }: ReturnType<typeof realisticReport>) {
  return {
    asset: asset.uuid,
    name: asset.name,
    at: finishedAt,
    checks: results.map(
      ({ check, title, severity, verdict, reason, evidence, evidenceTotal, version }): ComparedCheck => ({
        check,
        title,
        severity,
        verdict,
        since: null,
        reason,
        evidence,
        evidenceTotal,
        version,
        waiver: null,
      }),
    ),
  }
}

function sample(): RunComparison {
  const before = sideOf(realisticReport())
  const changes: Readonly<Record<string, Partial<ComparedCheck>>> = {
    'host-firewall': { verdict: 'pass', reason: null },
    'kernel-aslr': { verdict: 'fail', reason: 'kernel.randomize_va_space is 0' },
    'disk-encryption': { waiver: WAIVER, version: 'another' },
    'files-world-writable': { evidence: [{ verdict: 'warn', resource: '/etc/new', found: { mode: '0666' } }] },
  }
  const checks = before.checks
    .filter(({ check }) => check !== 'ssh-protocol')
    .map((check) => ({ ...check, ...changes[check.check] }))
  return compareRuns(before, { ...before, at: '2026-03-05T05:06:08.000Z', checks })
}

describe('a comparison', () => {
  it('tells at a terminal what became worse first, and each difference with both sides', () => {
    const text = formatComparisonTable(sample())
    expect(text.split('\n').filter((line) => !/^ {4}/.test(line))).toEqual([
      'Before: web-1 at 2026-03-04 05:06:08 UTC',
      'After:  web-1 at 2026-03-05 05:06:08 UTC',
      '',
      'Worse',
      '  pass → fail  MEDIUM  Address space layout randomisation is on kernel-aslr',
      '',
      'Better',
      '  fail → waived until 2026-04-01T00:00:00Z  CRITICAL  Disks that hold data are encrypted disk-encryption',
      '  fail → pass  HIGH  Host firewall is on host-firewall',
      '',
      'Otherwise different',
      '  warn  MEDIUM  No file below /etc can be written by everybody files-world-writable',
      '',
      'Removed',
      '  pass  HIGH  SSH speaks protocol 2 only ssh-protocol',
      '',
      '4 of 9 checks differ: 1 worse, 2 better, 1 otherwise; 1 check removed',
      '',
    ])
    expect(text).toContain('    reason: none\n          → kernel.randomize_va_space is 0')
    expect(text).toContain('    version: 5f0c1d2e3b4a\n           → another')
    expect(text).toContain('    + /etc/new  mode=0666')
  })

  it('tells the same as Markdown', () => {
    const text = formatComparisonMarkdown(sample())
    expect(text).toMatch(/^## 4 of 9 checks differ: 1 worse, 2 better, 1 otherwise; 1 check removed\n/)
    expect(text).toContain(
      '| pass | fail | medium | Address space layout randomisation is on | kernel-aslr | reason: none → kernel.randomize\\_va\\_space is 0 |',
    )
    expect(text).toContain('### Removed\n\n| Verdict | Severity | Check | Id |')
  })

  it('says that there is no difference', () => {
    const same = compareRuns(sideOf(realisticReport()), sideOf(realisticReport()))
    expect(formatComparisonTable(same)).toMatch(/\n\nNo difference in 10 checks\n$/)
    expect(formatComparisonMarkdown(same)).toMatch(/^## No difference in 10 checks\n/)
  })

  it('shows whatever text as text', () => {
    fc.assert(
      fc.property(hostileReport, hostileReport, (one, other) => {
        const comparison = compareRuns(sideOf(one), sideOf(other))
        const table = formatComparisonTable(comparison)
        expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
        const markdown = formatComparisonMarkdown(comparison)
        expect(markdown).not.toMatch(/<(?!br>)/)
        expect(markdown).toMatch(/[^\n]\n$/)
      }),
    )
  })
})
