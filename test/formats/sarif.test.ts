import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FormattedReport } from '../../src/formats/formatted-report.ts'
import { formatSarif } from '../../src/formats/sarif.ts'
import { hostileReport } from './hostile-text.ts'
import { frameworkReport, waivedReport } from './sample-frameworks.ts'
import { realisticReport, sampleReport, sampleResult } from './sample-report.ts'
import { TOOLS } from './sample-tools.ts'
import { findSarifProblems } from './validate-formats.ts'

const write = (report: FormattedReport, strict = false) => JSON.parse(formatSarif(report, { strict }, TOOLS))
const runOf = (report: FormattedReport, strict = false) => write(report, strict).runs[0]
const resultOf = (report: FormattedReport, check: string) =>
  runOf(report).results.find(({ ruleId }: { ruleId: string }) => ruleId === check)

describe('formatSarif', () => {
  it('writes what the published schema allows', () => {
    for (const report of [realisticReport(), frameworkReport(), sampleReport([])]) {
      expect(findSarifProblems(write(report))).toEqual([])
    }
  })

  it('is seen to be wrong where it would be', () => {
    const log = write(realisticReport())
    log.runs[0].results[0].kind = 'passed'
    log.runs[0].surprise = true
    expect(findSarifProblems(log)).toHaveLength(2)
  })

  it('says of each verdict what SARIF calls it, and gives only failures a level', () => {
    const verdicts = ['pass', 'warn', 'fail', 'error', 'not_applicable'] as const
    const report = sampleReport(verdicts.map((verdict) => sampleResult({ check: verdict, verdict, reason: 'because' })))
    const standing = (strict: boolean) =>
      runOf(report, strict).results.map(({ kind, level }: { kind: string; level: string }) => `${kind} ${level}`)
    expect(standing(false)).toEqual(['pass none', 'fail warning', 'fail error', 'open none', 'notApplicable none'])
    expect(standing(true)[1]).toBe('fail error')
  })

  it('has a rule per check, with how to mend it and how severe it is', () => {
    const { rules } = runOf(realisticReport()).tool.driver
    const rule = rules.find(({ id }: { id: string }) => id === 'host-firewall')
    expect(rule).toMatchObject({
      shortDescription: { text: 'Host firewall is on' },
      help: { markdown: expect.stringContaining('```text\nsudo ufw default deny incoming') },
      properties: { severity: 'high', 'security-severity': '8.0', tags: ['firewall', 'network'] },
    })
    expect(resultOf(realisticReport(), 'host-firewall').ruleIndex).toBe(rules.indexOf(rule))
  })

  it('has a waiver as an accepted suppression, and says of every other result that it has none', () => {
    expect(resultOf(waivedReport(), 'disk-encryption')).toMatchObject({
      kind: 'fail',
      suppressions: [
        {
          kind: 'external',
          status: 'accepted',
          justification: 'the new disks come in March (approved by A. Person, until 2026-04-01T00:00:00Z)',
        },
      ],
    })
    expect(resultOf(waivedReport(), 'host-firewall').suppressions).toEqual([])
  })

  it('has each framework as a taxonomy that rules refer to', () => {
    const { taxonomies, tool } = runOf(frameworkReport({ partial: 'only the beginning' }))
    expect(taxonomies).toHaveLength(1)
    expect(taxonomies[0]).toMatchObject({ name: 'example@1', organization: 'Nobody', isComprehensive: false })
    const taxa: { id: string; properties: { status?: string } }[] = taxonomies[0].taxa
    expect(Object.fromEntries(taxa.map(({ id, properties }) => [id, properties.status]))).toMatchObject({
      '9.1.1': 'not_met',
      'SC-28': 'waived',
      'AC-17': 'unknown',
    })
    expect(tool.driver.supportedTaxonomies).toEqual([{ name: 'example@1', guid: taxonomies[0].guid, index: 0 }])
    const rule = tool.driver.rules.find(({ id }: { id: string }) => id === 'kernel-aslr')
    expect(rule.relationships).toEqual([
      { target: { id: '9.1.1', toolComponent: { name: 'example@1' } }, kinds: ['relevant'] },
    ])
  })

  it('knows a finding again in the next run, and on another machine it is another', () => {
    const printOf = (report: FormattedReport) => resultOf(report, 'host-firewall').partialFingerprints['keelson/v1']
    const other = { ...realisticReport().asset, uuid: 'another' }
    expect(printOf({ ...realisticReport(), finishedAt: '2026-09-09T00:00:00Z' })).toBe(printOf(realisticReport()))
    expect(printOf({ ...realisticReport(), asset: other })).not.toBe(printOf(realisticReport()))
  })

  it('takes no placeholder and no link from what was found', () => {
    const report = sampleReport([sampleResult({ verdict: 'fail', reason: 'see [this](file:///etc/passwd) {0} {a}' })])
    expect(runOf(report).results[0].message.text).toBe('see [this] (file:///etc/passwd) {{0}} {a}')
  })

  it('tells no path of the source', () => {
    const source = { kind: 'socket', path: '/var/osquery/private.em', version: '5.23.0', preview: false } as const
    const report = sampleReport([sampleResult()], { source: { ...source, reportsUnreadable: false } })
    expect(formatSarif(report, {}, TOOLS)).not.toContain('private.em')
  })

  it('is valid whatever the text, and keeps evidence as it was found', () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        expect(findSarifProblems(write(report))).toEqual([])
        const evidence = runOf(report).results.map(
          (each: { properties: { evidence: unknown } }) => each.properties.evidence,
        )
        expect(evidence).toEqual(report.results.map((result) => JSON.parse(JSON.stringify(result.evidence))))
      }),
    )
  })
})
