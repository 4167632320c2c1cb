import { type SqlFunction, SqlFunctionError } from '../function.ts'
import type { SqlValue } from '../table.ts'
import { readDouble } from './read-values.ts'

const OUT_OF_DOMAIN = 'Numerical argument out of domain'
const OUT_OF_RANGE = 'Numerical result out of range'

/** Where C's `expl`, which osquery calls, overflows and underflows: 80-bit numbers reach further than doubles. */
const EXP_LIMITS = { lowest: -11399.4985314888, highest: 11356.5234062941 } as const

function defineReal(name: string, compute: (x: number) => number): SqlFunction {
  return {
    name,
    arity: [1],
    call(value: SqlValue) {
      if (value === null) return null
      return refuseNaN(compute(readDouble(value)))
    },
  }
}

/** SQL has no NaN, so one in the result means that the argument was outside the function's domain. */
function refuseNaN(result: number): number {
  if (Number.isNaN(result)) throw new SqlFunctionError(OUT_OF_DOMAIN)
  return result
}

/** A logarithm has a pole at 0. */
function refusePole(logarithm: (x: number) => number): (x: number) => number {
  return (x) => {
    if (x === 0) throw new SqlFunctionError(OUT_OF_RANGE)
    return logarithm(x)
  }
}

function exponentiate(x: number): number {
  if (Number.isFinite(x) && (x < EXP_LIMITS.lowest || x > EXP_LIMITS.highest)) throw new SqlFunctionError(OUT_OF_RANGE)
  return Math.exp(x)
}

function power(base: SqlValue, exponent: SqlValue): SqlValue {
  if (base === null || exponent === null) return null
  const x = readDouble(base)
  const y = readDouble(exponent)
  // C says 1 where JavaScript says NaN.
  if (Math.abs(x) === 1 && !Number.isFinite(y)) return 1
  const result = refuseNaN(x ** y)
  const finite = Number.isFinite(x) && Number.isFinite(y)
  const underflow = result === 0 && x !== 0
  if (finite && (underflow || !Number.isFinite(result))) throw new SqlFunctionError(OUT_OF_RANGE)
  return result
}

/** INTEGER stays as it is, and the result is an INTEGER. */
function defineRounding(name: string, round: (x: number) => number): SqlFunction {
  return {
    name,
    arity: [1],
    call(value: SqlValue) {
      if (value === null || typeof value === 'bigint') return value
      return toInt64(round(readDouble(value)))
    },
  }
}

/** What does not fit becomes the least integer, as on x86-64. */
function toInt64(value: number): bigint {
  const limit = 2 ** 63
  return value >= -limit && value < limit ? BigInt(value) : -(2n ** 63n)
}

/** Unlike SQLite's own of the same names: `log` is natural, `ceil` and `floor` give INTEGER, and errors are errors. */
export const mathFunctions: readonly SqlFunction[] = [
  defineReal('sqrt', Math.sqrt),
  defineReal('acos', Math.acos),
  defineReal('asin', Math.asin),
  defineReal('atan', Math.atan),
  defineReal('cos', Math.cos),
  defineReal('sin', Math.sin),
  defineReal('tan', Math.tan),
  defineReal('cot', (x) => 1 / Math.tan(x)),
  defineReal('exp', exponentiate),
  defineReal('log', refusePole(Math.log)),
  defineReal('log10', refusePole(Math.log10)),
  defineReal('degrees', (x) => (180 * x) / Math.PI),
  defineReal('radians', (x) => (x * Math.PI) / 180),
  defineRounding('ceil', Math.ceil),
  defineRounding('floor', Math.floor),
  { name: 'power', arity: [2], call: power },
  { name: 'pi', arity: [0], call: () => Math.PI },
]
