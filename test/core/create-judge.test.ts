import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CompiledCheck, Leaf, Tree } from '../../src/core/compiled.ts'
import { createJudge } from '../../src/core/create-judge.ts'
import { judge, type Observation } from '../../src/core/judge.ts'
import { buildCheck } from '../sql/build-check.ts'

function leaf(index: number): Leaf {
  const title = `Part ${index}`
  return { index, path: '', title, gates: [], select: '', sql: '', rule: 'all', ifEmpty: 'fail', tables: [] }
}

function compile(tree: Tree, leaves: number): CompiledCheck {
  const parts = Array.from({ length: leaves }, (_, index) => leaf(index))
  return { check: buildCheck(''), platform: 'linux', version: '0', fix: undefined, tree, leaves: parts }
}

function answer(pass: number, fail = 0): { answer: string } {
  return { answer: JSON.stringify({ tally: { pass, warn: 0, fail, error: 0, not_applicable: 0 }, rows: [] }) }
}

describe('a judge that remembers', () => {
  it('makes something of the same answer only once', () => {
    let made = 0
    const decide = createJudge(compile(0, 1), ({ verdict }) => {
      made++
      return { verdict }
    })
    const first = decide([answer(1)])
    expect(decide([answer(1)])).toBe(first)
    expect(decide([answer(1, 1)])).toEqual({ verdict: 'fail' })
    expect(made).toBe(2)
  })

  it('judges an error anew each time', () => {
    const decide = createJudge(compile(0, 1), ({ reasons }) => reasons)
    expect(decide([{ error: 'gone' }])).toEqual(['gone'])
    expect(decide([{ error: 'too slow' }])).toEqual(['too slow'])
    expect(decide([])).toEqual(['the source gave no answer'])
  })

  it('forgets everything when it has become too much, and goes on', () => {
    let made = 0
    const room = 3 * answer(10).answer.length
    const count = () => ++made
    const decide = createJudge(compile(0, 1), count, { room })
    for (const passed of [10, 11, 12, 10, 11, 12]) decide([answer(passed)])
    expect(made).toBe(3)
    decide([answer(13)])
    decide([answer(13)])
    expect(made).toBe(4)
    decide([answer(10)])
    expect(made).toBe(5)
  })

  it('does not remember an answer that alone is too much', () => {
    let made = 0
    const count = () => ++made
    const decide = createJudge(compile(0, 1), count, { room: 10 })
    decide([answer(1)])
    decide([answer(1)])
    expect(made).toBe(2)
  })

  it('is not misled by answers that read the same one after the other', () => {
    const decide = createJudge(compile({ any: [0, 1] }, 2), (judgement) => judgement)
    const whole = answer(1).answer
    expect(decide([{ answer: '' }, { answer: whole }]).verdict).toBe('pass')
    expect(decide([{ answer: whole }, { answer: '' }]).leaves.map(({ verdict }) => verdict)).toEqual(['pass', 'error'])
  })

  it('judges as one does that remembers nothing, whatever came before', () => {
    const given = fc.oneof(
      fc.constantFrom<Observation>(answer(1), answer(0, 1), answer(2, 3), { answer: '' }, { answer: '0:' }),
      fc.string({ maxLength: 6 }).map((text): Observation => ({ answer: text })),
      fc.constant<Observation>({ error: 'gone' }),
    )
    const observations = fc.array(given, { maxLength: 3 })
    fc.assert(
      fc.property(fc.array(observations, { maxLength: 20 }), (all) => {
        const compiled = compile({ all: [0, { any: [1, 2] }] }, 3)
        const decide = createJudge(compiled, (judgement) => judgement, { room: 200 })
        for (const each of all) expect(decide(each)).toEqual(judge(compiled, each))
      }),
    )
  })
})
