import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseProse } from '../../src/formats/prose.ts'
import { plainProse, safeMarkdown } from '../../src/formats/prose-text.ts'
import { hostileText } from './hostile-text.ts'

describe('parseProse', () => {
  it('reads paragraphs, lists, headings, quotes and fenced code', () => {
    const text =
      '## Mend it\nDo\nthis:\n\n1. one\n   more\n2) two\n    - deeper\n> said\n\n  ```sh\n  sudo x\n\n    y\n  ```\nend'
    expect(parseProse(text)).toEqual([
      { kind: 'paragraph', inlines: [{ kind: 'text', text: 'Mend it' }] },
      { kind: 'paragraph', inlines: [{ kind: 'text', text: 'Do this:' }] },
      { kind: 'item', mark: '1.', depth: 0, inlines: [{ kind: 'text', text: 'one more' }] },
      { kind: 'item', mark: '2.', depth: 0, inlines: [{ kind: 'text', text: 'two' }] },
      { kind: 'item', mark: '-', depth: 1, inlines: [{ kind: 'text', text: 'deeper said' }] },
      { kind: 'code', lines: ['sudo x', '', '  y'] },
      { kind: 'paragraph', inlines: [{ kind: 'text', text: 'end' }] },
    ])
  })

  it('reads code, links, stress and escapes within a line', () => {
    expect(parseProse('a `b` ``c`d`` **e** _f_ [g](https://h) <https://i> \\*j k_l_m')).toEqual([
      {
        kind: 'paragraph',
        inlines: [
          { kind: 'text', text: 'a ' },
          { kind: 'code', text: 'b' },
          { kind: 'text', text: ' ' },
          { kind: 'code', text: 'c`d' },
          { kind: 'text', text: ' ' },
          { kind: 'strong', text: 'e' },
          { kind: 'text', text: ' f ' },
          { kind: 'link', text: 'g', url: 'https://h' },
          { kind: 'text', text: ' ' },
          { kind: 'link', text: 'https://i', url: 'https://i' },
          { kind: 'text', text: ' *j k_l_m' },
        ],
      },
    ])
  })

  it('reads a fence that never ends up to the end', () => {
    expect(parseProse('```\na\nb')).toEqual([{ kind: 'code', lines: ['a', 'b'] }])
  })

  it('keeps every letter and digit of a line, whatever stands around them', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab `*_[]()\\<>|~'), maxLength: 60 }), (text) => {
        const letters = (all: string): string => all.replace(/[^ab]/g, '')
        expect(letters(plainProse(`x ${text}`).join(' '))).toBe(letters(text))
      }),
    )
  })
})

describe('safeMarkdown', () => {
  it('writes what it understood anew', () => {
    const text =
      'Turn it **on** with `a | b`:\n\n- one, see [docs](https://example.com/a?b=c)\n- two\n\n```sh\nsudo ufw enable\n```'
    expect(safeMarkdown(text)).toBe(text.replace('```sh', '```text'))
  })

  it('closes fences, and lets no element, comment or script address through', () => {
    expect(safeMarkdown('```\nall passed')).toBe('```text\nall passed\n```')
    expect(safeMarkdown('<!-- <img src=x>')).toBe('&lt;!-- &lt;img src=x&gt;')
    expect(safeMarkdown('[x](javascript:alert)')).toBe('x (javascript:alert)')
    expect(safeMarkdown('[x](javascript://alert)')).toBe('x (javascript://alert)')
    expect(safeMarkdown('[x](https://a"onclick=b)')).toBe('x (https://a"onclick=b)')
  })

  it('never leaves a fence open nor an element in prose', () => {
    fc.assert(
      fc.property(fc.array(hostileText, { maxLength: 6 }), (lines) => {
        let fence = ''
        for (const line of safeMarkdown(lines.join('\n')).split('\n')) {
          const [mark = ''] = /^`{3,}(?=text$|$)/.exec(line) ?? []
          if (fence === '' && mark !== '') fence = mark
          else if (fence !== '' && mark === fence && line === fence) fence = ''
          else if (fence === '') {
            const withoutCode = line.replace(/\\[!-/:-@[-`{-~]|(`+)(?!`).*?(?<!`)\1(?!`)/g, '')
            expect(withoutCode.replace(/<https?:[^<>"']*>/g, '')).not.toMatch(/</)
          }
        }
        expect(fence).toBe('')
      }),
    )
  })
})
