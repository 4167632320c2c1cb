import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { carryOver } from '../../src/content/carry-over.ts'
import { loadRenumbering } from '../../src/content/load-renumbering.ts'
import { makeFramework } from '../core/make-framework.ts'
import { showDiagnostics, writeFolder } from './write-folder.ts'

const OPTIONS = {
  from: 'example@1',
  to: 'example@2',
  renumbering: new Map([
    ['a', ['A']],
    ['b', ['B.1', 'B.2']],
    ['c', []],
    ['d', ['A']],
  ]),
  known: new Set(['A', 'B.1', 'B.2', 'same']),
}

const carry = (text: string, inherited = false) => carryOver(text, 'p.yaml', OPTIONS, inherited)

describe('carryOver', () => {
  it('renames what a profile says of the old framework, and leaves all else as it was written', () => {
    const text = [
      'profile: p # mine',
      'framework: example@1',
      'include: { requirements: [a, b, same] }',
      'exclude:',
      '  - requirements:',
      '      - b # noisy',
      '      - d',
      '    reason: a is fine',
      '',
    ]
    expect(carry(text.join('\n')).text).toBe(
      [
        'profile: p # mine',
        'framework: example@2',
        'include: { requirements: [A, B.1, B.2, same] }',
        'exclude:',
        '  - requirements:',
        '      - B.1',
        '      - B.2 # noisy',
        '      - A',
        '    reason: a is fine',
        '',
      ].join('\n'),
    )
  })

  it('names an id once where two became one', () => {
    expect(carry('framework: example@1\nrequirements: [a, d]\n').text).toBe('framework: example@2\nrequirements: [A]\n')
    expect(carry('framework: example@1\nrequirements:\n  - a\n  - d\n').text).toBe(
      'framework: example@2\nrequirements:\n  - A\n',
    )
  })

  it('leaves what has no successor, and tells of it', () => {
    const { text, lost, carried } = carry('framework: example@1\nrequirements: [a, c, z]\n')
    expect(text).toBe('framework: example@2\nrequirements: [A, c, z]\n')
    expect(carried).toBe(1)
    expect(lost.map(({ id, why, place }) => `${place.line}:${place.column} ${id}: ${why}`)).toEqual([
      '2:19 c: it is gone without a successor',
      '2:22 z: the new framework has no requirement of this id, and the renumbering says nothing of it',
    ])
  })

  it('rewrites once what an alias repeats', () => {
    const text =
      'framework: example@1\ninclude: { requirements: &these [a, b] }\nexclude: [{ requirements: *these, reason: x }]\n'
    expect(carry(text).text).toBe(
      'framework: example@2\ninclude: { requirements: &these [A, B.1, B.2] }\nexclude: [{ requirements: *these, reason: x }]\n',
    )
  })

  it('carries lists of attestations, each with its own framework', () => {
    const text =
      '- { framework: example@1, requirement: a }\n- { framework: other@1, requirement: a }\n- { framework: example@1, requirement: b }\n'
    const { text: after, lost } = carry(text)
    expect(after).toBe(
      '- { framework: example@2, requirement: A }\n- { framework: other@1, requirement: a }\n- { framework: example@2, requirement: b }\n',
    )
    expect(lost.map(({ why }) => why)).toEqual(['it became several: B.1, B.2'])
  })

  it('touches a file that names no framework only when it inherits the old one', () => {
    const text = 'profile: q\nextends: [p]\ninclude: { requirements: [a] }\n'
    expect(carry(text).text).toBe(text)
    expect(carry(text, true).text).toContain('requirements: [A]')
  })
})

describe('a renumbering', () => {
  const target = makeFramework([{ id: 'A' }, { id: 'B.1' }, { id: 'B.2' }], { version: '2' })
  const load = (name: string, text: string) => {
    const folder = writeFolder({ [name]: text })
    const { renumbering, diagnostics } = loadRenumbering(join(folder, name), target)
    return { renumbering: [...renumbering], problems: showDiagnostics(diagnostics, folder) }
  }

  it('is read from YAML and from CSV', () => {
    const expected = [
      ['a', ['A']],
      ['b', ['B.1', 'B.2']],
      ['c', []],
    ]
    expect(load('m.yaml', 'a: A\nb: [B.1, B.2]\nc: null\n')).toEqual({ renumbering: expected, problems: [] })
    expect(load('m.csv', 'example@1,example@2\na,A\nb,B.1\nb,B.2\nc,\n')).toEqual({
      renumbering: expected,
      problems: [],
    })
  })

  it('is told where it is wrong', () => {
    expect(load('m.yaml', 'a: B.3\nb: 5\n').problems).toEqual([
      'm.yaml:2:4: what became of "b" must be an id, a list of ids or null, not the number 5 | put ids that look like numbers in quotes',
      'm.yaml:1:4: example@2 has no requirement "B.3" | did you mean "B.1"?',
    ])
    expect(load('m.csv', 'x,y\na,b,c\n').problems).toEqual([
      'm.csv:2:1: a line must hold an old id and a new one | such as: 3.1.1,03.01.01',
    ])
  })
})
