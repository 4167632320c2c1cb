import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FORMAT_NAMES, REPORT_FORMATS } from '../../src/formats/index.ts'
import { hostileReport } from './hostile-text.ts'
import { realisticReport } from './sample-report.ts'
import { TOOLS } from './sample-tools.ts'

describe('REPORT_FORMATS', () => {
  it('has a function for each name', () => {
    expect(Object.keys(REPORT_FORMATS)).toEqual([...FORMAT_NAMES])
  })

  it.each(FORMAT_NAMES)('ends %s with exactly one newline, and never answers differently', (name) => {
    const text = REPORT_FORMATS[name](realisticReport(), {}, TOOLS)
    expect(text).toMatch(/[^\r\n]\r?\n$/)
    expect(REPORT_FORMATS[name](realisticReport(), {}, TOOLS)).toBe(text)
    fc.assert(
      fc.property(hostileReport, (report) => {
        const shown = REPORT_FORMATS[name](report, {}, TOOLS)
        if (report.results.length > 0) expect(shown).toMatch(/[^\r\n]\r?\n$/)
      }),
    )
  })

  it.each(FORMAT_NAMES)('writes %s of 5000 results with long evidence', (name) => {
    const [result] = realisticReport().results.filter(({ verdict }) => verdict === 'warn')
    const results = Array.from({ length: 5000 }, (_, index) => ({ ...result!, check: `check-${index}` }))
    expect(REPORT_FORMATS[name]({ ...realisticReport(), results }, {}, TOOLS)).toContain('check-4999')
  })
})
