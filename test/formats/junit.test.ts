import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatJunit } from '../../src/formats/junit.ts'
import { hostileReport } from './hostile-text.ts'
import { readXml, type XmlElement } from './read-xml.ts'
import { realisticReport, sampleReport, sampleResult } from './sample-report.ts'

function suiteOf(text: string): XmlElement {
  const root = readXml(text)
  expect(root.name).toBe('testsuites')
  expect(root.children.map(({ name }) => name)).toEqual(['testsuite'])
  return root.children[0] as XmlElement
}

function casesOf(text: string): XmlElement[] {
  return suiteOf(text).children.filter(({ name }) => name === 'testcase')
}

describe('formatJunit', () => {
  it('names the suite, its counts, its time and where it ran', () => {
    expect(suiteOf(formatJunit(realisticReport())).attributes).toEqual({
      name: 'keelson',
      tests: '10',
      failures: '2',
      errors: '1',
      skipped: '2',
      time: '1.240',
      timestamp: '2026-03-04T05:06:07',
      hostname: 'web-1',
    })
  })

  it('has a case per check, named by id and title, in the class of its first tag', () => {
    const untagged = sampleResult({ tags: [] })
    const cases = casesOf(formatJunit(sampleReport([sampleResult(), untagged])))
    expect(cases.map(({ attributes }) => attributes)).toEqual([
      { classname: 'firewall', name: 'host-firewall: Host firewall is on', time: '0' },
      { classname: 'checks', name: 'host-firewall: Host firewall is on', time: '0' },
    ])
  })

  it('says what was found and how to mend it in a failure', () => {
    const failing = casesOf(formatJunit(realisticReport())).find(({ attributes }) =>
      attributes.name?.startsWith('disk'),
    )
    expect(failing?.children[0]).toMatchObject({
      name: 'failure',
      attributes: { message: '2 of 3 rows do not pass', type: 'fail.critical' },
    })
    expect(failing?.children[0]?.text.split('\n')).toEqual([
      'severity: critical',
      'found:',
      '  /dev/sda2  encrypted=0  type=ext4  mounted_at=/',
      '  /dev/sdb1  encrypted=0  type=xfs  mounted_at="/srv/customer data"',
      'fix:',
      '  Reinstall with LUKS, or move the data to an encrypted volume with `cryptsetup`. See the guide (https://docs.example.com/luks).',
    ])
  })

  it('maps each verdict to its element', () => {
    const verdicts = ['pass', 'warn', 'fail', 'error', 'not_applicable'] as const
    const report = sampleReport(verdicts.map((verdict) => sampleResult({ verdict, reason: 'because' })))
    const elements = (strict: boolean): (string | undefined)[] =>
      casesOf(formatJunit(report, { strict })).map(({ children }) => children[0]?.name)
    expect(elements(false)).toEqual([undefined, 'system-out', 'failure', 'error', 'skipped'])
    expect(elements(true)).toEqual([undefined, 'failure', 'failure', 'error', 'skipped'])
    expect(suiteOf(formatJunit(report, { strict: true })).attributes.failures).toBe('2')
  })

  it('is well formed and counts right whatever the text', () => {
    fc.assert(
      fc.property(hostileReport, fc.boolean(), (report, strict) => {
        const text = formatJunit(report, { strict })
        const suite = suiteOf(text)
        const cases = casesOf(text)
        const count = (name: string): string =>
          String(cases.filter(({ children }) => children[0]?.name === name).length)
        expect(cases).toHaveLength(report.results.length)
        expect(suite.attributes).toMatchObject({
          tests: String(cases.length),
          failures: count('failure'),
          errors: count('error'),
          skipped: count('skipped'),
        })
        expect(text).toMatch(/[^\n]\n$/)
      }),
    )
  })
})
