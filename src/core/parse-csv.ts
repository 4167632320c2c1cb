/** A record and the line, from 1, that it begins on: a quoted cell may hold line breaks. */
export interface CsvRecord {
  readonly cells: readonly string[]
  readonly line: number
}

export interface CsvFault {
  readonly line: number
  readonly problem: string
}

export interface ParsedCsv {
  readonly records: readonly CsvRecord[]
  readonly faults: readonly CsvFault[]
}

/**
 * Reads RFC 4180: cells between commas, quoted where they hold commas, quotes (doubled) or line breaks. A byte order
 * mark is skipped, lines may end as on any system, empty lines do not count. After a fault reading goes on at the next
 * line, so that all of them are told at once.
 */
export function parseCsv(text: string): ParsedCsv {
  const records: CsvRecord[] = []
  const faults: CsvFault[] = []
  const cell = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y
  let at = text.startsWith('\ufeff') ? 1 : 0
  let line = 1
  while (at < text.length) {
    const started = line
    const cells: string[] = []
    for (;;) {
      cell.lastIndex = at
      const match = cell.exec(text)
      if (!match) {
        faults.push({ line, problem: explainFault(text, at) })
        at = endOfLine(text, at)
        line++
        break
      }
      const [whole, quoted, plain = '', end] = match
      cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
      at += whole.length
      line += countBreaks(quoted ?? '')
      if (end === ',') continue
      line++
      if (cells.length > 1 || cells[0] !== '') records.push({ cells, line: started })
      break
    }
  }
  return { records, faults }
}

function explainFault(text: string, at: number): string {
  if (text[at] !== '"') return 'a quote stands within a cell that does not begin with one; quote the whole cell'
  return /"[^"]*(?:""[^"]*)*"/y.test(text.slice(at))
    ? 'something stands between the closing quote of a cell and the comma after it'
    : 'a quoted cell does not end'
}

/** Where the next line begins. */
function endOfLine(text: string, at: number): number {
  const rest = /\r\n|\n|\r/g
  rest.lastIndex = at
  return rest.test(text) ? rest.lastIndex : text.length
}

function countBreaks(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0
}
