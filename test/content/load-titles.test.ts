import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyTitles } from '../../src/content/load-titles.ts'
import { makeFramework } from '../core/make-framework.ts'
import { showDiagnostics, writeFolder } from './write-folder.ts'

const FRAMEWORK = makeFramework([{ id: 'A.1' }, { id: 'A.2', title: 'ours' }])

function apply(name: string, text: string) {
  const folder = writeFolder({ [name]: text })
  const { frameworks, diagnostics } = applyTitles([FRAMEWORK], [join(folder, name)])
  return {
    titles: frameworks[0]?.requirements.map(({ title }) => title),
    problems: showDiagnostics(diagnostics, folder),
  }
}

describe('titles of your own', () => {
  it('come from YAML', () => {
    expect(apply('t.yaml', 'titles: example@1\nrequirements:\n  A.1: First\n')).toEqual({
      titles: ['First', 'ours'],
      problems: [],
    })
  })

  it('come from CSV', () => {
    const csv = 'example@1,title\r\nA.1,"First, and more"\r\nA.2,Second\r\n'
    expect(apply('t.csv', csv)).toEqual({ titles: ['First, and more', 'Second'], problems: [] })
  })

  it.each([
    [
      't.yaml',
      'titles: example@1\nrequirements:\n  A.3: Third\n  A.2: 5\n',
      [
        't.yaml:4:8: the title of "A.2" must be text, not the number 5 | put it in quotes',
        't.yaml:3:3: example@1 has no requirement "A.3" | did you mean "A.1"?',
      ],
    ],
    [
      't.yaml',
      'titles: exampel@1\nrequirements: {}\n',
      ['t.yaml:1:9: there is no framework "exampel@1" | did you mean "example@1"?'],
    ],
    [
      't.csv',
      'id,title\nA.1,x\n',
      ['t.csv:1:1: the first line must be the framework and the word title | such as: iso-27001@2022,title'],
    ],
    [
      't.csv',
      'example@1,title\nA.1,x,y\nA.2,x\nA.2,y\n',
      [
        't.csv:2:1: a line must hold an id and a title | quote a title with a comma',
        't.csv:4:1: "A.2" has two titles | remove one of them',
      ],
    ],
  ])('are told where they are wrong (%s)', (name, text, problems) => {
    expect(apply(name, text).problems).toEqual(problems)
  })

  it('are told to be missing', () => {
    const { diagnostics } = applyTitles([FRAMEWORK], ['/nowhere/t.yaml'])
    expect(diagnostics[0]?.message).toContain('cannot be read')
  })
})
