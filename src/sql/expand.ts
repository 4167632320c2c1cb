import type {
  Check,
  Clause,
  Need,
  Operand,
  OperandList,
  ParamSpec,
  ParamValue,
  Place,
  Platform,
  Template,
} from '../core/check.ts'
import type { Gate, Tree } from '../core/compiled.ts'
import { INAPPLICABLE } from '../core/judge.ts'
import type { Verdict } from '../core/verdict.ts'
import { paramValue, type ResolvedComparisons, resolveComparisons, resolveOperand } from './condition.ts'
import { toLiteral } from './literal.ts'
import { normalizeSql, type Token, tokenize } from './tokenizer.ts'

export type ParamValues = Readonly<Record<string, ParamValue>>

/** A leaf before its SQL is built: templates used, parameters filled in. */
export interface ExpandedLeaf {
  readonly path: string
  readonly title: string
  readonly place: Place
  readonly gates: readonly Gate[]
  readonly sql?: string
  readonly table?: string
  readonly where: ResolvedComparisons
  readonly expect: ResolvedComparisons
  readonly match: 'all' | 'any' | 'none'
  readonly ifEmpty: Verdict
  readonly evidence?: readonly string[]
}

export interface ExpandedCheck {
  readonly tree: Tree
  readonly leaves: readonly ExpandedLeaf[]
}

interface Scope {
  readonly platform: Platform
  readonly templates: ReadonlyMap<string, Template>
  readonly values: ParamValues
  readonly path: string
  readonly title: string
  readonly gates: readonly Gate[]
  readonly ifEmpty: Verdict | undefined
  readonly evidence: readonly string[] | undefined
}

/** A check's clause on a platform as leaves and their combination. The check must have been loaded without errors. */
export function expandCheck(
  check: Check,
  platform: Platform,
  templates: ReadonlyMap<string, Template>,
  values: ParamValues,
): ExpandedCheck {
  const clause = check.platforms[platform]
  if (!clause) throw new RangeError(`${check.id} has no clause for ${platform}`)
  const leaves: ExpandedLeaf[] = []
  const scope = {
    platform,
    templates,
    values,
    path: '',
    title: check.title,
    gates: [],
    ifEmpty: undefined,
    evidence: undefined,
  }
  const tree = expandClause(clause, scope, leaves)
  return { tree, leaves }
}

function expandClause(clause: Clause, outer: Scope, leaves: ExpandedLeaf[]): Tree {
  const scope: Scope = {
    ...outer,
    title: clause.title ?? outer.title,
    gates: [...outer.gates, ...clauseGates(clause, outer.values)],
    ifEmpty: clause.ifEmpty ?? outer.ifEmpty,
    evidence: clause.evidence ?? outer.evidence,
  }
  const group = (parts: readonly Clause[], word: string) =>
    parts.map((part, index) => expandClause(part, within(scope, part, `${word}[${index}]`), leaves))
  if (clause.all) return { all: group(clause.all, 'all') }
  if (clause.any) return { any: group(clause.any, 'any') }
  // They ask the same in different ways, so that the group's title is theirs.
  const titled = (part: Clause) => (clause.title === undefined ? part : { title: clause.title, ...part })
  if (clause.first) return { first: group(clause.first.map(titled), 'first') }
  if (clause.not) return { not: expandClause(clause.not, within(scope, clause.not, 'not'), leaves) }
  if (clause.use !== undefined) return expandTemplate(clause, clause.use, scope, leaves)
  return leaves.push(toLeaf(clause, scope)) - 1
}

function within(scope: Scope, part: Clause, step: string): Scope {
  const title = part.title ?? part.use?.replaceAll('_', ' ') ?? part.table ?? scope.title
  return { ...scope, path: scope.path ? `${scope.path}.${step}` : step, title }
}

function expandTemplate(clause: Clause, name: string, scope: Scope, leaves: ExpandedLeaf[]): Tree {
  const template = scope.templates.get(name)
  const body = template?.platforms[scope.platform]
  if (!template || !body) throw new RangeError(`no template ${name} for ${scope.platform}`)
  return expandClause(body, { ...scope, values: bindParams(template.params, clause.with ?? {}, scope.values) }, leaves)
}

