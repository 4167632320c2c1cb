import fc from 'fast-check'
import { SEVERITIES } from '../../src/core/check.ts'
import type { CheckResult, RunReport } from '../../src/core/report.ts'
import { VERDICTS } from '../../src/core/verdict.ts'
import { sampleReport, sampleResult } from './sample-report.ts'

/** What each format stumbles over, as a machine's owner may put it into a file's name. */
export const HOSTILE = [
  '\u001b[2J\u001b[31mall passed\u001b[0m',
  '\u009b31m',
  '\u202egnp.exe\u202c',
  'zero\u200bwidth\ufeff',
  ']]><failure/>',
  '</testcase>&amp;<!--',
  "=cmd|' /C calc'!A0",
  '@SUM(A1)',
  '| a | b |\n| - | - |',
  '```\n# heading',
  '`code` [link](javascript:alert(1)) <img src=x onerror=alert(1)>',
  'NUL\u0000\u0007\b',
  'half \ud800 pair',
  '\u{e0041}\u{e0042} tags',
  'line\r\nline\rline\u2028line\u0085',
  '漢字かな交じり文 👩‍💻 é',
  'a'.repeat(300),
] as const

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'`*_[]()<>|~\\#-+=@&"\',;.1a \t\r\n\u001b\u0000\u202e'), maxLength: 40 }),
)

const hostileResult: fc.Arbitrary<CheckResult> = fc
  .record({
    check: hostileText,
    title: hostileText,
    severity: fc.constantFrom(...SEVERITIES),
    verdict: fc.constantFrom(...VERDICTS),
    tags: fc.array(hostileText, { maxLength: 2 }),
    reason: fc.option(hostileText),
    error: fc.option(hostileText),
    why: fc.option(hostileText),
    fix: fc.option(hostileText),
    evidence: fc.array(
      fc.record(
        {
          verdict: fc.constantFrom(...VERDICTS),
          clause: hostileText,
          resource: hostileText,
          reason: hostileText,
          found: fc.dictionary(hostileText, fc.oneof(hostileText, fc.integer(), fc.boolean(), fc.constant(null)), {
            maxKeys: 3,
          }),
        },
        { requiredKeys: ['verdict', 'found'] },
      ),
      { maxLength: 5 },
    ),
  })
  .map(sampleResult)

/** Runs in which every text is hostile. */
export const hostileReport: fc.Arbitrary<RunReport> = fc
  .record({ results: fc.array(hostileResult, { maxLength: 5 }), name: hostileText, os: hostileText, path: hostileText })
  .map(({ results, name, os, path }) =>
    sampleReport(results, {
      asset: { uuid: name, name, platform: 'linux', os },
      source: { kind: 'socket', path, version: os, preview: false, reportsUnreadable: false },
    }),
  )
