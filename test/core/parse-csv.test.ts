import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCsv } from '../../src/core/parse-csv.ts'
import { readCsv } from '../formats/read-csv.ts'

const cellsOf = (text: string) => parseCsv(text).records.map(({ cells }) => cells)

describe('a CSV file', () => {
  it('is read as RFC 4180 says', () => {
    expect(cellsOf('name,labels\r\nweb-1,a;b\r\n"James ""J"" (laptop)","one, two"\r\n')).toEqual([
      ['name', 'labels'],
      ['web-1', 'a;b'],
      ['James "J" (laptop)', 'one, two'],
    ])
  })

  it.each([
    ['ends its lines as on Unix', 'a,b\nc,d\n'],
    ['ends its lines as on old Macs', 'a,b\rc,d\r'],
    ['does not end its last line', 'a,b\r\nc,d'],
    ['begins with a byte order mark', '\ufeffa,b\r\nc,d\r\n'],
    ['has empty lines', '\n\na,b\n\n\nc,d\n\n'],
  ])('may be one that %s', (_, text) => {
    expect(cellsOf(text)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  it('may have line breaks within cells, and each record knows its line', () => {
    const { records } = parseCsv('a,b\n"1\r\n2\n3",x\n\nc,d\n')
    expect(records).toEqual([
      { cells: ['a', 'b'], line: 1 },
      { cells: ['1\r\n2\n3', 'x'], line: 2 },
      { cells: ['c', 'd'], line: 6 },
    ])
  })

  it('keeps empty cells', () => {
    expect(cellsOf('a,,c\n,,\n"",b\n')).toEqual([
      ['a', '', 'c'],
      ['', '', ''],
      ['', 'b'],
    ])
  })

  it('tells every fault with its line, and reads the lines between', () => {
    const { records, faults } = parseCsv('a,b\nx"y,1\ngood,1\n"z"w,1\ngood,2\n"never,\nends')
    expect(records.map(({ cells }) => cells[0])).toEqual(['a', 'good', 'good', 'ends'])
    expect(faults).toEqual([
      { line: 2, problem: expect.stringContaining('a quote stands within a cell') },
      { line: 4, problem: expect.stringContaining('between the closing quote of a cell and the comma') },
      { line: 6, problem: 'a quoted cell does not end' },
    ])
  })

  it('comes to an end on any text', () => {
    const characters = fc.string({ unit: fc.constantFrom(...'",\r\na\ufeff'), maxLength: 30 })
    fc.assert(
      fc.property(characters, (text) => {
        const { records, faults } = parseCsv(text)
        expect(records.length + faults.length).toBeLessThanOrEqual(text.length)
      }),
    )
  })

  it('is read as by the reader that the tests of our own CSV use', () => {
    const cell = fc.string({ unit: fc.constantFrom(...'",\r\nab '), maxLength: 6 })
    const quoteCell = (text: string) => `"${text.replaceAll('"', '""')}"`
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { maxLength: 4 }), (rows) => {
        const text = rows.map((row) => `${row.map(quoteCell).join(',')}\r\n`).join('')
        expect(cellsOf(text)).toEqual(readCsv(text))
      }),
    )
  })
})
