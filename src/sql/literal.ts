import type { ParamValue } from '../core/check.ts'

/** A value as an SQL literal. Text from authors enters SQL only through here. */
export function toLiteral(value: ParamValue | null): string {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'number') return numberLiteral(value)
  if (typeof value === 'string') return textLiteral(value)
  return `(${value.map((member) => toLiteral(member)).join(', ')})`
}

function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no SQL number`)
  return Object.is(value, -0) ? '0' : String(value)
}

// SQLite's text ends at the first NUL in many of its functions, so a NUL is built with char(0), outside the quotes.
function textLiteral(value: string): string {
  const parts = value.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`)
  return parts.length === 1 ? (parts[0] as string) : `(${parts.join(' || char(0) || ')})`
}

/** A name as a quoted SQL identifier. */
export function toIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
