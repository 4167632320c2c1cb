import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCsv } from '../../src/formats/csv.ts'
import { hostileReport } from './hostile-text.ts'
import { readCsv } from './read-csv.ts'
import { realisticReport, sampleReport } from './sample-report.ts'

const HEADER =
  'check,title,severity,verdict,reason,evidence,fix,version,asset,platform,source,finishedAt,frameworks,waiver,waivedUntil,unseen'

describe('formatCsv', () => {
  it('has a header and a record per result', () => {
    const report = realisticReport()
    const [header, ...records] = readCsv(formatCsv(report))
    expect(header?.join(',')).toBe(HEADER)
    expect(records).toHaveLength(report.results.length)
    const disk = report.results.find(({ check }) => check === 'disk-encryption')
    expect(records.find(([check]) => check === 'disk-encryption')).toEqual([
      'disk-encryption',
      'Disks that hold data are encrypted',
      'critical',
      'fail',
      '2 of 3 rows do not pass',
      JSON.stringify(disk?.evidence),
      disk?.fix,
      '5f0c1d2e3b4a',
      'web-1',
      'linux',
      'embedded engine (preview, follows osquery 5.23.0)',
      '2026-03-04T05:06:08.240Z',
      '',
      '',
      '',
      '',
    ])
  })

  it('is a header alone for a run without results', () => {
    expect(formatCsv(sampleReport([]))).toBe(`${HEADER}\r\n`)
  })

  it('is well formed whatever the text, and no cell is a formula', () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        const records = readCsv(formatCsv(report))
        expect(records).toHaveLength(report.results.length + 1)
        for (const record of records) {
          expect(record).toHaveLength(16)
          for (const cell of record) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/)
        }
        const evidence = records.slice(1).map((record) => JSON.parse(record[5] as string))
        expect(evidence).toEqual(report.results.map((result) => JSON.parse(JSON.stringify(result.evidence))))
      }),
    )
  })
})
