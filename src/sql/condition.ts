import type { Comparison, Comparisons, Operand, OperandList, ParamValue, Scalar } from '../core/check.ts'
import { parseDuration } from '../core/duration.ts'
import { toIdentifier, toLiteral } from './literal.ts'
import type { TableColumn } from './table.ts'

/** A comparison whose parameters have been filled in: operator → value. */
export type ResolvedComparison = Readonly<Record<string, ParamValue | null>>
export type ResolvedComparisons = Readonly<Record<string, ResolvedComparison>>

export function resolveOperand(
  operand: Operand | OperandList,
  values: Readonly<Record<string, ParamValue>>,
): ParamValue | null {
  if (typeof operand !== 'object' || operand === null) return operand
  if (Array.isArray(operand)) {
    return operand.map((member) => resolveOperand(member as Operand, values) as string | number)
  }
  return paramValue((operand as { param: string }).param, values)
}

/** @throws RangeError when there is no such parameter */
export function paramValue(param: string, values: Readonly<Record<string, ParamValue>>): ParamValue {
  const value = Object.hasOwn(values, param) ? values[param] : undefined
  if (value === undefined) throw new RangeError(`no parameter ${param}`)
  return value
}

export function resolveComparisons(
  comparisons: Comparisons,
  values: Readonly<Record<string, ParamValue>>,
): ResolvedComparisons {
  const resolve = (comparison: Comparison): ResolvedComparison =>
    Object.fromEntries(
      Object.entries(comparison).map(([operator, operand]) => [
        operator,
        operator === 'empty' ? (operand as boolean) : toUnit(operator, resolveOperand(operand as Operand, values)),
      ]),
    )
  return Object.fromEntries(Object.entries(comparisons).map(([column, comparison]) => [column, resolve(comparison)]))
}

// A duration may be written out (7d) or come from a parameter, which is in seconds already.
function toUnit(operator: string, value: ParamValue | null): ParamValue | null {
  if (operator !== 'within' && operator !== 'older_than') return value
  const seconds = typeof value === 'string' ? parseDuration(value) : value
  if (typeof seconds !== 'number') throw new RangeError(`${operator}: ${value} is no duration`)
  return seconds
}

/** All comparisons of all columns, joined by AND. A NULL that decides gives NULL: what is not known does not pass. */
export function toSqlCondition(comparisons: ResolvedComparisons, columns: ReadonlyMap<string, TableColumn>): string {
  const terms = Object.entries(comparisons).flatMap(([name, comparison]) =>
    Object.entries(comparison).map(([operator, value]) => toSqlTerm(name, columns.get(name), operator, value)),
  )
  return terms.length === 0 ? '1' : terms.join(' AND ')
}

const SYMBOLS: Readonly<Record<string, string>> = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' }

/** Operators whose NULL means that a row is not the one that was meant; osquery is asked by them. */
const SELECTING = ['eq', 'in', 'like', 'glob', 'empty']

/**
 * Comparisons that choose rows. A row of which is not known whether it is meant stays, and `unknown` tells it apart: left
 * out, it could be the one that does not pass.
 */
export function toSqlFilter(
  comparisons: ResolvedComparisons,
  columns: ReadonlyMap<string, TableColumn>,
): { filter: string; unknown: string | undefined } {
  const terms = Object.entries(comparisons).flatMap(([name, comparison]) =>
    Object.entries(comparison).map(([operator, value]) => ({
      term: toSqlTerm(name, columns.get(name), operator, value),
      selecting: SELECTING.includes(operator),
    })),
  )
  const unsure = terms.filter(({ selecting }) => !selecting)
  return {
    filter: terms.map(({ term, selecting }) => (selecting ? term : `(${term}) IS NOT 0`)).join(' AND '),
    unknown: unsure.length === 0 ? undefined : unsure.map(({ term }) => `(${term}) IS NULL`).join(' OR '),
  }
}

