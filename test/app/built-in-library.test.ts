import { beforeAll, describe, expect, it } from 'vitest'
import { openLibrary, openWorkbench, type Workbench } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { PLATFORMS } from '../../src/core/check.ts'
import { TABLE_FACTS } from '../../src/sql/table-facts.ts'

const config = readConfig({}, {}, '/')
const library = openLibrary(config)
let workbench: Workbench

beforeAll(async () => {
  workbench = await openWorkbench(config, library)
})

describe('the built-in library', () => {
  it('has no problem that lint finds, warnings included', () => {
    const found = library.checks.flatMap((check) => workbench.lint(check))
    expect([...library.diagnostics, ...found, ...workbench.lintUnusedTemplates()]).toEqual([])
  })

  it('passes its own tests', () => {
    const outcomes = library.checks.flatMap((check) => check.tests.map((test) => workbench.test(check, test)))
    expect(
      outcomes.filter(({ passed }) => !passed).map(({ check, test, problem }) => [check, test.name, problem]),
    ).toEqual([])
  })

  it.each([
    ['linux', 100],
    ['darwin', 40],
    ['windows', 40],
  ] as const)('asks enough of %s', (platform, least) => {
    expect(library.checks.filter(({ platforms }) => platforms[platform]).length).toBeGreaterThanOrEqual(least)
  })

  for (const check of library.checks) {
    it(`${check.id} says why it is that severe, and where its facts come from on each platform`, () => {
      expect(check.severityReason).toBeTruthy()
      for (const clause of Object.values(check.platforms)) expect(check.source ?? clause.source).toBeTruthy()
    })

    for (const platform of PLATFORMS.filter((name) => check.platforms[name] !== undefined)) {
      it(`${check.id} is tested on ${platform} for pass, fail and could not be seen`, () => {
        const verdicts = check.tests.filter((test) => test.platform === platform).map(({ verdict }) => verdict)
        expect(verdicts).toEqual(expect.arrayContaining(['pass', 'fail', 'error']))
      })

      it(`${check.id} reads on ${platform} only tables whose facts are known`, () => {
        const tables = workbench
          .compile(check, platform)
          .leaves.flatMap((leaf) => leaf.tables.map(({ table }) => table))
        expect(tables.filter((table) => TABLE_FACTS[table] === undefined)).toEqual([])
      })
    }

    it(`${check.id} says why it matters and how to mend it, on each platform`, () => {
      expect(check.why).toBeTruthy()
      for (const clause of Object.values(check.platforms)) expect(clause.fix ?? check.fix).toBeTruthy()
    })
  }
})
