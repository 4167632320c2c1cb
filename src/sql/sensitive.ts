import type { Leaf } from '../core/compiled.ts'
import type { Preparation } from './engine.ts'
import type { Finding } from './finding.ts'
import { factsOf } from './table-facts.ts'
import { significantTokens, type Token } from './tokenizer.ts'

const HASHES: readonly string[] = ['md5', 'sha1', 'sha256']
const JUDGING: readonly string[] = ['passed', 'verdict']
const COMPOUNDS: readonly string[] = ['union', 'intersect', 'except']
// After anything else a star multiplies.
const BEFORE_STAR: readonly (string | undefined)[] = ['select', 'distinct', 'all', ',', '.']
// Words in an expression that name nothing.
const KEYWORDS =
  /^(?:and|as|between|case|cast|distinct|else|end|glob|in|integer|is|like|not|null|or|over|real|text|then|when)$/

/**
 * Evidence that would carry a sensitive column out: the column itself, under whatever name, or an expression over it
 * that does not hash it.
 */
export function findSensitiveEvidence({ select }: Leaf, prepared: Preparation | undefined): Finding[] {
  if (!prepared) return []
  const sensitive = [...prepared.reads].flatMap(([table, columns]) =>
    (factsOf(table)?.sensitive ?? []).filter((column) => columns.has(column)).map((column) => ({ table, column })),
  )
  if (sensitive.length === 0) return []
  const tokens = significantTokens(select)
  const isCompound = tokens.some(({ text }) => COMPOUNDS.includes(text.toLowerCase()))
  const expressions = isCompound ? undefined : resultExpressions(tokens)
  const known = new Set([...prepared.reads.values()].flatMap((columns) => [...columns]))
  return prepared.columns.flatMap(({ name, origin }, index): Finding[] => {
    // What judges is made of sensitive columns rightly, unless it is one.
    if (JUDGING.includes(name) && !origin) return []
    // Of a compound, SQLite names the origin of the first part's columns only.
    const isCertain = origin !== undefined && (!isCompound || JUDGING.includes(name))
    const carried = sensitive.find(
      ({ table, column }) =>
        (origin?.table === table && origin.column === column) ||
        (!isCertain && mentionsUnhashed(expressions?.[index], tokens, column, known)),
    )
    if (!carried) return []
    const { table, column } = carried
    return [
      {
        level: 'error',
        code: 'sensitive-evidence',
        message: `the evidence column ${name} would show ${table}.${column}, which may hold secrets`,
        hint: `leave it out, or show sha256(${column})`,
      },
    ]
  })
}

/** The outermost SELECT's result expressions without their names, or undefined where a star hides some of them. */
function resultExpressions(tokens: readonly Token[]): Token[][] | undefined {
  const expressions: Token[][] = [[]]
  let depth = 0
  let inside = false
  for (const [index, token] of tokens.entries()) {
    if (token.text === '(') depth++
    if (token.text === ')') depth--
    const word = depth === 0 && token.kind === 'word' ? token.text.toLowerCase() : ''
    if (word === 'select') inside = true
    else if (word === 'from') inside = false
    else if (inside && depth === 0 && token.text === '*' && BEFORE_STAR.includes(tokens[index - 1]?.text.toLowerCase()))
      return undefined
    else if (inside && depth === 0 && token.text === ',') expressions.push([])
    else if (inside) expressions.at(-1)?.push(token)
  }
  return expressions.map(withoutName)
}

function withoutName(expression: Token[]): Token[] {
  return expression.at(-2)?.text.toLowerCase() === 'as' ? expression.slice(0, -2) : expression
}

// An expression over something that an inner query computed may be made of the column under another name; where the
// expression cannot be read, the whole statement stands for it.
function mentionsUnhashed(
  expression: Token[] | undefined,
  all: readonly Token[],
  column: string,
  known: ReadonlySet<string>,
): boolean {
  const isSimple = all.filter(({ text }) => text.toLowerCase() === 'select').length === 1
  const readable = expression?.every((_, index) => isSimple || !isComputedName(expression, index, known)) ?? false
  return isMentioned(readable ? (expression as Token[]) : all, column)
}

/** Whether it is a name, neither of a table's column nor of a table or function. */
function isComputedName(expression: readonly Token[], index: number, known: ReadonlySet<string>): boolean {
  const { kind, text } = expression[index] as Token
  if (kind !== 'word' && kind !== 'quoted') return false
  const next = expression[index + 1]?.text
  const name = text.replaceAll(/["`[\]]/g, '').toLowerCase()
  return next !== '.' && next !== '(' && !KEYWORDS.test(name) && !known.has(name)
}

function isMentioned(tokens: readonly Token[], column: string): boolean {
  return tokens.some(({ text }, index) => {
    if (text.replaceAll(/["`[\]]/g, '').toLowerCase() !== column) return false
    const before = tokens[index - 1]?.text === '.' ? index - 3 : index - 1
    const hashed = tokens[before]?.text === '(' && HASHES.includes(tokens[before - 1]?.text.toLowerCase() ?? '')
    return !hashed
  })
}
