import { type Edit, mutateOperands } from './mutate-operands.ts'
import { isBetween, readRegions, type SqlToken } from './sql-regions.ts'

export interface SqlMutant {
  readonly sql: string
  /** What was replaced with what, and a word of what stands around it. */
  readonly change: string
  /** Where, in characters. */
  readonly offset: number
}

const COMPARED: Readonly<Record<string, readonly string[]>> = {
  '=': ['<>'],
  '==': ['<>'],
  '<>': ['='],
  '!=': ['='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
}
const MORE = ['>', '<=', 'gt', 'le']
const LESS = ['<', '>=', 'lt', 'ge']
const SWAPPED: Readonly<Record<string, string>> = { AND: 'OR', OR: 'AND', TRUE: 'FALSE', FALSE: 'TRUE' }
const DEFAULTING = ['COALESCE', 'IFNULL']
const NEGATABLE = ['IN', 'LIKE', 'GLOB', 'BETWEEN', 'EXISTS']
const OTHER_VERDICT: Readonly<Record<string, string>> = {
  pass: 'fail',
  fail: 'pass',
  warn: 'pass',
  error: 'pass',
  not_applicable: 'pass',
}
/** From here on a number is taken for a span or a size, of which one more or less means little. */
const LARGE = 10_000
/** The members of a list that are each changed. */
export const FEW = 3

/** SQL with one mistake each, in what decides. Some are no longer SQL. */
export function mutateSql(sql: string, use: 'judged' | 'gate'): SqlMutant[] {
  const tokens = readRegions(sql, use)
  const edits = [
    ...tokens.flatMap((token, at) => (token.live ? mutateToken(tokens, at, use) : [])),
    ...mutateOperands(tokens, use),
  ]
  const mutants = edits.map((edit) => applyEdit(sql, tokens, edit))
  return mutants.filter((mutant, at) => mutants.findIndex((other) => other.sql === mutant.sql) === at)
}

function mutateToken(tokens: readonly SqlToken[], at: number, use: 'judged' | 'gate'): Edit[] {
  const token = tokens[at] as SqlToken
  const instead = (...texts: string[]) => texts.map((text): Edit => ({ from: at, to: at + 1, text }))
  const word = token.text.toUpperCase()
  if (token.kind === 'symbol') return instead(...(COMPARED[token.text] ?? []))
  const isLiteral = token.kind === 'number' || token.kind === 'string'
  if (isLiteral && (isIdle(tokens, at) || isAmongMany(tokens, at))) return []
  if (token.kind === 'number') return instead(...otherNumbers(Number(token.text), tokens[at - 1]?.text).map(String))
  if (token.kind === 'string') return instead(...otherStrings(token, tokens, at))
  if (token.kind !== 'word') return []
  const [before, after] = [tokens[at - 1]?.text.toUpperCase(), tokens[at + 1]?.text.toUpperCase()]
  if (word === 'NOT') return after === 'NULL' || before === 'IS' ? [] : instead('')
  if (word === 'LEFT' && (after === 'JOIN' || after === 'OUTER'))
    return instead('INNER').slice(after === 'OUTER' ? 1 : 0)
  if (word === 'IS') return after === 'NOT' ? [{ from: at, to: at + 2, text: 'IS' }] : instead('IS NOT')
  if (word === 'AND' && isBetween(tokens, at)) return []
  if (SWAPPED[word] !== undefined) return instead(SWAPPED[word])
  if (NEGATABLE.includes(word))
    return [...(before === 'NOT' ? [] : instead(`NOT ${token.text}`)), ...(use === 'gate' ? [] : heedCase(tokens, at))]
  return []
}

/**
 * Numbers near one, or far from a large one. After an operator only the number is tried that its neighbour (`>=` for
 * `>`) does not stand for anyway.
 */
export function otherNumbers(value: number, operator = ''): number[] {
  if (!Number.isFinite(value)) return []
  if (Math.abs(value) < LARGE && MORE.includes(operator)) return [value + 1]
  if (Math.abs(value) < LARGE && LESS.includes(operator)) return [value - 1]
  return Math.abs(value) < LARGE ? [value + 1, value - 1] : [value * 2, Math.floor(value / 2)]
}

function otherStrings({ text, inVerdict }: SqlToken, tokens: readonly SqlToken[], at: number): string[] {
  const value = text.slice(1, -1)
  const verdict = OTHER_VERDICT[value.toLowerCase()]
  if (inVerdict && verdict !== undefined) return [`'${verdict}'`]
  // Blanks and quotes glue or trim: another one seldom makes a difference. Nor does the format of a date.
  const isGlue = !/[\p{L}\p{N}]/u.test(value) || /^(?:strftime|printf|format)$/i.test(tokens[at - 2]?.text ?? '')
  return isGlue || value === 'now' || isProse(value, tokens, at) ? [] : [`'${value}~'`]
}

/** A sentence for people, which is compared with nothing. */
function isProse(value: string, tokens: readonly SqlToken[], at: number): boolean {
  const isCompared = [tokens[at - 1]?.text, tokens[at + 1]?.text].some((text) =>
    /^(?:[=<>!]+|like|glob|is)$/i.test(text ?? ''),
  )
  return /\S \S+ \S/.test(value) && !isCompared && tokens[openingOf(tokens, at) - 1]?.text.toUpperCase() !== 'IN'
}

/** A default is left out as a whole (see mutate-operands), a constant that stands for a row is not read, and of what is trimmed one more is the same. */
function isIdle(tokens: readonly SqlToken[], at: number): boolean {
  const [before, after] = [tokens[at - 1]?.text.toUpperCase(), tokens[at + 1]?.text]
  if (before === 'SELECT' && after === ')') return true
  // Blanks and line ends.
  if (before === '(' && tokens[at - 2]?.text.toLowerCase() === 'char') return true
  if (before !== ',' || after !== ')') return false
  const name = tokens[openingOf(tokens, at) - 1]?.text.toUpperCase() ?? ''
  return DEFAULTING.includes(name) || /^[LR]?TRIM$/.test(name) || (name === 'REGEX_MATCH' && tokens[at]?.text === '0')
}

/** Of a long list of constants, or of rows, only the first and the last are changed. */
function isAmongMany(tokens: readonly SqlToken[], at: number): boolean {
  const open = openingOf(tokens, at)
  if (isMiddleRow(tokens, open)) return true
  if (tokens[open - 1]?.text.toUpperCase() !== 'IN') return false
  const [before, after] = [tokens[at - 1]?.text, tokens[at + 1]?.text]
  const close = tokens.findIndex((token, index) => index > open && token.text === ')')
  return before === ',' && after === ',' && close - open > 2 * FEW
}

/** Whether a row of VALUES has others before and behind it. */
function isMiddleRow(tokens: readonly SqlToken[], open: number): boolean {
  if (tokens[open - 1]?.text !== ',' || tokens[open - 2]?.text !== ')') return false
  const depth = tokens[open]?.depth ?? 0
  const close = tokens.findIndex((token, index) => index > open && token.text === ')' && token.depth === depth)
  if (tokens[close + 1]?.text !== ',') return false
  const outer = tokens.findLast(({ kind, depth: at }, index) => index < open && kind === 'word' && at <= depth)
  return outer?.text.toUpperCase() === 'VALUES'
}

function openingOf(tokens: readonly SqlToken[], at: number): number {
  const depth = (tokens[at] as SqlToken).depth
  return tokens.findLastIndex((token, index) => index < at && token.text === '(' && token.depth === depth - 1)
}

/** LIKE does not heed case; GLOB does. Paths and registry keys are asked for by LIKE as the only way to. */
function heedCase(tokens: readonly SqlToken[], at: number): Edit[] {
  const [column, like, pattern, after] = [tokens[at - 1], tokens[at], tokens[at + 1], tokens[at + 2]]
  if (like?.text.toUpperCase() !== 'LIKE' || pattern?.kind !== 'string' || after?.text.toUpperCase() === 'ESCAPE')
    return []
  // An ending such as %.list is about names that programs give.
  if (!/[a-z]/i.test(pattern.text) || pattern.text.startsWith("'%.") || /[[*?]/.test(pattern.text)) return []
  if (/^(?:path|directory|key|not)$/i.test(column?.text ?? '')) return []
  return [{ from: at, to: at + 2, text: `GLOB ${pattern.text.replaceAll('%', '*').replaceAll('_', '?')}` }]
}

const AROUND = 2

/** Long texts by their ends. */
function shorten(sql: string): string {
  return sql.replace(/'[^']{24,}'/g, (text) => `${text.slice(0, 12)}…${text.slice(-6)}`)
}

function applyEdit(sql: string, tokens: readonly SqlToken[], { from, to, text }: Edit): SqlMutant {
  const startOf = (at: number) => tokens[at]?.offset ?? sql.length
  const endOf = (at: number) => startOf(at) + (tokens[at]?.text.length ?? 0)
  const [start, end] = [startOf(from), endOf(to - 1)]
  const before = sql.slice(startOf(Math.max(0, from - AROUND)), start)
  const after = sql.slice(end, endOf(Math.min(tokens.length - 1, to - 1 + AROUND)))
  const show = (piece: string) => `${shorten(before)}${shorten(piece)}${shorten(after)}`.replace(/\s+/g, ' ').trim()
  return {
    sql: `${sql.slice(0, start)} ${text} ${sql.slice(end)}`,
    change: `${show(sql.slice(start, end))} → ${show(text || '(nothing)')}`,
    offset: start,
  }
}
