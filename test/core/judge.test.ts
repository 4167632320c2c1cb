import { describe, expect, it } from 'vitest'
import type { CompiledCheck, Leaf, Tree } from '../../src/core/compiled.ts'
import { combineTree, decidingLeaves, judge, judgeLeaf } from '../../src/core/judge.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { buildCheck } from '../sql/build-check.ts'

const LEAF: Leaf = {
  index: 0,
  path: '',
  title: 'It holds',
  gates: [],
  select: '',
  sql: '',
  rule: 'all',
  ifEmpty: 'fail',
  tables: [],
}

function leaf(more: Partial<Leaf> = {}): Leaf {
  return { ...LEAF, ...more }
}

function row(verdict: Verdict, more: object = {}) {
  return { verdict, judged: verdict === 'pass' ? 1 : 0, evidence: {}, ...more }
}

const NONE = { pass: 0, warn: 0, fail: 0, error: 0, not_applicable: 0 }

function answer(tally: Partial<Record<Verdict, number>>, ...rows: object[]) {
  return { answer: JSON.stringify({ tally: { ...NONE, ...tally }, rows }) }
}

function compiled(tree: Tree, ...leaves: Leaf[]): CompiledCheck {
  return { check: buildCheck(''), platform: 'linux', version: '0', fix: undefined, tree, leaves }
}

describe('the answer for a leaf', () => {
  it('is judged by all its rows, not only by those that came along as evidence', () => {
    expect(judgeLeaf(leaf(), answer({ pass: 99, fail: 1 }, row('pass')))).toMatchObject({
      verdict: 'fail',
      total: 100,
      notPassing: 1,
      rows: [],
    })
  })

  it('lets one passing row do where the rule is any', () => {
    expect(judgeLeaf(leaf({ rule: 'any' }), answer({ pass: 1, fail: 9 }, row('fail'))).verdict).toBe('pass')
  })

  it.each(['pass', 'warn', 'fail', 'error', 'not_applicable'] as const)(
    'without rows is %s if the check says so',
    (ifEmpty) => {
      expect(judgeLeaf(leaf({ ifEmpty }), answer({ pass: 0, fail: 0 })).verdict).toBe(ifEmpty)
    },
  )

  it('shows only the rows that do not pass, unless all do', () => {
    const rows = [row('fail', { evidence: { n: 1 } }), row('pass', { evidence: { n: 2 } })]
    expect(judgeLeaf(leaf(), answer({ fail: 1, pass: 1 }, ...rows)).rows).toEqual([
      { verdict: 'fail', evidence: { n: 1 } },
    ])
    expect(judgeLeaf(leaf(), answer({ pass: 1 }, rows[1] as object)).rows).toHaveLength(1)
  })

  it('names what was judged, and drops a resource or reason that is empty', () => {
    const rows = [row('fail', { resource: '/etc', reason: 'open to all' }), row('fail', { resource: '', reason: null })]
    const { rows: judged, reason } = judgeLeaf(leaf(), answer({ fail: 2 }, ...rows))
    expect(judged).toEqual([
      { verdict: 'fail', resource: '/etc', reason: 'open to all', evidence: {} },
      { verdict: 'fail', evidence: {} },
    ])
    expect(reason).toBe('/etc: open to all')
  })

  it.each([
    [null, 'NULL'],
    ['', 'empty text'],
    ['perhaps', "'perhaps'"],
  ])('says of a row that %j judges why that is no verdict', (judged, shown) => {
    const { reason } = judgeLeaf(leaf(), answer({ error: 1 }, row('error', { judged })))
    expect(reason).toBe(`the column that judges the row is ${shown}: neither a number nor true or false`)
  })

  it('gives as its reason what was expected, or how many rows do not pass', () => {
    expect(judgeLeaf(leaf({ expected: 'x = 1' }), answer({ fail: 1 }, row('fail'))).reason).toBe('expected x = 1')
    expect(judgeLeaf(leaf({ expected: 'x = 1' }), answer({})).reason).toBe('no row: expected x = 1')
    expect(judgeLeaf(leaf(), answer({})).reason).toBe('the query found no row')
    expect(judgeLeaf(leaf(), answer({ fail: 1 }, row('fail'))).reason).toBe('the row does not pass')
    expect(judgeLeaf(leaf(), answer({ fail: 2, warn: 1, pass: 4, not_applicable: 1 })).reason).toBe(
      '3 of 8 rows do not pass',
    )
  })

  it('has no reason when it passes', () => {
    expect(judgeLeaf(leaf(), answer({ pass: 1 }, row('pass', { reason: 'well done' })))).not.toHaveProperty('reason')
  })
})

