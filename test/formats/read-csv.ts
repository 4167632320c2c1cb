/** The records of RFC 4180 text; throws where it is not well formed. */
export function readCsv(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let at = 0
  while (at < text.length) {
    const match = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
    match.lastIndex = at
    const cell = match.exec(text)
    if (!cell) throw new Error(`not a cell at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`)
    record.push(cell[1] === undefined ? (cell[2] as string) : cell[1].replaceAll('""', '"'))
    if (cell[3] === '\r\n') {
      records.push(record)
      record = []
    }
    at = match.lastIndex
  }
  if (record.length > 0) throw new Error('the last record does not end')
  return records
}
