import { describe, expect, it } from 'vitest'
import { loadFrameworks } from '../../src/content/load-frameworks.ts'
import { showDiagnostics, writeFolder } from './write-folder.ts'

const FRAMEWORK = `framework: example
version: "1"
title: An example
publisher: Nobody
source: invented for a test
licence: public domain
titles: own
requirements:
  a: { heading: true }
  a.1: { parent: a, checks: [theirs] }
  a.2: { parent: a }
`

function load(support: string) {
  const built = writeFolder({ 'example@1.yaml': FRAMEWORK })
  const own = writeFolder({ 'my-supports.yaml': support })
  const { frameworks, diagnostics } = loadFrameworks([
    { folder: built, checks: undefined },
    { folder: own, checks: new Set(['mine', 'mine-too']) },
  ])
  return { requirements: frameworks[0]?.requirements, problems: showDiagnostics(diagnostics, own) }
}

describe('a file of supports', () => {
  it('adds checks of your own to a framework that ships', () => {
    const { requirements, problems } = load(
      'supports: example@1\nrequirements:\n  a.1: [mine]\n  a.2: [mine, mine-too]\n',
    )
    expect(problems).toEqual([])
    expect(requirements).toMatchObject([
      { id: 'a', checks: [] },
      { id: 'a.1', checks: ['theirs', 'mine'], measure: 'partly' },
      { id: 'a.2', checks: ['mine', 'mine-too'], measure: 'partly' },
    ])
  })

  it.each([
    [
      'names that do not exist',
      'supports: example@1\nrequirements:\n  a.3: [mine]\n  a: [mine]\n  a.1: [mine-to]\n',
      [
        'my-supports.yaml:3:3: example@1 has no requirement "a.3" | did you mean "a.1"?',
        'my-supports.yaml:4:3: "a" is a heading, so no check supports it | name a requirement under it',
        'my-supports.yaml:5:9: no check is called "mine-to" | did you mean "mine-too"?',
      ],
    ],
    [
      'a framework that does not exist',
      'supports: example@2\nrequirements: { a.1: [mine] }\n',
      ['my-supports.yaml:1:11: there is no framework "example@2" | did you mean "example@1"?'],
    ],
    [
      'a key that is missing',
      'supports: example@1\n',
      [
        'my-supports.yaml:1:1: a file of supports needs the key "requirements" | requirements: Ids of checks by requirement.',
      ],
    ],
  ])('is told of %s', (_, text, problems) => {
    expect(load(text).problems).toEqual(problems)
  })
})