describe('a gate', () => {
  const gates = [
    { kind: 'when', sql: '', reason: 'no server' },
    { kind: 'need', sql: '', reason: 'needs root' },
  ] as const

  it('called when makes the leaf not applicable, and need an error, with its reason', () => {
    const at = (gate: number) => judgeLeaf(leaf({ gates }), { answer: JSON.stringify({ gate }) })
    expect(at(0)).toMatchObject({ verdict: 'not_applicable', reason: 'no server', total: 0 })
    expect(at(1)).toMatchObject({ verdict: 'error', reason: 'needs root', total: 0 })
  })

  it('that the check does not have is an error', () => {
    expect(judgeLeaf(leaf({ gates }), { answer: '{"gate":2}' }).verdict).toBe('error')
  })
})

describe('an answer that is not ours', () => {
  it.each([
    '',
    'null',
    '[]',
    '5',
    '"x"',
    '{}',
    '{"tally":',
    '{"tally":null}',
    '{"tally":[]}',
    '{"tally":7}',
    '{"tally":{},"rows":[]}',
    '{"tally":{"pass":1},"rows":[]}',
    JSON.stringify({ tally: NONE }),
    JSON.stringify({ tally: { ...NONE, pass: '1' }, rows: [] }),
    JSON.stringify({ tally: { ...NONE, pass: -1 }, rows: [] }),
    JSON.stringify({ tally: { ...NONE, pass: 0.5 }, rows: [] }),
    JSON.stringify({ tally: { ...NONE, pass: 1 }, rows: {} }),
    JSON.stringify({ tally: { ...NONE, pass: 1 }, rows: [null] }),
    JSON.stringify({ tally: { ...NONE, pass: 1 }, rows: [{ verdict: 'pass' }] }),
    '{"gate":"0"}',
    '{"gate":null}',
  ])('is an error and neither a pass nor an empty answer: %s', (text) => {
    const judged = judgeLeaf(leaf({ ifEmpty: 'pass' }), { answer: text })
    expect(judged.verdict).toBe('error')
    expect(judged.reason).toContain("the source's answer was not understood")
  })

  it('is quoted no longer than a line', () => {
    expect(judgeLeaf(leaf(), { answer: 'x'.repeat(10_000) }).reason?.length).toBeLessThan(200)
  })

  it('that never came is an error', () => {
    expect(judge(compiled(0, leaf({ ifEmpty: 'pass' })), [])).toMatchObject({
      verdict: 'error',
      reasons: ['the source gave no answer'],
    })
  })

  it('keeps its cause when the source failed', () => {
    expect(judgeLeaf(leaf(), { error: 'no such table: x' })).toMatchObject({
      verdict: 'error',
      reason: 'no such table: x',
    })
  })
})

describe('a tree', () => {
  const verdicts: readonly Verdict[] = ['pass', 'fail', 'error', 'warn']
  const verdictOf = (index: number) => verdicts[index] as Verdict

  it('combines its leaves as it is nested', () => {
    expect(combineTree({ all: [0, { any: [1, 3] }] }, verdictOf)).toBe('warn')
    expect(combineTree({ not: { all: [0, { not: 1 }] } }, verdictOf)).toBe('fail')
    expect(combineTree({ any: [1, 2] }, verdictOf)).toBe('error')
    expect(combineTree({ not: 2 }, verdictOf)).toBe('error')
  })

  it('names the leaves that decided, through not as well', () => {
    expect(decidingLeaves({ all: [0, 1, { any: [1, 2] }] }, 'fail', verdictOf)).toEqual([1])
    expect(decidingLeaves({ all: [1, { not: 0 }] }, 'fail', verdictOf)).toEqual([1, 0])
    expect(decidingLeaves({ not: { any: [1, 0] } }, 'fail', verdictOf)).toEqual([0])
  })

  it('gives the reasons of the deciding leaves by name, and those that say the same together', () => {
    const leaves = ['first', 'second', 'third', 'fourth'].map((title, index) => leaf({ index, title }))
    const failing = (reason: string) => answer({ fail: 1 }, row('fail', { reason }))
    const answers = [failing('is off'), answer({ pass: 1 }), failing('is gone'), failing('is off')]
    expect(judge(compiled({ all: [0, 1, 2, 3] }, ...leaves), answers)).toMatchObject({
      verdict: 'fail',
      reasons: ['first, fourth: is off', 'third: is gone'],
    })
  })

  it('names a leaf that passed where it should not have', () => {
    const leaves = [leaf({ title: 'telnet runs' }), leaf({ index: 1, title: 'rsh runs' })]
    const tree = { all: [{ not: 0 }, { not: 1 }] }
    const { verdict, reasons } = judge(compiled(tree, ...leaves), [
      answer({ pass: 1 }),
      answer({ fail: 1 }, row('fail')),
    ])
    expect(verdict).toBe('fail')
    expect(reasons).toHaveLength(1)
    expect(reasons[0]).toMatch(/^telnet runs: /)
  })

  it('has no reason when it passes', () => {
    expect(judge(compiled({ any: [0, 1] }, leaf(), leaf({ index: 1 })), [answer({ pass: 1 })]).reasons).toEqual([])
  })
})
