import type { SqlFunction } from '../function.ts'
import type { SqlValue } from '../table.ts'
import { readBytes } from './read-values.ts'

function encode(value: SqlValue): SqlValue {
  return value === null ? null : readBytes(value).toString('base64')
}

/** Text with anything beyond printable ASCII, line ends included, is encoded; other text stays as it is. */
function encodeUnlessPrintable(value: SqlValue): SqlValue {
  if (value === null) return null
  const bytes = readBytes(value)
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f) ? bytes.toString() : bytes.toString('base64')
}

/**
 * What is not base64 decodes to empty text. Line ends are ignored, padding may be missing, and a `=` before the end
 * counts as zero bits, as in osquery.
 */
function decode(value: SqlValue): SqlValue {
  if (value === null) return null
  const text = readBytes(value).toString('latin1').replaceAll('\r\n', '').replaceAll('\n', '').replace(/=+$/, '')
  if (/[^A-Za-z0-9+/=]/.test(text) || text.length % 4 === 1) return ''
  return Buffer.from(text.replaceAll('=', 'A'), 'base64').toString()
}

export const encodingFunctions: readonly SqlFunction[] = [
  { name: 'to_base64', arity: [1], call: encode },
  { name: 'from_base64', arity: [1], call: decode },
  { name: 'conditional_to_base64', arity: [1], call: encodeUnlessPrintable },
]
