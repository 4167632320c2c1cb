/** Line and column, both from 1, of an offset in a text. Columns count UTF-16 units, as editors do. */
export type LineIndex = (offset: number) => { readonly line: number; readonly column: number }

/** YAML ends lines with LF, CRLF or a lone CR. */
export function indexLines(text: string): LineIndex {
  let starts: number[] | undefined
  return (offset) => {
    starts ??= findLineStarts(text)
    const at = Math.min(Math.max(offset, 0), text.length)
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= at) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: at - starts[low]! + 1 }
  }
}

function findLineStarts(text: string): number[] {
  const starts = [0]
  for (const found of text.matchAll(/\r\n|\n|\r/g)) starts.push(found.index + found[0].length)
  return starts
}
