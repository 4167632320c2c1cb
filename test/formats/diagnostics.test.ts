import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../src/core/check.ts'
import { formatDiagnostics } from '../../src/formats/diagnostics.ts'

const UNKNOWN_KEY: Diagnostic = {
  level: 'error',
  code: 'unknown-key',
  message: "unknown key 'plaforms'",
  hint: "did you mean 'platforms'?",
  place: { file: 'checks/b.yaml', line: 12, column: 3 },
  check: 'host-firewall',
}
const NEWER_TABLE: Diagnostic = {
  level: 'warning',
  code: 'newer-table',
  message: "table 'x' needs osquery 5.10",
  place: { file: 'checks/b.yaml', line: 4, column: 1 },
  platform: 'linux',
}

describe('formatDiagnostics', () => {
  it('says file, line and column, in their order, with the hint below', () => {
    const other = { ...UNKNOWN_KEY, place: { file: 'checks/a.yaml', line: 30, column: 1 } }
    expect(formatDiagnostics([UNKNOWN_KEY, NEWER_TABLE, other])).toBe(
      [
        "checks/a.yaml:30:1: error: unknown key 'plaforms' [unknown-key]",
        "  hint: did you mean 'platforms'?",
        "checks/b.yaml:4:1: warning: table 'x' needs osquery 5.10 [newer-table] on linux",
        "checks/b.yaml:12:3: error: unknown key 'plaforms' [unknown-key]",
        "  hint: did you mean 'platforms'?",
        '',
        '2 errors, 1 warning in 2 files',
        '',
      ].join('\n'),
    )
  })

  it('names only the levels that there are', () => {
    expect(formatDiagnostics([NEWER_TABLE])).toMatch(/\n\n1 warning in 1 file\n$/)
    expect(formatDiagnostics([])).toBe('No problems found\n')
  })

  it('colours levels and places when asked', () => {
    const text = formatDiagnostics([UNKNOWN_KEY], { color: true })
    expect(text).toContain('\u001b[1mchecks/b.yaml:12:3:\u001b[0m \u001b[1;31merror:\u001b[0m ')
    expect(text.replace(/\u001b\[[0-9;]*m/g, '')).toBe(formatDiagnostics([UNKNOWN_KEY]))
  })

  it('shows what a file hides in its name or its keys, and keeps the lines of a message together', () => {
    const text = formatDiagnostics([
      { ...UNKNOWN_KEY, message: 'one\n\u001b[2Jtwo\u202e', place: { file: 'a\n\u0000.yaml', line: 1, column: 1 } },
    ])
    expect(text).toContain('a ␀.yaml:1:1: error: one\n    ␛[2Jtwo\\u{202e} [unknown-key]\n')
  })
})
