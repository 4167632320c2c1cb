import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTable } from '../../src/formats/table.ts'
import { measureText } from '../../src/formats/text-width.ts'
import { hostileReport } from './hostile-text.ts'
import { realisticReport, sampleReport, sampleResult } from './sample-report.ts'

const linesOf = (text: string): string[] => text.split('\n')
const withoutColour = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, '')

describe('formatTable', () => {
  it('shows what fails first, then errors and warnings, then what passes and what does not apply', () => {
    const marks = [...formatTable(realisticReport()).matchAll(/^[^\s\d] (\S+) {2,}(\S+)/gm)].map(([, ...words]) =>
      words.join(' '),
    )
    expect(marks).toEqual([
      'FAIL CRITICAL',
      'FAIL HIGH',
      'ERROR HIGH',
      'WARN medium',
      'pass critical',
      'pass high',
      'pass medium',
      'pass low',
      'n/a high',
      'n/a low',
    ])
  })

  it('says below a failing check why, what was found and how to mend it', () => {
    const lines = linesOf(formatTable(realisticReport()))
    expect(lines.slice(0, 6)).toEqual([
      '✗ FAIL   CRITICAL  Disks that hold data are encrypted              disk-encryption',
      '         Reason:   2 of 3 rows do not pass',
      '         Found:    /dev/sda2  encrypted=0  type=ext4  mounted_at=/',
      '                   /dev/sdb1  encrypted=0  type=xfs  mounted_at="/srv/customer data"',
      '         Fix:      Reinstall with LUKS, or move the data to an encrypted volume with `cryptsetup`.',
      '                   See the guide (https://docs.example.com/luks).',
    ])
  })

  it('gives the reason of each clause its own line, and leaves commands unbroken', () => {
    const text = formatTable(realisticReport(), { width: 80 })
    expect(text).toContain('Reason:   ufw is enabled: no row: expected enabled = yes\n')
    expect(text).toContain('\n                   firewalld runs: no row: expected active_state = active\n')
    expect(text).toContain('\n                     sudo ufw default deny incoming\n')
  })

  it('counts the rows that it does not show, and shows them all when verbose', () => {
    expect(formatTable(realisticReport())).toContain('… and 6 more')
    const verbose = formatTable(realisticReport(), { verbose: true })
    expect(verbose).not.toContain('more\n')
    expect(verbose).toContain('settings-8.ini')
  })

  it('shows how to mend what fails, and not what may not be broken', () => {
    const shown = (verdict: 'fail' | 'error', verbose = false) =>
      formatTable(sampleReport([sampleResult({ verdict, reason: 'x', fix: 'Turn it on.' })]), { verbose })
    expect(shown('fail')).toContain('Turn it on.')
    expect(shown('error')).not.toContain('Turn it on.')
    expect(shown('error', true)).toContain('Turn it on.')
  })

  it('says why a check does not apply, where there is more to say than that', () => {
    expect(formatTable(realisticReport())).toContain('the machine has no battery')
    const plain = sampleResult({ verdict: 'not_applicable', reason: 'it does not apply here' })
    expect(formatTable(sampleReport([plain]))).not.toContain('it does not apply here')
  })

  it('tells many checks that do not apply by their reasons, unless verbose', () => {
    const named = (count: number, name: string, reason: string) =>
      Array.from({ length: count }, (_, n) =>
        sampleResult({ check: `${name}-${n}`, verdict: 'not_applicable', reason }),
      )
    const many = [...named(2, 'disk', 'there is no \u001b[31mdisk'), ...named(11, 'ssh', 'there is no SSH server')]
    const text = formatTable(sampleReport(many))
    expect(linesOf(text).slice(0, 3)).toEqual([
      '– n/a    11        there is no SSH server',
      '– n/a    2         there is no ␛[31mdisk (disk-0, disk-1)',
      '                   --verbose names each',
    ])
    expect(text).not.toContain('ssh-7')
    expect(formatTable(sampleReport(many), { verbose: true })).toContain('ssh-7')
    expect(formatTable(sampleReport(many.slice(1)))).toContain('ssh-7')
  })

  it('shows the evidence of what passes and why it matters only when verbose', () => {
    const texts = ['root  password_status=locked', 'Without a host firewall']
    for (const text of texts) {
      expect(formatTable(realisticReport())).not.toContain(text)
      expect(formatTable(realisticReport(), { verbose: true })).toContain(text)
    }
  })

  it('sums up with counts, the time it took and the source', () => {
    expect(linesOf(formatTable(realisticReport())).slice(-3)).toEqual([
      '10 checks in 1.2 s: 2 failed, 1 could not be judged, 1 warned, 4 passed, 2 not applicable',
      'Source: embedded engine (preview, follows osquery 5.23.0), on web-1, Debian GNU/Linux 12 (bookworm)',
      '',
    ])
  })

  it('names the socket or the program behind osquery', () => {
    const osquery = { version: '5.23.0', preview: false, reportsUnreadable: false }
    const socket = sampleReport([], { source: { ...osquery, kind: 'socket', path: '/var/osquery/osquery.em' } })
    expect(formatTable(socket)).toContain('Source: osquery 5.23.0 at /var/osquery/osquery.em, on web-1')
    const program = sampleReport([], { source: { ...osquery, kind: 'osqueryi', path: '/usr/bin/osqueryi' } })
    expect(formatTable(program)).toContain('Source: osquery 5.23.0, started from /usr/bin/osqueryi, on web-1')
  })

  it('says that nothing failed, even of no checks', () => {
    expect(formatTable(sampleReport([]))).toMatch(/^0 checks in 1\.2 s: 0 failed\nSource: /)
  })

  it('sorts by severity and then by id within a verdict', () => {
    const results = ['b', 'a', 'c'].map((check) => sampleResult({ check, severity: check === 'c' ? 'high' : 'low' }))
    expect(formatTable(sampleReport(results)).match(/[abc]$/gm)).toEqual(['c', 'a', 'b'])
  })

  it('joins what stopped a check with its reason, each once', () => {
    const result = sampleResult({ verdict: 'error', reason: 'no answer', error: 'timeout after 10 s' })
    expect(formatTable(sampleReport([result]))).toContain('Reason:   no answer (timeout after 10 s)\n')
    const same = sampleResult({ verdict: 'error', reason: 'ufw: timeout', error: 'timeout' })
    expect(formatTable(sampleReport([same]))).toContain('Reason:   ufw: timeout\n')
  })

  it('is the same text with colour and without', () => {
    expect(formatTable(realisticReport(), { color: true })).toContain('\u001b[1;31m✗ FAIL \u001b[0m')
    for (const width of [40, 60, 100]) {
      const colourless = formatTable(realisticReport(), { color: false, width, verbose: true })
      expect(withoutColour(formatTable(realisticReport(), { color: true, width, verbose: true }))).toBe(colourless)
      expect(colourless).not.toContain('\u001b')
    }
  })

  it('falls back to 100 columns where the width is not known', () => {
    expect(formatTable(realisticReport(), { width: 0 })).toBe(formatTable(realisticReport(), { width: 100 }))
    expect(formatTable(realisticReport(), { width: undefined })).toBe(formatTable(realisticReport()))
  })

  it('shows hostile text harmlessly and within the width', () => {
    const options = fc.record({ width: fc.integer({ min: 40, max: 160 }), color: fc.boolean(), verbose: fc.boolean() })
    fc.assert(
      fc.property(hostileReport, options, (report, { width, color, verbose }) => {
        const text = withoutColour(formatTable(report, { width, color, verbose }))
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
        expect(text).toMatch(/[^\n]\n$/)
        const prose = report.results.some(({ fix, why }) => /```|~~~/.test(`${fix}${why}`))
        if (!prose) for (const line of linesOf(text)) expect(measureText(line)).toBeLessThanOrEqual(width)
      }),
    )
  })
})
