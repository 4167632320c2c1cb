import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineAll, combineAny, isVerdict, negate, VERDICTS, type Verdict } from '../../src/core/verdict.ts'

const verdict = fc.constantFrom(...VERDICTS)
const verdicts = fc.array(verdict, { maxLength: 8 })

// Rows and columns: pass, warn, fail, error, not_applicable.
const ALL: readonly (readonly Verdict[])[] = [
  ['pass', 'warn', 'fail', 'error', 'pass'],
  ['warn', 'warn', 'fail', 'error', 'warn'],
  ['fail', 'fail', 'fail', 'fail', 'fail'],
  ['error', 'error', 'fail', 'error', 'error'],
  ['pass', 'warn', 'fail', 'error', 'not_applicable'],
]
const ANY: readonly (readonly Verdict[])[] = [
  ['pass', 'pass', 'pass', 'pass', 'pass'],
  ['pass', 'warn', 'warn', 'warn', 'warn'],
  ['pass', 'warn', 'fail', 'error', 'fail'],
  ['pass', 'warn', 'error', 'error', 'error'],
  ['pass', 'warn', 'fail', 'error', 'not_applicable'],
]

function pairs(table: readonly (readonly Verdict[])[]) {
  return table.flatMap((row, left) =>
    row.map((both, right) => ({ left: VERDICTS[left] as Verdict, right: VERDICTS[right] as Verdict, both })),
  )
}

describe('all', () => {
  it.each(pairs(ALL))('makes $both of $left and $right', ({ left, right, both }) => {
    expect(combineAll([left, right])).toBe(both)
  })

  it('is not applicable when there is nothing to combine', () => {
    expect(combineAll([])).toBe('not_applicable')
  })

  it('never hides a failing part behind unreadable ones', () => {
    fc.assert(fc.property(verdicts, verdicts, (before, after) => combineAll([...before, 'fail', ...after]) === 'fail'))
  })

  it('passes only when every part passes or does not apply, and at least one passes', () => {
    fc.assert(
      fc.property(verdicts, (parts) => {
        const isSound = parts.includes('pass') && parts.every((part) => part === 'pass' || part === 'not_applicable')
        expect(combineAll(parts) === 'pass').toBe(isSound)
      }),
    )
  })
})

describe('any', () => {
  it.each(pairs(ANY))('makes $both of $left and $right', ({ left, right, both }) => {
    expect(combineAny([left, right])).toBe(both)
  })

  it('is not applicable when there is nothing to combine', () => {
    expect(combineAny([])).toBe('not_applicable')
  })

  it('passes with one passing part, whatever the others are', () => {
    fc.assert(fc.property(verdicts, verdicts, (before, after) => combineAny([...before, 'pass', ...after]) === 'pass'))
  })

  it('does not fail while a part could not be judged, since that one might pass', () => {
    fc.assert(fc.property(verdicts, (parts) => combineAny([...parts, 'error']) !== 'fail'))
  })
})

describe.each([
  ['all', combineAll],
  ['any', combineAny],
] as const)('%s', (_, combine) => {
  it('does not mind the order', () => {
    fc.assert(
      fc.property(
        verdicts.chain((parts) =>
          fc.tuple(
            fc.constant(parts),
            fc.shuffledSubarray(parts, { minLength: parts.length, maxLength: parts.length }),
          ),
        ),
        ([parts, shuffled]) => combine(parts) === combine(shuffled),
      ),
    )
  })

  it('does not mind how its parts are grouped', () => {
    fc.assert(
      fc.property(verdicts, verdicts, (left, right) => {
        expect(combine([combine(left), combine(right)])).toBe(combine([...left, ...right]))
      }),
    )
  })

  it('keeps a single part as it is, and counts one that does not apply for nothing', () => {
    fc.assert(fc.property(verdict, (part) => combine([part]) === part))
    fc.assert(fc.property(verdicts, (parts) => combine([...parts, 'not_applicable']) === combine(parts)))
  })

  it('answers one of its parts', () => {
    fc.assert(fc.property(fc.array(verdict, { minLength: 1 }), (parts) => parts.includes(combine(parts))))
  })
})

describe('not', () => {
  it('swaps pass and fail and keeps the rest', () => {
    expect(VERDICTS.map(negate)).toEqual(['fail', 'warn', 'pass', 'error', 'not_applicable'])
  })

  it('twice is nothing', () => {
    fc.assert(fc.property(verdict, (part) => negate(negate(part)) === part))
  })
})

describe('a verdict', () => {
  it('is one of five words and nothing else', () => {
    expect(VERDICTS.every(isVerdict)).toBe(true)
    expect(['PASS', '', 'passed', 'toString', null, undefined, 1].some(isVerdict)).toBe(false)
  })
})
