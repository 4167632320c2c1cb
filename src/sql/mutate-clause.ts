import type { Clause, Comparisons, Need } from '../core/check.ts'
import type { Verdict } from '../core/verdict.ts'
import { type Mutation, mutateComparisons, mutateOperand } from './mutate-comparisons.ts'
import { mutateSql } from './mutate-sql.ts'
import { readRegions } from './sql-regions.ts'

export interface ClauseMutation extends Mutation<Clause> {
  /** Where in the SQL at `path` the change is, in characters. */
  readonly offset?: number
}

const GROUPS = ['all', 'any', 'first'] as const
const OTHER_EMPTY: Readonly<Record<Verdict, readonly Verdict[]>> = {
  pass: ['fail'],
  warn: ['pass'],
  fail: ['pass'],
  error: ['fail', 'pass'],
  not_applicable: ['pass'],
}

/** A clause with one mistake each, in whatever decides: SQL, conditions, gates, groups, and what no row means. */
export function mutateClause(clause: Clause, inherited?: Verdict): ClauseMutation[] {
  return [
    ...mutateGates(clause),
    ...mutateEmpty(clause, inherited),
    ...mutateBody(clause),
    ...mutateParts(clause, clause.ifEmpty ?? inherited),
  ]
}

function mutateGates(clause: Clause): ClauseMutation[] {
  const { when, needs = [], ...others } = clause
  const withNeeds = (list: readonly Need[]): Clause => ({ ...others, ...(when && { when }), needs: list })
  return [
    ...(when
      ? [
          { value: { ...others, needs }, path: ['when'], change: 'when left out' },
          ...sqlMutations(when.sql, 'gate', ['when'], (sql) => ({ ...clause, when: { ...when, sql } })),
        ]
      : []),
    ...needs.flatMap((need, index) => [
      { value: withNeeds(needs.toSpliced(index, 1)), path: ['needs', index], change: 'need left out' },
      ...sqlMutations(need.sql, 'gate', ['needs', index], (sql) => withNeeds(needs.with(index, { ...need, sql }))),
    ]),
  ]
}

function mutateEmpty(clause: Clause, inherited: Verdict | undefined): ClauseMutation[] {
  const isLeaf = clause.sql !== undefined || clause.table !== undefined
  const inForce = clause.ifEmpty ?? (isLeaf && inherited === undefined ? usualWithoutRows(clause) : undefined)
  if (inForce === undefined) return []
  return OTHER_EMPTY[inForce].map((ifEmpty) => ({
    value: { ...clause, ifEmpty },
    path: ['if_empty'],
    change: `if_empty ${inForce} → ${ifEmpty}`,
  }))
}

/** What no row means where nothing is said of it; undefined for SQL that always answers a row. */
function usualWithoutRows({ sql, table, where, match }: Clause): Verdict | undefined {
  if (table !== undefined) return match === 'none' ? 'pass' : where === undefined ? undefined : 'fail'
  const tokens = readRegions(sql ?? '', 'judged')
  const words = tokens.map(({ text }) => text.toUpperCase())
  const counts = ['COUNT', 'SUM', 'MAX', 'MIN', 'TOTAL', 'AVG', 'GROUP_CONCAT'].some((word) => words.includes(word))
  const narrows = words.some(
    (word, at) =>
      ['WHERE', 'HAVING'].includes(word) || (word === 'JOIN' && !['LEFT', 'OUTER'].includes(words[at - 1] ?? '')),
  )
  // `FROM (SELECT …) LEFT JOIN x` has a row whatever x has.
  const from = tokens.findIndex(({ depth }, at) => depth === 0 && words[at] === 'FROM')
  const isConstant = from === -1 || (words[from + 1] === '(' && words[from + 2] === 'SELECT')
  const own = words.filter((_, at) => at > from && tokens[at]?.depth === 0)
  if (
    isConstant &&
    !own.includes('WHERE') &&
    own.filter((word) => word === 'JOIN').length === own.filter((word) => word === 'LEFT').length
  )
    return undefined
  return (counts && !words.includes('GROUP')) || !narrows ? undefined : 'fail'
}

function mutateBody(clause: Clause): ClauseMutation[] {
  const comparisons = (key: 'where' | 'expect', given: Comparisons | undefined) =>
    mutateComparisons(given ?? {}).map(({ value, path, change }) => ({
      value: { ...clause, [key]: value },
      path: [key, ...path],
      change: `${key}: ${change}`,
    }))
  const mutations: ClauseMutation[] = [
    ...(clause.sql === undefined ? [] : sqlMutations(clause.sql, 'judged', ['sql'], (sql) => ({ ...clause, sql }))),
    ...comparisons('where', clause.where),
    ...comparisons('expect', clause.expect),
    ...otherMatches(clause).map((match) => ({
      value: { ...clause, match },
      path: ['match'],
      change: `match ${clause.match ?? 'all'} → ${match}`,
    })),
  ]
  const given = Object.entries(clause.with ?? {}).flatMap(([name, operand]) =>
    mutateOperand(operand).map(({ value, path, change }) => ({
      value: { ...clause, with: { ...clause.with, [name]: value } },
      path: ['with', name, ...path],
      change: `${name} ${change}`,
    })),
  )
  return [...mutations, ...given]
}

function otherMatches({ table, match = 'all', where = {}, expect = {} }: Clause): ('all' | 'any' | 'none')[] {
  if (table === undefined) return []
  const conditions = Object.values(where)
  // With every column fixed there is one row, of which all and any say the same.
  const isOne = conditions.length > 0 && conditions.every(({ eq }) => eq !== undefined)
  // Without expectations every row is as expected.
  const isAlike = isOne || Object.keys(expect).length === 0
  if (match === 'none') return ['any']
  return match === 'all'
    ? [...(isAlike ? [] : ['any' as const]), 'none']
    : [...(isAlike ? [] : ['all' as const]), 'none']
}

function mutateParts(clause: Clause, inherited: Verdict | undefined): ClauseMutation[] {
  const group = GROUPS.find((word) => clause[word] !== undefined)
  if (clause.not) {
    const { not, ...others } = clause
    const gated = { ...others, all: [not] }
    return [
      { value: gated, path: ['not'], change: 'not left out' },
      ...mutateClause(not, inherited).map((one) => ({
        ...one,
        value: { ...clause, not: one.value },
        path: ['not', ...one.path],
      })),
    ]
  }
  if (group === undefined) return []
  const { [group]: parts = [], ...others } = clause
  const other = group === 'all' ? 'any' : group === 'any' ? 'all' : undefined
  return [
    ...(other && parts.length > 1
      ? [{ value: { ...others, [other]: parts }, path: [group], change: `${group} → ${other}` }]
      : []),
    ...(parts.length > 1
      ? parts.map((_, index) => ({
          value: { ...clause, [group]: parts.toSpliced(index, 1) },
          path: [group, index],
          change: 'clause left out',
        }))
      : []),
    ...parts.flatMap((part, index) =>
      mutateClause(part, inherited).map((one) => ({
        ...one,
        value: { ...clause, [group]: parts.with(index, one.value) },
        path: [group, index, ...one.path],
      })),
    ),
  ]
}

function sqlMutations(
  sql: string,
  use: 'judged' | 'gate',
  path: readonly (string | number)[],
  put: (sql: string) => Clause,
): ClauseMutation[] {
  return mutateSql(sql, use).map(({ sql: mutated, change, offset }) => ({ value: put(mutated), path, change, offset }))
}
