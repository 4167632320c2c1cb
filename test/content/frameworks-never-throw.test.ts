import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { carryOver } from '../../src/content/carry-over.ts'
import { loadFrameworks } from '../../src/content/load-frameworks.ts'
import { loadProfiles } from '../../src/content/load-profiles.ts'
import { applyTitles } from '../../src/content/load-titles.ts'
import { evaluateFramework } from '../../src/core/evaluate-framework.ts'
import { indexFrameworks, indexProfiles, resolveProfile } from '../../src/core/profile.ts'
import { makeFramework } from '../core/make-framework.ts'
import { writeFolder } from './write-folder.ts'

const KEYS = ['framework', 'version', 'title', 'publisher', 'source', 'licence', 'titles', 'partial', 'formerly']
const MORE = ['requirements', 'supports', 'profile', 'extends', 'include', 'exclude', 'params', 'severity', 'checks']
const INNER = ['parent', 'heading', 'measure', 'reason', 'tags', 'requirement', 'a', 'b', '__proto__', 'constructor']

const words = fc.constantFrom('a', 'b', 'p', '1', 'example@1', 'measured', 'official', 'high', '', '*', '[', '\u202e')
const leaf = fc.oneof(words, fc.constantFrom<unknown>(null, true, 0, 1.5, []))
const keys = fc.constantFrom(...KEYS, ...MORE, ...INNER)
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map(Object.fromEntries),
  ),
}))
const NAMED = {
  framework: 'example',
  version: '1',
  title: 'x',
  publisher: 'x',
  source: 'x',
  licence: 'x',
  titles: 'own',
}
const document = fc.oneof(
  value,
  value.map((requirements) => ({ ...NAMED, requirements })),
  value.map((requirements) => ({ supports: 'example@1', requirements })),
  fc
    .tuple(value, value)
    .map(([include, exclude]) => ({ profile: 'p', title: 'x', framework: 'example@1', include, exclude })),
  value.map((more) => ({ profile: 'p', title: 'x', extends: more })),
)

const EXAMPLE = makeFramework([{ id: 'a' }, { id: 'b', parent: 'a', checks: ['one'] }])

describe('whatever is written', () => {
  it('frameworks, profiles and titles are read without an exception, and what is read can be used', () => {
    fc.assert(
      fc.property(fc.array(document, { minLength: 1, maxLength: 3 }), (documents) => {
        const names = ['example@1.yaml', 'p.yaml', 'q.yaml']
        const texts = documents.map((each) => JSON.stringify(each) ?? 'null')
        const folder = writeFolder(Object.fromEntries(texts.map((text, index) => [names[index] as string, text])))
        const { frameworks } = loadFrameworks([{ folder, checks: new Set(['one']) }])
        const world = indexFrameworks([EXAMPLE, ...frameworks])
        const { profiles } = loadProfiles([folder], { checks: [], frameworks: world })
        for (const framework of frameworks) evaluateFramework(framework, { verdictOf: () => undefined })
        const known = indexProfiles(profiles)
        for (const profile of profiles) resolveProfile(profile, { profiles: known, frameworks: world, checks: [] })
        applyTitles(
          [EXAMPLE],
          names.map((name) => join(folder, name)),
        )
        const options = { from: 'example@1', to: 'example@2', renumbering: new Map(), known: new Set(['a']) }
        for (const text of texts) carryOver(text, 'x.yaml', options)
      }),
      { numRuns: 300 },
    )
  })

  it('what is carried over to nowhere new is text as it was', () => {
    const options = { from: 'nothing@1', to: 'nothing@2', renumbering: new Map(), known: new Set<string>() }
    fc.assert(
      fc.property(document, (written) => {
        const text = JSON.stringify(written, null, 2) ?? 'null'
        expect(carryOver(text, 'x.yaml', options).text).toBe(text)
      }),
    )
  })
})
