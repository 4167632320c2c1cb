import { significantTokens, type Token, unquote } from './tokenizer.ts'

/** A token, and whether another one in its stead could change which rows there are, or how they are judged. */
export interface SqlToken extends Token {
  readonly live: boolean
  /** How many parentheses and CASEs it stands in; those themselves stand outside. */
  readonly depth: number
  /** Whether it stands in the column that says the verdict in words. */
  readonly inVerdict: boolean
}

/** An expression of a SELECT's list. */
interface Item {
  readonly parent: Item | undefined
  readonly kind: 'judged' | 'counted' | 'named' | 'value'
  readonly start: number
  name: string | undefined
  live: boolean
}

interface Scope {
  readonly items: Item['kind']
  /** What the items of a compound's first SELECT are called. */
  readonly names: (string | undefined)[]
  part: 'items' | 'rows' | 'order' | 'none'
  item: Item | undefined
  position: number
  compound: boolean
  /** How many CASEs are open in it. */
  cases: number
}

const PARTS: Readonly<Record<string, Scope['part']>> = {
  FROM: 'rows',
  WHERE: 'rows',
  HAVING: 'rows',
  WINDOW: 'rows',
  UNION: 'none',
  EXCEPT: 'none',
  INTERSECT: 'none',
  GROUP: 'order',
  ORDER: 'order',
  LIMIT: 'order',
}

/**
 * The tokens of a SELECT with what matters of them: its rows and their `passed` or `verdict`, not evidence, reasons and
 * order. Of a gate only its rows matter. Columns of inner SELECTs matter when something that matters names them.
 */
export function readRegions(sql: string, use: 'judged' | 'gate'): SqlToken[] {
  const tokens = significantTokens(sql)
  const chains: { readonly item: Item | undefined; readonly ordered: boolean; readonly depth: number }[] = []
  const items: Item[] = []
  const open = (kind: Item['kind']): Scope => ({
    items: kind,
    names: [],
    part: 'none',
    item: undefined,
    position: 0,
    compound: false,
    cases: 0,
  })
  const scopes: Scope[] = [open(use === 'gate' ? 'counted' : 'judged')]
  let depth = 0

  const end = (scope: Scope, at: number) => {
    const { item } = scope
    if (!item) return
    const own = nameOf(tokens.slice(item.start, at))
    item.name = scope.compound ? (scope.names[scope.position] ?? own) : own
    if (!scope.compound) scope.names[scope.position] = own
    scope.item = undefined
    scope.position++
  }
  const begin = (scope: Scope, at: number) => {
    const parent = scopes.findLast((outer) => outer !== scope && outer.item !== undefined)?.item
    scope.item = { parent, kind: scope.items, start: at, name: undefined, live: false }
    items.push(scope.item)
  }

  tokens.forEach((token, at) => {
    const scope = scopes.at(-1) as Scope
    const word = token.kind === 'word' ? token.text.toUpperCase() : token.text
    const part = token.kind === 'word' && scope.cases === 0 ? PARTS[word] : undefined
    if (word === ')' && scopes.length > 1) {
      end(scope, at)
      scopes.pop()
      depth--
    } else if (part !== undefined) {
      end(scope, at)
      scope.part = part
    } else if (word === ',' && scope.item && scope.cases === 0) end(scope, at)
    if (word === 'END' && scope.cases > 0) {
      scope.cases--
      depth--
    }
    chains.push({
      item: scopes.findLast(({ item }) => item !== undefined)?.item,
      ordered: scopes.some((one) => one.part === 'order'),
      depth,
    })
    if (word === '(') {
      scopes.push(open(useOf(tokens[at - 1]?.text.toUpperCase() ?? '', scope)))
      depth++
    } else if (word === 'CASE') {
      scope.cases++
      depth++
    } else if (word === 'SELECT') {
      scope.compound = scope.names.length > 0
      scope.part = 'items'
      scope.position = 0
      begin(scope, at + 1)
    } else if (word === ',' && scope.part === 'items' && !scope.item && scope.cases === 0) begin(scope, at + 1)
  })
  end(scopes[0] as Scope, tokens.length)

  const isLive = (at: number) => chains[at]?.ordered === false && outward(chains[at].item).every(({ live }) => live)
  markLive(items, tokens, isLive, (at, item) => outward(chains[at]?.item).includes(item))
  return tokens.map((token, at) => ({
    ...token,
    live: isLive(at),
    depth: chains[at]?.depth ?? 0,
    inVerdict: outward(chains[at]?.item).some(({ name }) => name === 'verdict'),
  }))
}

/** What a SELECT in parentheses is for: a table whose columns are named elsewhere, rows that are counted, or a value. */
function useOf(before: string, { part }: Scope): Item['kind'] {
  if (before === 'EXISTS') return 'counted'
  const isTable = ['FROM', 'JOIN', 'AS', 'MATERIALIZED'].includes(before) || (before === ',' && part === 'rows')
  return isTable ? 'named' : 'value'
}

function outward(item: Item | undefined): Item[] {
  return item === undefined ? [] : [item, ...outward(item.parent)]
}

function markLive(
  items: readonly Item[],
  tokens: readonly Token[],
  isLive: (at: number) => boolean,
  isWithin: (at: number, item: Item) => boolean,
): void {
  for (const item of items) {
    const judges = item.name === 'passed' || item.name === 'verdict'
    if (item.kind !== 'counted')
      item.live = judges || item.kind === 'value' || (item.kind === 'named' && item.name === undefined)
  }
  for (let changed = true; changed; ) {
    changed = false
    for (const item of items.filter(({ kind, live }) => kind === 'named' && !live)) {
      const isNamed = tokens.some(
        (token, at) =>
          (token.kind === 'word' || token.kind === 'quoted') &&
          plainName(token) === item.name &&
          !isWithin(at, item) &&
          isLive(at),
      )
      if (isNamed) changed = item.live = true
    }
  }
}

/** What a result column is called: its alias, or the column that it is. */
function nameOf(tokens: readonly Token[]): string | undefined {
  const last = tokens.at(-1)
  if (!last || (last.kind !== 'word' && last.kind !== 'quoted')) return undefined
  const before = tokens.at(-2)
  const isAlias =
    before?.text.toUpperCase() === 'AS' || tokens.length === 1 || (tokens.length === 3 && before?.text === '.')
  return isAlias ? plainName(last) : undefined
}

function plainName({ kind, text }: Token): string {
  return (kind === 'quoted' ? unquote(text) : text).toLowerCase()
}

/** The AND of a BETWEEN joins no conditions. */
export function isBetween(tokens: readonly SqlToken[], at: number): boolean {
  const depth = tokens[at]?.depth
  for (let index = at - 1; index >= 0; index--) {
    const token = tokens[index] as SqlToken
    if (token.depth < (depth ?? 0)) return false
    if (token.depth > (depth ?? 0)) continue
    const word = token.text.toUpperCase()
    if (word === 'BETWEEN') return true
    if (word === 'AND' || word === 'OR' || word === ',') return false
  }
  return false
}
