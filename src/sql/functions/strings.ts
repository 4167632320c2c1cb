import { type SqlFunction, SqlFunctionError } from '../function.ts'
import type { SqlValue } from '../table.ts'
import { compileRegex } from './compile-regex.ts'
import { matchWithin } from './match-within.ts'
import { type ByteString, readByteString, readInt32, writeByteString } from './read-values.ts'

/** osquery's default of `--regex_max_size`. */
const MAX_REGEX_BYTES = 256

/** Any byte of the separators splits; empty pieces vanish before the others are trimmed. */
function splitOnBytes(input: ByteString, separators: ByteString): ByteString[] {
  const pieces = ['']
  for (const byte of input) {
    if (separators.includes(byte)) pieces.push('')
    else pieces[pieces.length - 1] += byte
  }
  return pieces.filter((piece) => piece !== '').map((piece) => piece.replace(/^[\t-\r ]+|[\t-\r ]+$/g, ''))
}

/** What stands between the matches, and after the last one if anything does. */
function splitOnRegex(input: ByteString, pattern: ByteString): ByteString[] {
  if (pattern.length > MAX_REGEX_BYTES) throw new SqlFunctionError('Invalid regex')
  const pieces: ByteString[] = []
  let end = 0
  for (const match of bounded(pattern, () => [...input.matchAll(compileRegex(pattern, 'g'))])) {
    pieces.push(input.slice(end, match.index))
    end = match.index + match[0].length
  }
  if (end < input.length || pieces.length === 0) pieces.push(input.slice(end))
  return pieces
}

/** The C++ library gives up in the same words. */
function bounded<T>(pattern: ByteString, match: () => T): T {
  const matched = matchWithin(pattern, match)
  if (matched) return matched.result
  throw new SqlFunctionError(
    'The complexity of an attempted match against a regular expression exceeded a pre-set level.',
  )
}

function defineSplit(name: string, split: (input: ByteString, separator: ByteString) => ByteString[]): SqlFunction {
  return {
    name,
    arity: [3],
    call(input: SqlValue, separator: SqlValue, index: SqlValue) {
      if (input === null || separator === null || index === null) return null
      const separators = readByteString(separator)
      if (separators === '') throw new SqlFunctionError('Invalid input to split function')
      const piece = split(readByteString(input), separators)[readInt32(index)]
      return piece === undefined ? null : writeByteString(piece)
    },
  }
}

function matchRegex(input: SqlValue, pattern: SqlValue, index: SqlValue): SqlValue {
  if (input === null || pattern === null || index === null) return null
  const regex = readByteString(pattern)
  if (regex.length > MAX_REGEX_BYTES) {
    throw new SqlFunctionError(`Invalid regex: too big, max size is ${MAX_REGEX_BYTES} bytes`)
  }
  const match = bounded(regex, () => compileRegex(regex).exec(readByteString(input)))
  const group = readInt32(index)
  if (!match || group < 0 || group >= match.length) return null
  return writeByteString(match[group] ?? '')
}

/** NULLs are left out, but a separator follows every other value that is not the last argument, as in osquery. */
function join(separator: ByteString, values: readonly SqlValue[]): SqlValue {
  if (values.length === 0) return null
  const last = values.length - 1
  const pieces = values.map((value, at) => {
    if (value === null) return ''
    return readByteString(value) + (at < last ? separator : '')
  })
  return writeByteString(pieces.join(''))
}

const SOUNDEX_CODES = '01230120022455012623010202'

/** SQLite has it as a compile-time option, which osquery takes and SQLite's WebAssembly build does not. */
function encodeSoundex(value: SqlValue): string {
  const text = readByteString(value)
  const start = text.search(/[A-Za-z]/)
  if (start < 0) return '?000'
  let code = text.charAt(start).toUpperCase()
  let previous = findSoundexCode(text, start)
  for (let at = start + 1; at < text.length && code.length < 4; at++) {
    const digit = findSoundexCode(text, at)
    if (digit !== '0' && digit !== previous) code += digit
    previous = digit
  }
  return code.padEnd(4, '0')
}

/** SQLite looks at seven bits, so a byte beyond ASCII may count as a letter. */
function findSoundexCode(text: ByteString, at: number): string {
  const upperCase = text.charCodeAt(at) & 0x5f
  return SOUNDEX_CODES[upperCase - 65] ?? '0'
}

export const stringFunctions: readonly SqlFunction[] = [
  defineSplit('split', splitOnBytes),
  defineSplit('regex_split', splitOnRegex),
  { name: 'regex_match', arity: [3], call: matchRegex },
  { name: 'concat', arity: [-1], call: (...values) => join('', values) },
  {
    name: 'concat_ws',
    arity: [-1],
    call(separator, ...values) {
      if (separator === undefined) throw new SqlFunctionError('Missing separator to concat_ws')
      return join(readByteString(separator), values)
    },
  },
  { name: 'soundex', arity: [1], call: encodeSoundex },
]
