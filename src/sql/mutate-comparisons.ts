import type { Comparison, Comparisons, Operand, OperandList } from '../core/check.ts'
import { FEW, otherNumbers } from './mutate-sql.ts'

/** Something with one mistake in it: where, from its top, and what was replaced with what. */
export interface Mutation<Mutated> {
  readonly value: Mutated
  readonly path: readonly (string | number)[]
  readonly change: string
}

type Operator = keyof Comparison

const OTHER_OPERATOR: Partial<Record<Operator, readonly Operator[]>> = {
  eq: ['ne'],
  ne: ['eq'],
  lt: ['le', 'ge'],
  le: ['lt', 'gt'],
  gt: ['ge', 'le'],
  ge: ['gt', 'lt'],
  in: ['not_in'],
  not_in: ['in'],
  version_eq: ['version_ne'],
  version_ne: ['version_eq'],
  version_lt: ['version_le', 'version_ge'],
  version_le: ['version_lt', 'version_gt'],
  version_gt: ['version_ge', 'version_le'],
  version_ge: ['version_gt', 'version_lt'],
  within: ['older_than'],
  older_than: ['within'],
}

/** Conditions with an operator or an operand changed, or left out. */
export function mutateComparisons(comparisons: Comparisons): Mutation<Comparisons>[] {
  return Object.entries(comparisons).flatMap(([column, comparison]) => {
    const { [column]: _, ...others } = comparisons
    return [
      { value: others, path: [column], change: `${column} left out` },
      ...mutateComparison(comparison).map(({ value, path, change }) => ({
        value: { ...comparisons, [column]: value },
        path: [column, ...path],
        change: `${column} ${change}`,
      })),
    ]
  })
}

function mutateComparison(comparison: Comparison): Mutation<Comparison>[] {
  const entries = Object.entries(comparison) as [Operator, Operand | OperandList | boolean][]
  return entries.flatMap(([operator, operand]): Mutation<Comparison>[] => {
    const { [operator]: _, ...others } = comparison
    const isBare = entries.length === 1 && operator === 'eq'
    const path = isBare ? [] : [operator]
    const swapped = (OTHER_OPERATOR[operator] ?? []).map((other) => ({
      value: { ...others, [other]: operand },
      path,
      change: `${operator} → ${other}`,
    }))
    const dropped = entries.length > 1 ? [{ value: others, path, change: `${operator} left out` }] : []
    const changed = mutateOperand(operand, operator).map((one) => ({
      value: { ...comparison, [operator]: one.value },
      path: [...path, ...one.path],
      change: `${operator} ${one.change}`,
    }))
    return [...swapped, ...dropped, ...changed]
  })
}

/** Other values in the stead of one, or of members of a list: of a long one, of the first and the last. What a parameter says is mutated where it is declared. */
export function mutateOperand<Value>(operand: Value, operator?: string): Mutation<Value>[] {
  if (Array.isArray(operand)) {
    const changed = (index: number) => operand.length <= FEW || index === 0 || index === operand.length - 1
    return operand.flatMap((member, index) =>
      !changed(index)
        ? []
        : mutateOperand(member).map(({ value, change }) => ({
            value: operand.with(index, value) as Value,
            path: [index],
            change,
          })),
    )
  }
  return otherValues(operand, operator).map((value) => ({
    value: value as Value,
    path: [],
    change: `${JSON.stringify(operand)} → ${JSON.stringify(value)}`,
  }))
}

function otherValues(value: unknown, operator: string | undefined): (string | number | boolean)[] {
  if (typeof value === 'number') return otherNumbers(value, operator)
  if (typeof value === 'boolean') return [!value]
  if (typeof value !== 'string') return []
  // A version that is no version would be an error of each row.
  return /^\d+(?:\.\d+)+$/.test(value) ? [`${value}.1`] : [`${value}~`]
}