function bindParams(
  specs: Readonly<Record<string, ParamSpec>>,
  given: Readonly<Record<string, Operand | OperandList>>,
  outer: ParamValues,
): ParamValues {
  return Object.fromEntries(
    Object.entries(specs).flatMap(([name, { default: fallback }]) => {
      const operand = Object.hasOwn(given, name) ? given[name] : undefined
      const value = operand === undefined ? fallback : (resolveOperand(operand, outer) ?? undefined)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function clauseGates(clause: Clause, values: ParamValues): Gate[] {
  const when = clause.when
  const gates: Gate[] =
    when === undefined ? [] : [{ kind: 'when', sql: fillIn(when.sql, values), reason: when.reason ?? INAPPLICABLE }]
  const needs = (clause.needs ?? []).map(
    ({ sql, reason }: Need): Gate => ({
      kind: 'need',
      sql: fillIn(sql, values),
      reason: reason ?? `needs a row from: ${oneLine(sql)}`,
    }),
  )
  return [...gates, ...needs]
}

function toLeaf(clause: Clause, { path, title, gates, values, ifEmpty, evidence }: Scope): ExpandedLeaf {
  return {
    path,
    title,
    place: clause.place,
    gates,
    ...(clause.sql === undefined ? {} : { sql: fillIn(clause.sql, values) }),
    ...(clause.table === undefined ? {} : { table: clause.table }),
    where: resolveComparisons(clause.where ?? {}, values),
    expect: resolveComparisons(clause.expect ?? {}, values),
    match: clause.match ?? 'all',
    // None of no rows is none; that they could be seen is for lint and the gates to make sure of.
    ifEmpty: ifEmpty ?? (clause.match === 'none' ? 'pass' : 'fail'),
    ...(evidence === undefined ? {} : { evidence }),
  }
}

/** SQL with each `:name` replaced by its value as a literal, and without closing semicolons and comments. */
export function fillIn(sql: string, values: ParamValues): string {
  const tokens = tokenize(sql)
  while (isTrailing(tokens.at(-1))) tokens.pop()
  return tokens
    .map(({ kind, text }, index) => {
      if (kind !== 'variable' || text[0] !== ':') return text
      const literal = toLiteral(paramValue(text.slice(1), values))
      return `${spaceAt(tokens[index - 1])}${literal}${spaceAt(tokens[index + 1])}`
    })
    .join('')
}

function isTrailing(token: Token | undefined): boolean {
  return token !== undefined && (token.kind === 'space' || token.kind === 'comment' || token.text === ';')
}

// A literal must not grow together with its neighbour: `5-:p` with -1 would begin a comment.
function spaceAt(neighbour: Token | undefined): string {
  return neighbour === undefined || neighbour.kind === 'space' || '(),'.includes(neighbour.text) ? '' : ' '
}

/** What the version of a check is the hash of: everything that its verdict depends on, and no prose. */
export function canonicalForm({ tree, leaves }: ExpandedCheck): unknown {
  return {
    tree,
    leaves: leaves.map(({ gates, sql, table, where, expect, match, ifEmpty }) => ({
      gates: gates.map(({ kind, sql: gate }) => [kind, normalizeSql(gate)]),
      ...(sql === undefined
        ? { table, where: sorted(where), expect: sorted(expect), match }
        : { sql: normalizeSql(sql) }),
      ifEmpty,
    })),
  }
}

function sorted(comparisons: ResolvedComparisons): unknown {
  const byKey = (left: [string, unknown], right: [string, unknown]) => (left[0] < right[0] ? -1 : 1)
  return Object.entries(comparisons)
    .map(([column, comparison]): [string, unknown] => [column, Object.entries(comparison).sort(byKey)])
    .sort(byKey)
}

function oneLine(sql: string): string {
  return sql.replace(/\s+/g, ' ').trim()
}