function toSqlTerm(name: string, column: TableColumn | undefined, operator: string, value: ParamValue | null): string {
  const id = toIdentifier(name)
  if (operator === 'empty') return value ? `(${id} IS NULL OR ${id} = '')` : `(${id} IS NOT NULL AND ${id} <> '')`
  if (value === null) return operator === 'ne' ? `${id} IS NOT NULL` : `${id} IS NULL`
  if (operator === 'in' || operator === 'not_in') return listTerm(id, operator, value)
  const literal = toLiteral(value)
  if (operator === 'like' || operator === 'glob') return `${id} ${operator.toUpperCase()} ${literal}`
  if (operator === 'matches')
    return `CASE WHEN ${id} IS NOT NULL THEN regex_match(${id}, ${literal}, 0) IS NOT NULL END`
  if (operator === 'within') return ageTerm(id, `>= unixepoch('now') - ${literal}`)
  if (operator === 'older_than') return ageTerm(id, `<= unixepoch('now') - ${literal}`)
  if (operator.startsWith('version_'))
    return versionTerm(id, column, SYMBOLS[operator.slice('version_'.length)], literal)
  const symbol = SYMBOLS[operator]
  if (symbol === undefined) throw new RangeError(`no operator ${operator}`)
  // A number against a text column would be compared as text, where '10' < '9'.
  if (typeof value === 'number' && column?.type === 'TEXT' && operator !== 'eq' && operator !== 'ne') {
    return `CASE WHEN json_valid(trim(${id})) AND json_type(trim(${id})) IN ('integer', 'real') THEN CAST(${id} AS REAL) ${symbol} ${literal} END`
  }
  return `${id} ${symbol} ${literal}`
}

// In SQL, a NULL in the list makes nearly every answer NULL; here it means the NULL that it is.
function listTerm(id: string, operator: 'in' | 'not_in', value: ParamValue): string {
  const members = (Array.isArray(value) ? value : [value]) as readonly (string | number | null)[]
  const known = toLiteral(members.filter((member) => member !== null))
  if (!members.includes(null)) return `${id} ${operator === 'in' ? 'IN' : 'NOT IN'} ${known}`
  return operator === 'in' ? `(${id} IS NULL OR ${id} IN ${known})` : `(${id} IS NOT NULL AND ${id} NOT IN ${known})`
}

// Zero, -1 and empty text stand for "never" or "unknown" in time columns: neither recent nor old.
function ageTerm(id: string, comparison: string): string {
  return `CASE WHEN CAST(${id} AS INTEGER) > 0 THEN CAST(${id} AS INTEGER) ${comparison} END`
}

// osquery's RHEL and ARCH flavours put 4.10 before 4.2; its plain one compares numbers as numbers.
const FLAVOURS: Readonly<Record<string, string>> = { version_dpkg: `, 'DPKG'` }

// version_compare fails the statement for anything but text; an unknown version is an error of this row alone.
function versionTerm(id: string, column: TableColumn | undefined, symbol: string | undefined, literal: string): string {
  const flavour = FLAVOURS[column?.collate ?? ''] ?? ''
  return `CASE WHEN typeof(${id}) = 'text' AND ${id} <> '' THEN version_compare(${id}, ${literal}${flavour}) ${symbol} 0 END`
}

const WORDS: Readonly<Record<string, string>> = {
  eq: '=',
  ne: 'other than',
  lt: '<',
  le: 'at most',
  gt: '>',
  ge: 'at least',
  in: 'one of',
  not_in: 'none of',
  like: 'like',
  glob: 'like',
  matches: 'matching',
  version_eq: '=',
  version_ne: 'other than',
  version_lt: 'before',
  version_le: 'at most',
  version_gt: 'after',
  version_ge: 'at least',
}

/** The comparisons in words, for people. */
export function describeComparisons(comparisons: ResolvedComparisons): string {
  return Object.entries(comparisons)
    .flatMap(([column, comparison]) =>
      Object.entries(comparison).map(([operator, value]) => {
        if (operator === 'empty') return `${column} ${value ? 'empty' : 'not empty'}`
        if (operator === 'within') return `${column} within the last ${describeSeconds(Number(value))}`
        if (operator === 'older_than') return `${column} older than ${describeSeconds(Number(value))}`
        return `${column} ${WORDS[operator] ?? operator} ${describeValue(value)}`
      }),
    )
    .join(' and ')
}

function describeValue(value: ParamValue | Scalar): string {
  if (value === null) return 'NULL'
  return Array.isArray(value) ? value.join(', ') : value === '' ? "''" : String(value)
}

function describeSeconds(seconds: number): string {
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const) {
    if (seconds >= size && seconds % size === 0) return `${seconds / size} ${unit}${seconds === size ? '' : 's'}`
  }
  return `${seconds} seconds`
}
