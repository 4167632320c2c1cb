import { describe, expect, it } from 'vitest'
import { findFramework, narrowChecks, openFrameworks } from '../../src/app/frameworks/index.ts'
import { openLibrary } from '../../src/app/library.ts'
import { makeConfig } from '../../src/config.ts'
import { writeFolder } from '../content/write-folder.ts'

const CHECKS = `
- { id: one, title: One, severity: low, params: { days: { type: integer, default: 7 } },
    platforms: { linux: { sql: "SELECT :days > 1 AS passed" } } }
- { id: two, title: Two, severity: low, platforms: { linux: { sql: SELECT 1 AS passed } } }
- { id: three, title: Three, severity: low, platforms: { linux: { sql: SELECT 1 AS passed } } }
`
const FRAMEWORK = `
framework: ours
version: "1"
title: Ours
publisher: Us
source: invented for a test
licence: public domain
titles: own
requirements:
  a: { checks: [one] }
  b: { checks: [two] }
`
const PROFILE = `
profile: p
title: P
framework: ours@1
include: { requirements: [a], checks: [three] }
params: { one: { days: 30 } }
severity: { one: critical }
`

const folder = writeFolder({ 'c/checks.yaml': CHECKS, 'f/ours@1.yaml': FRAMEWORK, 'p/p.yaml': PROFILE })
const config = makeConfig({
  library: false,
  checks: [`${folder}/c`],
  frameworks: [`${folder}/f`],
  profiles: [`${folder}/p`],
})
const library = openLibrary(config)
const selection = { patterns: [], tags: [] }
const idsOf = (only: ReadonlySet<string> | undefined) => only && [...only]

describe('narrowChecks', () => {
  it('leaves all as it is when nothing is named', () => {
    expect(narrowChecks({}, { config, library, selection }).selection).toBe(selection)
  })

  it('selects what a framework names', () => {
    const narrowed = narrowChecks({ framework: 'ours' }, { config, library, selection })
    expect(idsOf(narrowed.selection.only)).toEqual(['one', 'two'])
  })

  it('selects what a profile means, with its parameters and severities', () => {
    const narrowed = narrowChecks({ profile: 'p' }, { config, library, selection })
    expect(idsOf(narrowed.selection.only)).toEqual(['one', 'three'])
    expect(narrowed.config.params.one).toEqual({ days: 30 })
    expect(narrowed.library.checks.map(({ severity }) => severity)).toEqual(['critical', 'low', 'low'])
  })

  it("lets a machine's own parameters come before those of the profile", () => {
    const own = makeConfig({ ...config, params: { one: { days: 2 } } })
    const narrowed = narrowChecks({ profile: 'p' }, { config: own, library, selection })
    expect(narrowed.config.params.one).toEqual({ days: 2 })
  })

  it('selects what belongs to both', () => {
    const narrowed = narrowChecks({ profile: 'p', framework: 'ours@1' }, { config, library, selection })
    expect(idsOf(narrowed.selection.only)).toEqual(['one'])
  })

  it('tells of names that mean nothing', () => {
    expect(() => narrowChecks({ profile: 'q' }, { config, library, selection })).toThrow('no profile is called q')
    expect(() => narrowChecks({ framework: 'hours@1' }, { config, library, selection })).toThrow(
      expect.objectContaining({ hint: 'did you mean ours@1?' }),
    )
  })

  it('asks for the version where several are known', () => {
    const { frameworks } = openFrameworks(config, library)
    expect(() => findFramework(frameworks, 'nist-800-171')).toThrow(
      expect.objectContaining({ hint: 'name one of nist-800-171@2, nist-800-171@3' }),
    )
    expect(findFramework(frameworks, 'NIST-800-53@5').version).toBe('5')
  })
})
