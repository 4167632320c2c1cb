import { describe, expect, it } from 'vitest'
import { type CheckResult, summarize } from '../../src/core/report.ts'
import { toNote } from '../../src/core/waiver.ts'
import { formatAcceptances, toAcceptanceJson } from '../../src/formats/acceptances-table.ts'
import { FORMAT_NAMES, type FormatName, REPORT_FORMATS } from '../../src/formats/index.ts'
import { createUuidOf } from '../../src/state/uuid-of.ts'
import { DAY, GIVEN, sampleAttestation, sampleWaiver } from '../core/sample-acceptances.ts'
import { HOSTILE } from './hostile-text.ts'
import { readCsv } from './read-csv.ts'
import { readXml } from './read-xml.ts'
import { sampleReport, sampleResult } from './sample-report.ts'

const tools = { version: '1.2.3', uuidOf: createUuidOf() }
const waiver = toNote(sampleWaiver())

function write(format: FormatName, results: readonly CheckResult[], options = {}): string {
  const report = sampleReport(results, { summary: summarize(results) })
  return REPORT_FORMATS[format](report, options, tools)
}

const failing = sampleResult({
  check: 'failing',
  title: 'It is so',
  verdict: 'fail',
  reason: 'it is not so',
  fix: 'Mend it.',
})
const waived: CheckResult = { ...failing, check: 'waived', waiver }

describe('a failure that is waived', () => {
  it('is marked in the table as what it is, below what fails, with until when, by whom and why', () => {
    const table = write('table', [waived, failing])
    expect(table).toContain('~WAIVED')
    expect(table.indexOf('~WAIVED')).toBeGreaterThan(table.indexOf('✗ FAIL'))
    expect(table.replaceAll(/\s+/g, ' ')).toContain(
      'approved by Ann Example: the instruments are read by USB (usb-in-the-lab)',
    )
    expect(table).toContain('1 failed, 1 waived')
    // Who accepted it need not be told how to mend it.
    expect(table.split('~WAIVED')[1]).not.toContain('Mend it.')
  })

  it('is never counted as passed, nor as failed', () => {
    expect(summarize([waived, failing])).toEqual({ pass: 0, warn: 0, fail: 1, error: 0, not_applicable: 0, waived: 1 })
    expect(summarize([failing])).not.toHaveProperty('waived')
    expect(write('markdown', [waived])).toMatch(/^## 🟡 1 of 1 check waived/)
    expect(write('table', [waived])).toContain('0 failed, 1 waived')
  })

  it('keeps its verdict in formats for programs, with the waiver beside it', () => {
    const [result] = JSON.parse(write('json', [waived])).results
    expect(result).toMatchObject({
      verdict: 'fail',
      waiver: { id: 'usb-in-the-lab', until: '2026-04-03T00:00:00.000Z' },
    })
    expect(JSON.parse(write('jsonl', [waived]))).toMatchObject({ verdict: 'fail', waiver: { approver: 'Ann Example' } })
    const [header, record] = readCsv(write('csv', [waived]))
    expect(record?.[header?.indexOf('verdict') ?? -1]).toBe('fail')
    expect(record?.slice(-3, -1)).toEqual(['usb-in-the-lab', '2026-04-03T00:00:00.000Z'])
  })

  it('is skipped in JUnit, and says why', () => {
    const xml = write('junit', [waived, failing])
    expect(xml).toMatch(/tests="2" failures="1" errors="0" skipped="1"/)
    expect(xml).toMatch(/<skipped message="waived until [^"]*: the instruments are read by USB \(usb-in-the-lab\)/)
    readXml(xml)
  })

  it('stands in the table of Markdown without a section of its own', () => {
    const text = write('markdown', [waived, failing])
    expect(text).toContain('| 🟡 waived |')
    expect(text.match(/^### /gm)).toHaveLength(1)
    expect(text).toContain('1 failed · 1 waived')
  })

  it('that somebody else put text into harms no format', () => {
    for (const text of HOSTILE) {
      const note = { ...waiver, reason: text, approver: text, id: 'a' }
      for (const format of FORMAT_NAMES) {
        const written = write(format, [
          { ...waived, waiver: note },
          { ...failing, lapsed: { id: text, why: text } },
        ])
        expect(written, format).not.toContain('\u001b')
        if (format === 'junit') readXml(written)
        if (format === 'csv') expect(readCsv(written)).toHaveLength(3)
        if (format === 'markdown') expect(written).not.toContain('<img')
      }
    }
  })
})

describe('a waiver that does not hold', () => {
  it('is told beside the failure, which counts', () => {
    const lapsed = { id: 'old', why: 'it expired at 2026-02-01T00:00:00.000Z' }
    const results = [{ ...failing, lapsed }]
    for (const format of ['table', 'markdown'] as const) {
      expect(write(format, results)).toContain('old does not hold: it expired at')
    }
    expect(summarize(results).fail).toBe(1)
  })
})

describe('a list of waivers', () => {
  const time = { now: GIVEN + 20 * DAY, notice: 14 * DAY }

  it('begins with what ends soon', () => {
    const all = [
      sampleWaiver({ id: 'far', until: GIVEN + 90 * DAY }),
      sampleWaiver(),
      sampleWaiver({ id: 'old', until: GIVEN }),
    ]
    const lines = formatAcceptances(all, time).split('\n')
    expect(lines[0]).toMatch(/^STATE\s+ID\s+UNTIL/)
    expect(lines.slice(1, 4).map((line) => line.split(/\s+/).slice(0, 2))).toEqual([
      ['expiring', 'usb-in-the-lab'],
      ['active', 'far'],
      ['expired', 'old'],
    ])
  })

  it('is the same for programs', () => {
    expect(toAcceptanceJson(sampleWaiver(), time)).toMatchObject({
      id: 'usb-in-the-lab',
      state: 'expiring',
      assets: { all: true },
      until: '2026-04-03T00:00:00.000Z',
      origin: '/etc/keelson/waivers/lab.yaml:2',
    })
    expect(toAcceptanceJson(sampleAttestation(), time)).toMatchObject({ framework: 'nist-800-53@5', origin: 'store' })
    expect(formatAcceptances([sampleAttestation()], time)).toContain('nist-800-53@5 at-2, at-3*')
  })
})
