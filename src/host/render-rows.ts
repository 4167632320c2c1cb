import type { TextRow } from '../core/source.ts'
import type { Answer } from '../sql/engine.ts'
import { renderDouble } from '../sql/functions/render-double.ts'
import { toColumnValue } from '../sql/native-value.ts'
import type { SqlValue, TableColumn, TableRow } from '../sql/table.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Rows as osquery's wire carries them: text only, NULL as empty text, the last of several equal names. */
export function renderRows({ columns, rows }: Answer): TextRow[] {
  return rows.map((row) => {
    const rendered: Record<string, string> = Object.create(null)
    columns.forEach((name, index) => {
      rendered[name] = renderValue(row[index] ?? null)
    })
    return rendered
  })
}

/** One row of a table, without going through SQL: only the columns that it has a value for. */
export function renderTableRow(columns: readonly TableColumn[], row: TableRow): TextRow {
  const rendered: Record<string, string> = Object.create(null)
  for (const { name, type } of columns) {
    const value = row[name]
    if (value !== undefined) rendered[name] = renderValue(toColumnValue(type, value))
  }
  return rendered
}

function renderValue(value: SqlValue): string {
  if (value === null) return ''
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return renderDouble(value)
  return untilNul(typeof value === 'string' ? value : decoder.decode(value))
}

// osquery reads text and blobs as C strings, which end at the first NUL.
function untilNul(text: string): string {
  const end = text.indexOf('\0')
  return end === -1 ? text : text.slice(0, end)
}
