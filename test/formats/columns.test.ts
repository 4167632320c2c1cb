import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatColumns } from '../../src/formats/columns.ts'
import { measureText } from '../../src/formats/text-width.ts'
import { hostileText } from './hostile-text.ts'

describe('formatColumns', () => {
  it('aligns columns and leaves no spaces at the ends', () => {
    expect(
      formatColumns([
        ['id', 'severity', 'title'],
        ['host-firewall', 'high', 'Firewall is on'],
        ['x', '', ''],
      ]),
    ).toBe(['id             severity  title', 'host-firewall  high      Firewall is on', 'x', ''].join('\n'))
  })

  it('aligns beside wide characters and combining marks', () => {
    expect(
      formatColumns([
        ['漢字', 'a'],
        ['e\u0301', 'b'],
        ['abcd', 'c'],
      ]),
    ).toBe('漢字  a\ne\u0301     b\nabcd  c\n')
  })

  it('cuts only the last column, with an ellipsis', () => {
    const rows = [
      ['a-long-identifier', 'a title that is too long for it'],
      ['b', '漢字漢字漢字漢字'],
    ]
    expect(formatColumns(rows, { width: 30 })).toBe('a-long-identifier  a title th…\nb                  漢字漢字漢…\n')
    expect(formatColumns(rows, { width: 0 })).toContain('too long for it\n')
  })

  it('does not cut a shorter row before the last column', () => {
    expect(formatColumns([['a', 'b', 'c'], ['alone and long']], { width: 20 })).toContain('alone and long\n')
  })

  it('colours cells without disturbing their alignment', () => {
    const style = (text: string, row: number, column: number): string =>
      row === 0 && column === 0 ? `<${text}>` : text
    expect(
      formatColumns(
        [
          ['a', 'b'],
          ['ccc', 'd'],
        ],
        { style },
      ),
    ).toBe('<a>    b\nccc  d\n')
  })

  it('is empty without rows', () => {
    expect(formatColumns([])).toBe('')
  })

  it('answers a harmless line per row, whatever the cells', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(hostileText, hostileText), { minLength: 1 }), (rows) => {
        const lines = formatColumns(rows, { width: 80 }).split('\n')
        expect(lines).toHaveLength(rows.length + 1)
        const first = Math.max(...lines.map((line) => measureText(line)))
        expect(first).toBeLessThanOrEqual(Math.max(80, ...rows.map(([id]) => id.length * 9 + 12)))
        expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
      }),
    )
  })
})
