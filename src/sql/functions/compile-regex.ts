import { SqlFunctionError } from '../function.ts'
import type { ByteString } from './read-values.ts'

/** Named classes of the C locale, as the inside of a bracket expression. */
const NAMED_CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: '\\t ',
  cntrl: '\\0-\\x1f\\x7f',
  d: '0-9',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  s: '\\t-\\r ',
  space: '\\t-\\r ',
  upper: 'A-Z',
  w: 'A-Za-z0-9_',
  xdigit: 'A-Fa-f0-9',
}

const CONTROL_ESCAPE = /[fnrtv]|c[A-Za-z]|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}/y

/**
 * A RegExp over byte strings that means what C++'s `std::regex` (ECMAScript grammar) means by the pattern. That grammar
 * has `[[:alpha:]]`; it lacks look-behind, named groups and the browsers' leniency towards stray `{`, `]` and escapes.
 * Throws SqlFunctionError `Invalid regex`.
 */
export function compileRegex(pattern: ByteString, flags = ''): RegExp {
  try {
    return new RegExp(translate(pattern), flags)
  } catch {
    throw new SqlFunctionError('Invalid regex')
  }
}

function translate(pattern: ByteString): string {
  let translated = ''
  let groups = 0
  let at = 0
  while (at < pattern.length) {
    const piece = readPiece(pattern, at, groups)
    if (pattern[at] === '(' && pattern[at + 1] !== '?') groups++
    translated += piece.regex
    at = piece.end
  }
  return translated
}

interface Piece {
  readonly regex: string
  readonly end: number
}

function readPiece(pattern: ByteString, at: number, groups: number): Piece {
  switch (pattern[at]) {
    case '\\':
      return readEscape(pattern, at, groups)
    case '[':
      return readBracket(pattern, at)
    case '(':
      return copy(pattern, at, /\((?!\?)|\(\?[:=!]/y)
    case '{':
      return copy(pattern, at, /\{\d+(?:,\d*)?\}/y)
    case '}':
    case ']':
      throw new SyntaxError(`stray ${pattern[at]}`)
    default:
      return { regex: pattern.charAt(at), end: at + 1 }
  }
}

function copy(pattern: ByteString, at: number, allowed: RegExp): Piece {
  allowed.lastIndex = at
  const text = allowed.exec(pattern)?.[0]
  if (text === undefined) throw new SyntaxError(`unexpected ${pattern[at]}`)
  return { regex: text, end: at + text.length }
}

function readEscape(pattern: ByteString, at: number, groups: number): Piece {
  const escaped = pattern.charAt(at + 1)
  if (/[dDwWbB]/.test(escaped)) return { regex: `\\${escaped}`, end: at + 2 }
  // JavaScript's \s has the no-break space too, which is a byte inside many UTF-8 characters.
  if (escaped === 's') return { regex: '[\\t-\\r ]', end: at + 2 }
  if (escaped === 'S') return { regex: '[^\\t-\\r ]', end: at + 2 }
  if (/[1-9]/.test(escaped)) {
    const reference = copy(pattern, at + 1, /\d+/y)
    if (Number(reference.regex) > groups) throw new SyntaxError('a reference to a later group')
    return { regex: `\\${reference.regex}`, end: reference.end }
  }
  return readCharacterEscape(pattern, at)
}

function readCharacterEscape(pattern: ByteString, at: number): Piece {
  const escaped = pattern.charAt(at + 1)
  if (escaped === '0') return { regex: '\\x00', end: at + 2 }
  if (/[A-Za-z1-9]/.test(escaped)) {
    const { regex, end } = copy(pattern, at + 1, CONTROL_ESCAPE)
    // Only the low byte of a \u fits C++'s char.
    return { regex: escaped === 'u' ? `\\x${regex.slice(3)}` : `\\${regex}`, end }
  }
  if (escaped === '') throw new SyntaxError('nothing after the last backslash')
  return { regex: `\\${escaped}`, end: at + 2 }
}

function readBracket(pattern: ByteString, start: number): Piece {
  let regex = pattern[start + 1] === '^' ? '[^' : '['
  let at = start + regex.length
  while (pattern[at] !== ']') {
    if (at >= pattern.length) throw new SyntaxError('an open bracket')
    const piece = readBracketPiece(pattern, at)
    regex += piece.regex
    at = piece.end
  }
  return { regex: `${regex}]`, end: at + 1 }
}

function readBracketPiece(pattern: ByteString, at: number): Piece {
  if (pattern[at] === '\\') {
    const escaped = pattern.charAt(at + 1)
    if (/[dDwWb]/.test(escaped)) return { regex: `\\${escaped}`, end: at + 2 }
    if (escaped === 's') return { regex: '\\t-\\r ', end: at + 2 }
    if (escaped === 'S') return { regex: '\\0-\\x08\\x0e-\\x1f!-\\xff', end: at + 2 }
    return readCharacterEscape(pattern, at)
  }
  if (pattern[at] !== '[') return { regex: pattern.charAt(at), end: at + 1 }
  const opening = pattern.charAt(at + 1)
  if (opening === '' || !':.='.includes(opening)) return { regex: '\\[', end: at + 1 }
  const end = pattern.indexOf(`${opening}]`, at + 2)
  const name = end < 0 ? '' : pattern.slice(at + 2, end)
  const named = opening === ':' ? NAMED_CLASSES[name.toLowerCase()] : nameCharacter(name)
  if (named === undefined) throw new SyntaxError(`unknown class ${name}`)
  return { regex: named, end: end + 2 }
}

/** `[.x.]` and `[=x=]` of one character are that character; longer names are not known here. */
function nameCharacter(name: string): string | undefined {
  return name.length === 1 ? `\\x${name.charCodeAt(0).toString(16).padStart(2, '0')}` : undefined
}
