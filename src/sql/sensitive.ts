import type { Leaf } from '../core/compiled.ts'
import type { Preparation } from './engine.ts'
import type { Finding } from './lint.ts'
import { TABLE_FACTS } from './table-facts.ts'
import { significantTokens, type Token } from './tokenizer.ts'

const HASHES: readonly string[] = ['md5', 'sha1', 'sha256']
const NUMBERS: readonly string[] = ['passed', 'verdict']

/**
 * Evidence that would carry a sensitive column out: the column itself, under whatever name, or an expression over it
 * that does not hash it.
 */
export function findSensitiveEvidence({ select }: Leaf, prepared: Preparation | undefined): Finding[] {
  if (!prepared) return []
  const sensitive = [...prepared.reads].flatMap(([table, columns]) =>
    (TABLE_FACTS[table]?.sensitive ?? []).filter((column) => columns.has(column)).map((column) => ({ table, column })),
  )
  if (sensitive.length === 0) return []
  const expressions = resultExpressions(select)
  return prepared.columns.flatMap(({ name, origin }, index): Finding[] => {
    if (NUMBERS.includes(name)) return []
    const carried = sensitive.find(({ table, column }) =>
      origin
        ? origin.table === table && origin.column === column
        : mentionsUnhashed(expressions?.[index], select, column),
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

/** The outermost SELECT's result expressions, or undefined where they cannot be told apart (a compound, a star). */
function resultExpressions(select: string): Token[][] | undefined {
  const expressions: Token[][] = [[]]
  let depth = 0
  let inside = false
  for (const token of significantTokens(select)) {
    if (token.text === '(') depth++
    if (token.text === ')') depth--
    const word = depth === 0 && token.kind === 'word' ? token.text.toLowerCase() : ''
    if (word === 'select') inside = true
    else if (word === 'from') inside = false
    else if (['union', 'intersect', 'except'].includes(word)) return undefined
    else if (inside && depth === 0 && token.text === '*') return undefined
    else if (inside && depth === 0 && token.text === ',') expressions.push([])
    else if (inside) expressions.at(-1)?.push(token)
  }
  return expressions
}

// An expression over something that an inner query computed may be made of the column under another name; where the
// expression cannot be read, the whole statement stands for it.
function mentionsUnhashed(expression: Token[] | undefined, select: string, column: string): boolean {
  const all = significantTokens(select)
  const inner = expression?.some(({ kind, text }) => kind === 'word' && isComputedName(all, text)) ?? true
  return isMentioned(inner ? all : (expression as Token[]), column)
}

function isComputedName(tokens: readonly Token[], name: string): boolean {
  return tokens.some(({ text }, index) => text === name && tokens[index - 1]?.text.toLowerCase() === 'as')
}

function isMentioned(tokens: readonly Token[], column: string): boolean {
  return tokens.some(({ text }, index) => {
    if (text.replaceAll(/["`[\]]/g, '').toLowerCase() !== column) return false
    const before = tokens[index - 1]?.text === '.' ? index - 3 : index - 1
    const hashed = tokens[before]?.text === '(' && HASHES.includes(tokens[before - 1]?.text.toLowerCase() ?? '')
    return !hashed
  })
}
