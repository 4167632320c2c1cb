import { forTerminal } from './escape.ts'
import { measureText, padText, truncateText } from './text-width.ts'

export interface ColumnsOptions {
  /** Columns of the terminal: the last cell of a row is cut to it. Nothing is cut when absent or 0. */
  readonly width?: number | undefined
  /** Columns that are wider than their cells need, by position: tables that follow each other then line up. */
  readonly least?: readonly number[]
  /** Spaces between columns; 2 when absent. */
  readonly gap?: number
  /** Colours a cell after it was measured. Its text is escaped; padding is not part of it. */
  readonly style?: (text: string, row: number, column: number) => string
}

const LEAST_LAST = 10

/** Rows in aligned columns, a line each. Cells are escaped; a last column of its own width may be cut short with `…`. */
export function formatColumns(rows: readonly (readonly string[])[], options: ColumnsOptions = {}): string {
  const { gap = 2, style = (text: string) => text } = options
  const escaped = rows.map((row) => row.map((cell) => forTerminal(cell)))
  const widths = measureColumns(escaped).map((width, column) => Math.max(width, options.least?.[column] ?? 0))
  const last = widths.length - 1
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + gap, 0)
  const room = options.width ? Math.max(LEAST_LAST, options.width - before) : Number.POSITIVE_INFINITY
  const lines = escaped.map((row, index) => {
    const cells = row.map((cell, column) => {
      const text = column === last ? truncateText(cell, room) : cell
      const padding = column === row.length - 1 ? '' : padText('', (widths[column] ?? 0) + gap - measureText(text))
      return style(text, index, column) + padding
    })
    return `${cells.join('').trimEnd()}\n`
  })
  return lines.join('')
}

function measureColumns(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, measureText(cell))
  }
  return widths
}
