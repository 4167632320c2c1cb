import { type ColumnsOptions, formatColumns } from './columns.ts'
import { forCsv, forMarkdown } from './escape.ts'

/** Rows under a heading as aligned columns, as CSV (RFC 4180) or as a Markdown table. */
export const ROW_FORMATS = ['table', 'csv', 'markdown'] as const
export type RowFormat = (typeof ROW_FORMATS)[number]

export function formatRows(
  format: RowFormat,
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  options: ColumnsOptions = {},
): string {
  if (format === 'csv') return [heading, ...rows].map((cells) => `${cells.map(forCsv).join(',')}\r\n`).join('')
  if (format === 'table') return formatColumns([heading.map((cell) => cell.toUpperCase()), ...rows], options)
  const lines = [heading, heading.map(() => '---'), ...rows.map((cells) => cells.map(forMarkdown))]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}
