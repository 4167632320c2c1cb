import { describe, expect, it } from 'vitest'
import { FORMAT_NAMES, type FormatName } from '../../src/formats/index.ts'
import { formatReportAs } from '../../src/formats/report-formats.ts'
import { readCsv } from './read-csv.ts'
import { readXml } from './read-xml.ts'
import { rememberedReport } from './sample-frameworks.ts'
import { TOOLS } from './sample-tools.ts'
import { findOscalProblems, findSarifProblems } from './validate-formats.ts'
import { findOcsfProblems } from './validate-ocsf.ts'

const write = (format: FormatName) => formatReportAs(format, rememberedReport(), {}, TOOLS)

describe('formatReportAs', () => {
  it.each(FORMAT_NAMES)('writes what is remembered as %s, the same each time', (format) => {
    const text = write(format)
    expect(text).toMatch(/[^\r\n]\r?\n$/)
    expect(write(format)).toBe(text)
    expect(text).toContain('disk-encryption')
  })

  it('is valid in every format that has a schema', () => {
    expect(findSarifProblems(JSON.parse(write('sarif')))).toEqual([])
    expect(findOscalProblems(JSON.parse(write('oscal')))).toEqual([])
    for (const line of write('ocsf').trim().split('\n')) expect(findOcsfProblems(JSON.parse(line))).toEqual([])
  })

  it('says that it rests on the ledger, and names the machine as people do', () => {
    const { source, asset, startedAt } = JSON.parse(write('json'))
    expect(source).toEqual({ kind: 'ledger', version: '0.1.0', sequence: 42, hash: 'ab'.repeat(32) })
    expect([asset.name, startedAt]).toEqual(['the web server', '2026-03-04T05:06:07.000Z'])
    expect(write('table')).toContain('ledger up to entry 42')
  })

  it('counts a check that was never asked as one that could not be judged', () => {
    const { results, summary } = JSON.parse(write('json'))
    const unasked = results.find(({ check }: { check: string }) => check === 'kernel-aslr')
    expect([unasked.verdict, unasked.reason]).toEqual(['error', 'it was never asked on this machine'])
    expect(summary.error).toBe(2)
  })

  it('has the frameworks where the format has a place for them', () => {
    const [framework] = JSON.parse(write('json')).frameworks
    expect(framework).toMatchObject({ framework: 'example@1', counts: { not_met: 1, waived: 1, met: 1 } })
    expect(framework.requirements[0]).toEqual({ id: 'AC-2(1)', status: 'met', checks: ['no-empty-passwords'] })
    const [header = [], ...records] = readCsv(write('csv'))
    const firewall = records.find(([check]) => check === 'host-firewall')
    expect(firewall?.[header.indexOf('frameworks')]).toBe('example@1 9.1.1')
    const [suite] = readXml(write('junit')).children
    const properties = suite?.children.find(({ name }) => name === 'properties')?.children
    expect(properties?.find(({ attributes }) => attributes.name === 'example@1')?.attributes.value).toMatch(
      /score: \d of/,
    )
    expect(write('markdown')).toContain('| 9\\.1.1 |  | not met | host-firewall |')
  })
})
