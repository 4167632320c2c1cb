export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'blob' | 'variable' | 'symbol' | 'comment' | 'space'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly offset: number
}

// SQLite's own lexical rules (sqlite.org/lang.html), as far as checks need them. An unfinished string or
// comment runs to the end of the text: the parser says what is wrong with it.
const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /([\s\uFEFF]+)/],
  ['comment', /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/],
  ['blob', /([xX]'[0-9a-fA-F]*')/],
  ['string', /('(?:[^']|'')*(?:'|$))/],
  ['quoted', /("(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$))/],
  ['number', /(0[xX][0-9a-fA-F]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/],
  ['variable', /([:@$#][A-Za-z_][\w]*|\?\d*)/],
  ['word', /([A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*)/],
  ['symbol', /(\|\||<>|<=|>=|<<|>>|!=|==|->>|->|[\s\S])/],
]
// Which pattern it was is told by the number of its group: named groups would take three times as long.
const TOKEN = new RegExp(PATTERNS.map(([, { source }]) => source).join('|'), 'gu')

/** The text in pieces: joined again, they are the text. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  for (const match of sql.matchAll(TOKEN)) {
    const [kind] = PATTERNS[match.indexOf(match[0], 1) - 1] as (typeof PATTERNS)[number]
    tokens.push({ kind, text: match[0], offset: match.index })
  }
  return tokens
}

/** Tokens that mean something to SQLite: no spaces, no comments. */
export function significantTokens(sql: string): Token[] {
  return tokenize(sql).filter(({ kind }) => kind !== 'space' && kind !== 'comment')
}

/** The names of `:name` parameters outside strings, quotes and comments, each once. */
export function paramNames(sql: string): string[] {
  const names = tokenize(sql).flatMap(({ kind, text }) =>
    kind === 'variable' && text[0] === ':' ? [text.slice(1)] : [],
  )
  return [...new Set(names)]
}

/** The same statement without comments and with single spaces, for comparing what statements mean. */
export function normalizeSql(sql: string): string {
  return significantTokens(sql)
    .map(({ kind, text }) => (kind === 'word' ? text.toLowerCase() : text))
    .join(' ')
}

/** Every name that could be a table: words and quoted names, in lower case, without their quotes. */
export function namesIn(sql: string): Set<string> {
  const names = new Set<string>()
  for (const { kind, text } of tokenize(sql)) {
    if (kind === 'word') names.add(text.toLowerCase())
    if (kind === 'quoted') names.add(unquote(text).toLowerCase())
  }
  return names
}

export function unquote(quoted: string): string {
  const quote = quoted[0] as string
  const inner = quoted.slice(1, -1)
  return quote === '[' ? inner : inner.replaceAll(quote + quote, quote)
}
