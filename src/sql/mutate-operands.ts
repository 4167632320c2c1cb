import { isBetween, type SqlToken } from './sql-regions.ts'

/** A piece of SQL, from one token to another (not included), and what stands in its place. */
export interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

const BEGINS = ['WHERE', 'ON', 'HAVING']
const ENDS = new Set(
  'WHERE GROUP ORDER LIMIT UNION EXCEPT INTERSECT HAVING WINDOW JOIN LEFT INNER CROSS NATURAL ON FROM THEN ELSE'.split(
    ' ',
  ),
)

/** Conditions left out, branches never taken, defaults that are not there. */
export function mutateOperands(tokens: readonly SqlToken[], use: 'judged' | 'gate'): Edit[] {
  return tokens.flatMap((token, at) => {
    if (!token.live) return []
    const word = token.text.toUpperCase()
    if (token.kind === 'word' && BEGINS.includes(word))
      return dropConditions(tokens, at + 1, endOf(tokens, at + 1), '1')
    if (token.kind === 'word' && word === 'WHEN') return dropConditions(tokens, at + 1, endOf(tokens, at + 1), '0')
    if (token.text === '(') return dropInParentheses(tokens, at)
    if (use === 'judged' && word === 'AS' && /^"?passed"?$/.test(tokens[at + 1]?.text ?? '')) {
      return dropConditions(tokens, startOfItem(tokens, at), at, undefined)
    }
    return []
  })
}

function dropInParentheses(tokens: readonly SqlToken[], open: number): Edit[] {
  const end = endOf(tokens, open + 1)
  const first = tokens[open + 1]?.text.toUpperCase()
  if (first === 'SELECT' || first === 'WITH' || first === 'VALUES') return []
  const before = tokens[open - 1]
  const name = before?.text.toUpperCase() ?? ''
  if (name === 'COALESCE' || name === 'IFNULL') return dropDefault(tokens, open, end)
  return dropConditions(tokens, open + 1, end, undefined)
}

/** `coalesce(x, '')` without its default. */
function dropDefault(tokens: readonly SqlToken[], open: number, end: number): Edit[] {
  const depth = (tokens[open] as SqlToken).depth + 1
  const commas = tokens.flatMap(({ text, depth: at }, index) =>
    index > open && index < end && text === ',' && at === depth ? [index] : [],
  )
  const [only, ...others] = commas
  if (only === undefined) return []
  const last = others.at(-1)
  if (last !== undefined) return [{ from: last, to: end, text: '' }]
  // With one argument left there is no coalesce.
  const kept = tokens.slice(open + 1, only).map(({ text }) => text)
  return [{ from: open - 1, to: end + 1, text: `(${kept.join(' ')})` }]
}

/** Each of several conditions replaced by what does not decide; a single one by `single`. */
function dropConditions(tokens: readonly SqlToken[], from: number, to: number, single: '0' | '1' | undefined): Edit[] {
  const either = split(tokens, from, to, 'OR')
  return either.flatMap(([start, end]) => {
    const both = split(tokens, start, end, 'AND')
    if (both.length > 1) return both.map(([first, last]): Edit => ({ from: first, to: last, text: '1' }))
    const text = either.length > 1 ? '0' : single
    return text === undefined || start === end || isConstant(tokens, start, end) ? [] : [{ from: start, to: end, text }]
  })
}

function isConstant(tokens: readonly SqlToken[], from: number, to: number): boolean {
  return to - from === 1 && tokens[from]?.kind === 'number'
}

function split(tokens: readonly SqlToken[], from: number, to: number, by: 'AND' | 'OR'): [number, number][] {
  const depth = tokens[from]?.depth
  const parts: [number, number][] = []
  let start = from
  for (let at = from; at < to; at++) {
    const { text, depth: here } = tokens[at] as SqlToken
    if (here !== depth || text.toUpperCase() !== by || (by === 'AND' && isBetween(tokens, at))) continue
    parts.push([start, at])
    start = at + 1
  }
  return [...parts, [start, to]]
}

/** Where a condition ends that begins here: at a word that cannot belong to it, or where its parentheses close. */
function endOf(tokens: readonly SqlToken[], from: number): number {
  const depth = tokens[from - 1]?.text === '(' ? (tokens[from - 1] as SqlToken).depth + 1 : tokens[from - 1]?.depth
  const end = tokens.findIndex((token, at) => {
    if (at < from) return false
    if (token.depth < (depth ?? 0)) return true
    return token.depth === depth && token.kind === 'word' && ENDS.has(token.text.toUpperCase())
  })
  return end === -1 ? tokens.length : end
}

function startOfItem(tokens: readonly SqlToken[], as: number): number {
  const depth = (tokens[as] as SqlToken).depth
  const before = tokens.findLastIndex(
    (token, at) =>
      at < as && token.depth === depth && (token.text === ',' || /^(?:select|distinct)$/i.test(token.text)),
  )
  return before + 1
}
