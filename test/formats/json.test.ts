import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatJson } from '../../src/formats/json.ts'
import { formatJsonl } from '../../src/formats/jsonl.ts'
import { hostileReport } from './hostile-text.ts'
import { realisticReport, sampleReport } from './sample-report.ts'

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('formatJson', () => {
  it('answers the whole report, indented, in the documented order', () => {
    const text = formatJson(realisticReport())
    expect(JSON.parse(text)).toEqual(realisticReport())
    expect(Object.keys(JSON.parse(text))).toEqual(['asset', 'source', 'startedAt', 'finishedAt', 'results', 'summary'])
    expect(text).toMatch(/^\{\n {2}"asset": \{\n {4}"uuid"/)
  })

  it('keeps hostile text as it is, without printing it', () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        const text = formatJson(report)
        expect(JSON.parse(text)).toEqual(plain(report))
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
      }),
    )
  })
})

describe('formatJsonl', () => {
  it('answers a line per result that stands alone', () => {
    const report = realisticReport()
    const lines = formatJsonl(report).trimEnd().split('\n')
    expect(lines).toHaveLength(report.results.length)
    for (const [index, line] of lines.entries()) {
      const { asset, source, finishedAt, ...result } = JSON.parse(line)
      expect({ asset, source, finishedAt }).toEqual({
        asset: report.asset,
        source: report.source,
        finishedAt: report.finishedAt,
      })
      expect(result).toEqual(report.results[index])
    }
  })

  it('has no line for a run without results', () => {
    expect(formatJsonl(sampleReport([]))).toBe('')
  })

  it('keeps hostile text within its line', () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        const lines = formatJsonl(report).split('\n').slice(0, -1)
        expect(lines.map((line) => JSON.parse(line).title)).toEqual(
          report.results.map((result) => (plain(result) as { title: string }).title),
        )
      }),
    )
  })
})
