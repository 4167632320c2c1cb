import { describe, expect, it } from 'vitest'
import { loadLibrary } from '../../src/content/load.ts'
import { loadProfiles } from '../../src/content/load-profiles.ts'
import { indexFrameworks, indexProfiles, resolveProfile } from '../../src/core/profile.ts'
import { makeFramework } from '../core/make-framework.ts'
import { showDiagnostics, writeFolder } from './write-folder.ts'

const CHECKS = ['one', 'two', 'three', 'four']
  .map((id) => {
    const params = id === 'one' ? '\n  params: { days: { type: integer, default: 7, max: 90 } }' : ''
    const sql = id === 'one' ? 'SELECT :days > 1 AS passed' : 'SELECT 1 AS passed'
    return `- id: ${id}\n  title: ${id}\n  severity: low\n  tags: [t-${id}]${params}\n  platforms: { linux: { sql: "${sql}" } }\n`
  })
  .join('')

const { checks } = loadLibrary([writeFolder({ 'checks.yaml': CHECKS })])
const frameworks = indexFrameworks([
  makeFramework([
    { id: 'a', heading: true },
    { id: 'a.1', parent: 'a', checks: ['one'] },
    { id: 'a.2', parent: 'a', checks: ['two'] },
    { id: 'b', checks: ['three'] },
  ]),
])

function load(files: Readonly<Record<string, string>>) {
  const folder = writeFolder(
    Object.fromEntries(
      Object.entries(files).map(([id, text]) => [`${id}.yaml`, `profile: ${id}\ntitle: x\n${text}\n`]),
    ),
  )
  const { profiles, diagnostics } = loadProfiles([folder], { checks, frameworks })
  return { profiles: indexProfiles(profiles), problems: showDiagnostics(diagnostics, folder) }
}

function resolve(files: Readonly<Record<string, string>>, id: string) {
  const { profiles, problems } = load(files)
  expect(problems).toEqual([])
  return resolveProfile(profiles.get(id)!, { profiles, frameworks, checks })
}

const idsOf = (files: Readonly<Record<string, string>>, id: string) =>
  resolve(files, id).checks.map(({ check, by }) => `${check} by ${by}`)

describe('a profile', () => {
  it('means every check of its framework when it says nothing else', () => {
    expect(idsOf({ p: 'framework: example@1' }, 'p')).toEqual(['one by p', 'three by p', 'two by p'])
  })

  it('means the checks of requirements with everything under them, of tags and of patterns', () => {
    const text = 'framework: example@1\ninclude: { requirements: [a], tags: [t-three], checks: ["fo*"] }'
    expect(idsOf({ p: text }, 'p')).toEqual(['four by p', 'one by p', 'three by p', 'two by p'])
  })

  it('inherits, leaves out for a reason, and takes in again', () => {
    const files = {
      base: 'framework: example@1\nexclude: [{ checks: [two], reason: too noisy }]',
      middle: 'extends: [base]\nexclude: [{ requirements: [b], reason: not ours }]',
      top: 'extends: [middle]\ninclude: { checks: [two, four] }',
    }
    expect(idsOf(files, 'top')).toEqual(['four by top', 'one by base', 'two by top'])
    expect(resolve(files, 'top').excluded).toEqual([{ check: 'three', by: 'middle', reason: 'not ours' }])
    expect(resolve(files, 'top').framework).toBe('example@1')
  })

  it('gives parameters and severities, the nearer winning', () => {
    const files = {
      base: 'framework: example@1\nparams: { one: { days: 30 } }\nseverity: { one: high, two: medium }',
      top: 'extends: [base]\nparams: { one: { days: 14 } }\nseverity: { two: critical }',
    }
    const { params, checks: resolved } = resolve(files, 'top')
    expect(params).toEqual({ one: { days: 14 } })
    expect(resolved.map(({ check, severity }) => [check, severity])).toEqual([
      ['one', 'high'],
      ['three', undefined],
      ['two', 'critical'],
    ])
  })
})

describe('loadProfiles tells of', () => {
  it.each([
    ['a check', 'include: { checks: [tow] }', ['p.yaml:3:21: there is no check "tow" | did you mean "two"?']],
    ['a tag', 'include: { tags: [t-tow] }', ['p.yaml:3:19: there is no tag "t-tow" | did you mean "t-two"?']],
    [
      'a framework',
      'framework: exampel@1',
      ['p.yaml:3:12: there is no framework "exampel@1" | did you mean "example@1"?'],
    ],
    [
      'a requirement',
      'framework: example@1\ninclude: { requirements: [a.3] }',
      ['p.yaml:4:27: there is no requirement of example@1 "a.3" | did you mean "a.1"?'],
    ],
    [
      'a requirement without a framework',
      'include: { requirements: [a] }',
      ['p.yaml:3:27: requirement "a" belongs to no framework | name the framework: framework: nist-800-53@5'],
    ],
    ['a profile', 'extends: [q]', ['p.yaml:3:11: there is no profile "q"']],
    [
      'itself',
      'extends: [p]',
      ['p.yaml:3:11: "p" builds on itself by way of "p" | take one of these out of "extends"'],
    ],
    [
      'nothing',
      '',
      ['p.yaml:1:1: the profile names nothing that it asks for | add "include", "framework" or "extends"'],
    ],
    [
      'parameters and severities',
      'include: { checks: [one] }\nparams: { one: { day: 1, days: 100 }, six: {} }\nseverity: { seven: low }',
      [
        'p.yaml:4:18: unknown parameter "day" of check "one" | did you mean "days"?',
        'p.yaml:4:32: parameter "days" must be at most 90, not 100',
        'p.yaml:4:39: there is no check "six"',
        'p.yaml:5:13: there is no check "seven"',
      ],
    ],
    [
      'an exclusion of nothing',
      'framework: example@1\nexclude: [{ reason: none }]',
      ['p.yaml:4:11: the exclusion leaves nothing out | add "checks", "tags" or "requirements"'],
    ],
    [
      'an exclusion without a reason',
      'framework: example@1\nexclude: [{ checks: [one] }]',
      ['p.yaml:4:11: exclude[0] needs the key "reason" | reason: Why they are left out.'],
    ],
  ])('%s that is wrong', (_, text, problems) => {
    expect(load({ p: text }).problems).toEqual(problems)
  })
})
