import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMarkdown } from '../../src/formats/markdown.ts'
import { hostileReport } from './hostile-text.ts'
import { realisticReport, sampleReport, sampleResult } from './sample-report.ts'

describe('formatMarkdown', () => {
  it('begins with what matters most', () => {
    const headline = (...verdicts: ('pass' | 'warn' | 'fail' | 'error' | 'not_applicable')[]): string | undefined =>
      formatMarkdown(sampleReport(verdicts.map((verdict) => sampleResult({ verdict })))).split('\n')[0]
    expect(headline('pass', 'fail', 'error')).toBe('## ❌ 1 of 3 checks failed')
    expect(headline('pass', 'error', 'warn')).toBe('## ❓ 1 of 3 checks could not be judged')
    expect(headline('warn')).toBe('## ⚠️ 1 of 1 check warned')
    expect(headline('pass', 'pass', 'not_applicable')).toBe('## ✅ 2 checks passed')
    expect(headline('not_applicable')).toBe('## ➖ No check applies')
    expect(headline()).toBe('## No check was run')
  })

  it('lists what does not pass in a table, with a section each', () => {
    const text = formatMarkdown(realisticReport())
    expect(text).toContain(
      '| ❌ fail | **critical** | Disks that hold data are encrypted | `disk-encryption` | 2 of 3 rows do not pass |',
    )
    expect(text.match(/^### .*/gm)).toEqual([
      '### ❌ fail: Disks that hold data are encrypted',
      '### ❌ fail: Host firewall is on',
      '### ❓ error: SSH does not let root log in with a password',
      '### ⚠️ warn: No file below /etc can be written by everybody',
    ])
    expect(text).toContain('```text\n/dev/sda2  encrypted=0  type=ext4  mounted_at=/\n')
    expect(text).toContain('```text\nsudo ufw default deny incoming\nsudo ufw enable\n```')
  })

  it('folds away what passes and what does not apply', () => {
    const [, folded] = formatMarkdown(realisticReport()).split(
      '<details>\n<summary>4 passed, 2 not applicable</summary>',
    )
    expect(folded).toContain('| ✅ pass | critical | No account has an empty password | `no-empty-passwords` |  |')
    expect(folded).toContain('</details>\n\nSource: embedded engine (preview, follows osquery 5.23.0), on web-1')
  })

  it('lets no hostile title, reason or id leave its cell', () => {
    const report = sampleReport([
      sampleResult({ verdict: 'fail', check: 'a|b', title: 'a | b\n| c', reason: '`|` <b>' }),
    ])
    expect(formatMarkdown(report)).toContain('| ❌ fail | medium | a \\| b \\| c | a\\|b | \\`\\|\\` &lt;b&gt; |')
  })

  it('keeps its shape whatever the text', () => {
    fc.assert(
      fc.property(hostileReport, fc.boolean(), (report, verbose) => {
        const text = formatMarkdown(report, { verbose })
        expect(text.replaceAll('\n', '').replaceAll('\ufe0f', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
        expect(text).toMatch(/[^\n]\n$/)
        const rows = text.split('\n').filter((line) => /^\| (?:❌|❓|⚠️|✅|➖) /u.test(line))
        expect(rows).toHaveLength(report.results.length)
        for (const row of rows) expect(row.replace(/\\[\\|]/g, '').match(/\|/g)).toHaveLength(6)
      }),
    )
  })
})
