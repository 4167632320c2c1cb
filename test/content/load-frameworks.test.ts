import { describe, expect, it } from 'vitest'
import { loadFrameworks } from '../../src/content/load-frameworks.ts'
import { showDiagnostics, writeFolder } from './write-folder.ts'

const HEAD = [
  'framework: example',
  'version: "1"',
  'title: An example',
  'publisher: Nobody',
  'source: invented for a test',
  'licence: public domain',
  'titles: own',
  'requirements:',
  '',
].join('\n')

const CHECKS = new Set(['disk-encryption', 'host-firewall'])

function load(files: Readonly<Record<string, string>>, checks: ReadonlySet<string> | undefined = CHECKS) {
  const folder = writeFolder(files)
  const { frameworks, diagnostics } = loadFrameworks([{ folder, checks }])
  return { frameworks, problems: showDiagnostics(diagnostics, folder) }
}

const problemsOf = (requirements: string, head = HEAD) =>
  load({ 'example@1.yaml': head + requirements }).problems.map((each) => each.replace(/^example@1.yaml:/, ''))

describe('loadFrameworks', () => {
  it('reads requirements in their order, with ids as they are written', () => {
    const text = `${HEAD}  a: { title: Storage, heading: true }\n  1.10: { parent: a, checks: [disk-encryption] }\n  a.2: { parent: a }\n`
    const { frameworks, problems } = load({ 'example@1.yaml': text })
    expect(problems).toEqual([])
    expect(frameworks[0]?.requirements).toMatchObject([
      { id: 'a', heading: true, title: 'Storage', checks: [] },
      { id: '1.10', parent: 'a', measure: 'partly', checks: ['disk-encryption'], place: { line: 10 } },
      { id: 'a.2', measure: 'attested' },
    ])
  })

  it.each([
    [
      'a check that does not exist',
      '  a: { checks: [disk-encription] }',
      ['9:17: no check is called "disk-encription" | did you mean "disk-encryption"?'],
    ],
    [
      'a parent that does not exist, and a wrong measure beside it',
      '  ab: { heading: true }\n  b: { parent: aab, measure: measured }',
      [
        '10:16: "b" stands under "aab", which is no requirement of this framework | did you mean "ab"?',
        '10:30: it is measured, but names no check | name the checks, or write attested',
      ],
    ],
    [
      'parents in a ring',
      '  a: { parent: b }\n  b: { parent: a }',
      [
        '9:16: "a" stands under itself: a → b → a | take one of these parents away',
        '10:16: "b" stands under itself: b → a → b | take one of these parents away',
      ],
    ],
    [
      'a requirement that is attested and names checks',
      '  a: { measure: attested, checks: [host-firewall] }',
      ['9:17: it is attested, but names checks | write measured or partly, or take the checks away'],
    ],
    [
      'a requirement that cannot be measured, without a word why',
      '  a: { measure: not_measurable }',
      ['9:17: why it is not measurable must be said | add "reason"'],
    ],
    [
      'a heading with checks',
      '  a: { heading: true, checks: [host-firewall] }',
      ['9:31: a heading asks for nothing, so no check supports it | move them to a requirement'],
    ],
    ['a requirement that is written twice', '  a: {}\n  a: {}', ['10:3: duplicate key "a" | remove one of the two']],
    ['a misspelt key', '  a: { check: [] }', ['9:8: unknown key "check" in requirements.a | did you mean "checks"?']],
  ])('tells where there is %s', (_, requirements, problems) => {
    expect(problemsOf(requirements)).toEqual(problems)
  })

  it('asks for quotes around a version', () => {
    const [problem] = problemsOf('  a: {}', HEAD.replace('"1"', '1.10'))
    expect(problem).toMatch(/^2:10: version must be text, not the number 1.10 | write "1.10" in quotes/)
  })

  it('wants a file to be called as its framework', () => {
    expect(load({ 'other.yaml': `${HEAD}  a: {}\n` }).problems).toEqual([
      'other.yaml:1:12: framework "example@1" stands in a file named "other" | call the file example@1.yaml',
    ])
  })

  it('lets a later folder replace a framework', () => {
    const one = writeFolder({ 'example@1.yaml': `${HEAD}  a: {}\n` })
    const other = writeFolder({ 'example@1.yaml': `${HEAD}  b: {}\n` })
    const { frameworks } = loadFrameworks([
      { folder: one, checks: undefined },
      { folder: other, checks: undefined },
    ])
    expect(frameworks.map(({ requirements }) => requirements.map(({ id }) => id))).toEqual([['b']])
  })

  it('leaves a framework out that has an error', () => {
    const { frameworks } = load({ 'example@1.yaml': `${HEAD}  a: { checks: [nothing] }\n` })
    expect(frameworks).toEqual([])
  })
})
