import { findNewerSyntax } from './dialect.ts'
import type { Preparation } from './engine.ts'
import type { Finding } from './finding.ts'
import type { SchemaEngine } from './schema-engine.ts'
import { SqlError } from './sql-error.ts'
import { OPERATOR } from './table.ts'
import { significantTokens, type Token } from './tokenizer.ts'

/** What is wrong, or looks wrong, with one statement. */
export function lintStatement(sql: string, prepared: Preparation, engine: SchemaEngine): Finding[] {
  const tokens = significantTokens(sql)
  return [
    ...findNewerSyntax(sql).map(
      (found): Finding => ({
        level: 'error',
        code: 'newer-sqlite',
        message: `osquery's SQLite 3.42 does not know ${found}`,
      }),
    ),
    ...findDoubleQuotedStrings(sql, engine),
    ...findMissingRequired(prepared),
    ...findGlobbedPaths(prepared),
    ...findTextVersions(tokens, prepared, engine),
    ...findPerUser(prepared, engine),
    ...findLongPatterns(tokens),
    ...findDoubledBackslashes(tokens),
    ...findMidPathWildcards(tokens),
  ]
}

function findDoubleQuotedStrings(sql: string, engine: SchemaEngine): Finding[] {
  if (!sql.includes('"')) return []
  try {
    engine.requireNames(sql)
    return []
  } catch (error) {
    const message = error instanceof SqlError ? error.message : String(error)
    const text = /no such column: "?([^"]*)"?/.exec(message)?.[1] ?? ''
    return [
      {
        level: 'warning',
        code: 'double-quoted-string',
        message: `"${text}" is taken for a string, because no column has that name`,
        hint: `write '${text}'`,
      },
    ]
  }
}

function findMissingRequired({ plans }: Preparation): Finding[] {
  const tables = new Set(plans.map(({ table }) => table))
  return [...tables]
    .filter((table) => plans.filter((plan) => plan.table === table).every(({ missesRequired }) => missesRequired))
    .map(({ name, columns }) => {
      const required = columns.filter((column) => column.required).map((column) => column.name)
      return {
        level: 'error',
        code: 'required-column',
        message: `${name} must be asked with ${required.join(' or ')} in the WHERE clause`,
        hint: `${name} answers only for what it is asked about: WHERE ${required[0]} = … (or IN, or LIKE)`,
      }
    })
}

// osquery expands `=` and LIKE, and answers nothing for GLOB, which it yet takes for the required constraint.
function findGlobbedPaths({ plans }: Preparation): Finding[] {
  const globbed = plans.filter(({ table, pushed }) => {
    const required = pushed.filter(({ column }) =>
      table.columns.some(({ name, required }) => required && name === column),
    )
    return required.length > 0 && required.every(({ op }) => op === OPERATOR.glob)
  })
  return [...new Set(globbed.map(({ table }) => table.name))].map((name) => ({
    level: 'error',
    code: 'globbed-path',
    message: `${name} answers nothing for a path by GLOB`,
    hint: "path LIKE '/etc/%' for one level, '/etc/%%' for everything below",
  }))
}

const ORDERING = ['<', '<=', '>', '>=', 'between']

function findTextVersions(tokens: readonly Token[], { reads }: Preparation, engine: SchemaEngine): Finding[] {
  const plain = new Set<string>()
  for (const [table, columns] of reads) {
    for (const column of engine.tables.get(table)?.columns ?? []) {
      const isVersion = /version/.test(column.name) && column.type === 'TEXT' && !column.collate?.startsWith('version')
      if (isVersion && columns.has(column.name)) plain.add(column.name)
    }
  }
  const compared = tokens.flatMap(({ text }, index) => {
    if (!ORDERING.includes(text.toLowerCase())) return []
    const right = tokens[index + 2]?.text === '.' ? index + 3 : index + 1
    const sides = [tokens[index - 1], tokens[right]].map((side) => side?.text.replaceAll('"', '') ?? '')
    return sides.filter((side) => plain.has(side))
  })
  return [...new Set(compared)].map((column) => ({
    level: 'warning',
    code: 'text-version',
    message: `${column} is compared as text, where '1.10' comes before '1.9'`,
    hint: `version_compare(${column}, '…') >= 0, or version_ge in a condition`,
  }))
}

function findPerUser({ reads, plans }: Preparation, engine: SchemaEngine): Finding[] {
  return [...reads.keys()]
    .filter((name) => engine.tables.get(name)?.perUser)
    .filter((name) => plans.filter(({ table }) => table.name === name).every(({ constrained }) => !constrained))
    .map((name) => ({
      level: 'warning',
      code: 'per-user-table',
      message: `${name} answers for one user only unless it is joined with users`,
      hint: `FROM users JOIN ${name} USING (uid)`,
    }))
}

const LONGEST_PATTERN = 256

function findLongPatterns(tokens: readonly Token[]): Finding[] {
  return tokens.flatMap(({ text }, index): Finding[] => {
    const call = /^regex_(?:match|split)$/i.test(text) ? callArguments(tokens, index + 1) : []
    const pattern = call[1]?.length === 1 && call[1][0]?.kind === 'string' ? call[1][0].text : ''
    if (Buffer.byteLength(pattern.slice(1, -1).replaceAll("''", "'")) <= LONGEST_PATTERN) return []
    return [
      {
        level: 'error',
        code: 'long-pattern',
        message: `a regular expression of over ${LONGEST_PATTERN} bytes is an error in osquery`,
        hint: 'split it into several',
      },
    ]
  })
}

/** The tokens of each argument of the call whose parenthesis is at `open`. */
function callArguments(tokens: readonly Token[], open: number): Token[][] {
  const found: Token[][] = [[]]
  let depth = 0
  for (const token of tokens.slice(open)) {
    if (token.text === ')' && --depth === 0) break
    if (token.text === ',' && depth === 1) found.push([])
    else if (depth > 0) found.at(-1)?.push(token)
    if (token.text === '(') depth++
  }
  return found
}

// SQL has no escapes: the registry would be asked for a key that has empty names in it, and answer nothing.
function findDoubledBackslashes(tokens: readonly Token[]): Finding[] {
  return tokens
    .filter(({ kind, text }) => kind === 'string' && /^'HKEY_/i.test(text) && text.includes('\\\\'))
    .map(({ text }) => ({
      level: 'error',
      code: 'doubled-backslash',
      message: `${text} has doubled backslashes, which never match a registry key`,
      hint: 'write single ones: backslashes mean nothing special in SQL',
    }))
}

// osquery recurses only through a %% that ends the pattern; elsewhere it is a single level, and SQLite disagrees.
function findMidPathWildcards(tokens: readonly Token[]): Finding[] {
  return tokens
    .filter(
      ({ kind, text }) =>
        kind === 'string' && text.startsWith("'/") && text.slice(1, -1).replace(/%%$/, '').includes('%%'),
    )
    .map(({ text }) => ({
      level: 'error',
      code: 'mid-path-wildcard',
      message: `${text} has %% before its end, where osquery finds nothing below one level`,
      hint: 'end the pattern with %%, and narrow the rest down in SQL',
    }))
}
