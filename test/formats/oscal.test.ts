import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FormattedReport } from '../../src/formats/formatted-report.ts'
import { formatOscal } from '../../src/formats/oscal.ts'
import { oscalToken } from '../../src/formats/oscal-words.ts'
import { hostileReport, hostileText } from './hostile-text.ts'
import { frameworkReport } from './sample-frameworks.ts'
import { realisticReport, sampleReport } from './sample-report.ts'
import { TOOLS } from './sample-tools.ts'
import { findOscalProblems } from './validate-formats.ts'

const write = (report: FormattedReport) => JSON.parse(formatOscal(report, {}, TOOLS))
const resultOf = (report: FormattedReport) => write(report)['assessment-results'].results[0]

interface Finding {
  readonly target: {
    readonly 'target-id': string
    readonly status: { readonly state: string; readonly reason: string }
  }
}

describe('formatOscal', () => {
  it('writes what the published schema allows', () => {
    for (const report of [realisticReport(), frameworkReport(), sampleReport([])]) {
      expect(findOscalProblems(write(report))).toEqual([])
    }
  })

  it('is seen to be wrong where it would be', () => {
    const document = write(frameworkReport())
    document['assessment-results'].results[0].findings[0].target.status.state = 'partially-satisfied'
    delete document['assessment-results']['import-ap']
    expect(findOscalProblems(document)).toHaveLength(2)
  })

  it('finds only what is certain: what is met in part, unknown or attested is left to the observations', () => {
    const findings: Finding[] = resultOf(frameworkReport()).findings
    const told = findings.map(({ target }) => `${target['target-id']}: ${target.status.state}, ${target.status.reason}`)
    expect(told).toEqual([
      'ac-2.1_obj: satisfied, pass',
      '_9.1.1_obj: not-satisfied, fail',
      'sc-28_obj: not-satisfied, other',
    ])
  })

  it('has reviewed only the controls that checks say something of', () => {
    const [selection] = resultOf(frameworkReport())['reviewed-controls']['control-selections']
    const ids = selection['include-controls'].map((each: Record<string, string>) => each['control-id'])
    expect(ids).toEqual(['ac-2.1', 'ac-17', '_9.1.1', 'sc-28', 'au-8', 'pe-1'])
    const [none] = resultOf(realisticReport())['reviewed-controls']['control-selections']
    expect(none).toEqual({ description: 'No framework was asked for, so that no control was reviewed.' })
  })

  it('has failures as risks, and a waiver as a deviation with its end', () => {
    const risks: { title: string; status: string; deadline?: string }[] = resultOf(frameworkReport()).risks
    expect(risks.map(({ title, status, deadline }) => ({ title, status, deadline }))).toEqual([
      { title: 'Host firewall is on', status: 'open', deadline: undefined },
      { title: 'Disks that hold data are encrypted', status: 'deviation-approved', deadline: '2026-04-01T00:00:00Z' },
    ])
  })

  it('says who attests what', () => {
    const [{ parts }] = resultOf(frameworkReport()).attestations
    expect(parts[0]).toMatchObject({
      title: 'AT-1',
      prose: 'all were trained (A. Person, until 2027-01-01T00:00:00Z)',
    })
  })

  it('refers only to what the document has', () => {
    const text = formatOscal(frameworkReport(), {}, TOOLS)
    const defined = new Set([...text.matchAll(/^ *"uuid": "([^"]+)"/gm)].map(([, uuid]) => uuid))
    const referred = [...text.matchAll(/"(?:observation|risk|subject|actor)-uuid": "([^"]+)"/g)].map(([, uuid]) => uuid)
    expect(referred.length).toBeGreaterThan(10)
    expect(referred.filter((uuid) => !defined.has(uuid))).toEqual([])
    expect(defined.has(write(frameworkReport())['assessment-results']['import-ap'].href.slice(1))).toBe(true)
  })

  it('writes the same bytes for the same report, and another document for another time', () => {
    expect(formatOscal(frameworkReport(), {}, TOOLS)).toBe(formatOscal(frameworkReport(), {}, TOOLS))
    const later = { ...frameworkReport(), finishedAt: '2026-09-09T00:00:00Z' }
    expect(write(later)['assessment-results'].uuid).not.toBe(write(frameworkReport())['assessment-results'].uuid)
  })

  it('is valid whatever the text', () => {
    fc.assert(fc.property(hostileReport, (report) => void expect(findOscalProblems(write(report))).toEqual([])))
  })

  it.each([
    ['AC-2(1)', 'ac-2.1'],
    ['ac-2.1', 'ac-2.1'],
    ['9.1.1', '_9.1.1'],
    ['A.8.24', 'a.8.24'],
    ['164.312(a)(1)', '_164.312.a.1'],
    ['CC6.1 x', 'cc6.1_x'],
  ])('names the control %s %s', (id, token) => {
    expect(oscalToken(id)).toBe(token)
  })

  it('names every control as the model has it', () => {
    fc.assert(
      fc.property(hostileText, (id) => void expect(oscalToken(id)).toMatch(/^(\p{L}|_)(\p{L}|\p{N}|[.\-_])*$/u)),
    )
  })
})
