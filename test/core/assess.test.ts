import { describe, expect, it } from 'vitest'
import { type AssessOptions, assess } from '../../src/core/assess.ts'
import { SourceError, type SourceFailure } from '../../src/core/errors.ts'
import { planBatches } from '../../src/sql/batch.ts'
import { compile, openEngine, openRowsEngine, toSource, type Written } from '../sql/build-check.ts'

const OPTIONS: AssessOptions = { plan: (members) => planBatches(members), timeout: 1000 }
const PASSES = 'SELECT 1 AS passed'
const FAILS = 'SELECT 0 AS passed'
const CULPRIT = "SELECT 1 AS passed, 'culprit' AS who"

function checks(...written: (Written | string)[]) {
  return written.map((one, index) => compile(one, { check: { id: `check-${index}` } }))
}

/** Refuses every statement that carries the culprit. */
function refusing(failure: SourceFailure) {
  return toSource(openEngine(), (sql) => {
    if (sql.includes('culprit')) throw new SourceError(failure, `${failure} because of the culprit`, { hint: 'see' })
  })
}

describe('assessing checks', () => {
  it('judges them in their order, in one statement where that is possible', async () => {
    const source = toSource(openEngine())
    const judgements = await assess(source, checks(PASSES, FAILS, { any: [{ sql: FAILS }, { sql: PASSES }] }), OPTIONS)
    expect(judgements.map(({ verdict }) => verdict)).toEqual(['pass', 'fail', 'pass'])
    expect(source.sent).toHaveLength(1)
  })

  it('asks nothing when there are no checks', async () => {
    const source = toSource(openEngine())
    expect(await assess(source, [], OPTIONS)).toEqual([])
    expect(source.sent).toEqual([])
  })

  it('halves a statement that SQL refuses until the culprit stands alone, and keeps the others', async () => {
    const source = refusing('sql')
    const many = checks(...Array.from({ length: 16 }, (_, index) => (index === 11 ? CULPRIT : PASSES)))
    const judgements = await assess(source, many, OPTIONS)
    expect(judgements.map(({ verdict }) => verdict)).toEqual(many.map((_, index) => (index === 11 ? 'error' : 'pass')))
    expect(judgements[11]?.reasons).toEqual(['sql because of the culprit (see)'])
    // One refusal and one success for each halving of 16, and the refusals of all 16 and of the culprit itself.
    expect(source.sent).toHaveLength(9)
  })

  it('asks the readers of a table one by one where the source names it, and the others still together', async () => {
    const source = toSource(openRowsEngine({}), (sql) => {
      const failure = new SourceError('sql', 'no hosts here', { table: 'etc_hosts' })
      if (sql.includes('etc_hosts')) throw failure
    })
    const reading = 'SELECT 1 AS passed FROM etc_hosts'
    const judgements = await assess(source, checks(PASSES, reading, PASSES, reading, PASSES), OPTIONS)
    expect(judgements.map(({ verdict }) => verdict)).toEqual(['pass', 'error', 'pass', 'error', 'pass'])
    expect(source.sent).toHaveLength(1 + 1 + 2)
  })

  it('asks them so in the statements that follow, which would be refused as well', async () => {
    const source = toSource(openRowsEngine({}), (sql) => {
      if (sql.includes('etc_hosts')) throw new SourceError('sql', 'no hosts here', { table: 'etc_hosts' })
    })
    const reading = 'SELECT 1 AS passed FROM etc_hosts'
    const plan: typeof planBatches = (members) => planBatches(members, { leaves: 3, bytes: 100_000 })
    const asked = checks(PASSES, reading, PASSES, PASSES, reading, PASSES)
    const judgements = await assess(source, asked, { ...OPTIONS, plan })
    expect(judgements.map(({ verdict }) => verdict)).toEqual(['pass', 'error', 'pass', 'pass', 'error', 'pass'])
    expect(source.sent).toHaveLength(3 + 2)
  })

  it('finds several culprits', async () => {
    const many = checks(CULPRIT, PASSES, PASSES, CULPRIT, CULPRIT)
    const judgements = await assess(refusing('sql'), many, OPTIONS)
    expect(judgements.map(({ verdict }) => verdict)).toEqual(['error', 'pass', 'pass', 'error', 'error'])
  })

  it.each(['timeout', 'gone', 'protocol'] as const)('asks one by one after %s', async (failure) => {
    const source = refusing(failure)
    const judgements = await assess(source, checks(PASSES, CULPRIT, FAILS, ...Array(5).fill(PASSES)), OPTIONS)
    expect(judgements.map(({ verdict }) => verdict).slice(0, 4)).toEqual(['pass', 'error', 'fail', 'pass'])
    expect(source.sent).toHaveLength(1 + 8)
  })

  it('gives up on a source that hangs, instead of waiting for each leaf', async () => {
    const source = toSource(openEngine(), () => {
      throw new SourceError('timeout', 'no answer within 1000 ms')
    })
    const judgements = await assess(source, checks(...Array(20).fill(PASSES)), OPTIONS)
    expect(judgements.map(({ verdict }) => verdict)).toEqual(Array(20).fill('error'))
    expect(judgements[19]?.reasons[0]).toContain('the source has stopped answering')
    expect(source.sent).toHaveLength(1 + 3)
  })

  it('finds a leaf that fails on the real SQLite', async () => {
    const broken = "SELECT in_cidr_block('junk', '10.0.0.1') AS passed"
    const { query, info, close } = toSource(openEngine())
    const source = {
      info,
      close,
      query: async (sql: string) => {
        try {
          return await query(sql)
        } catch (error) {
          throw new SourceError('sql', (error as Error).message)
        }
      },
    }
    const judgements = await assess(source, checks(PASSES, broken, FAILS), OPTIONS)
    expect(judgements.map(({ verdict }) => verdict)).toEqual(['pass', 'error', 'fail'])
    expect(judgements[1]?.reasons).toEqual(['CIDR for IP address v4 cannot be parsed'])
  })

  it('never sends a leaf that needs a table the source lacks, and says what it needs', async () => {
    const source = toSource(openRowsEngine({ users: [{ uid: 0 }] }))
    const [user, etc, both] = checks('SELECT uid = 0 AS passed FROM users', 'SELECT 1 AS passed FROM etc_hosts', {
      all: [{ sql: PASSES }, { sql: 'SELECT 1 AS passed', when: { sql: 'SELECT 1 FROM etc_hosts' } }],
    }) as [never, never, never]
    const tables = new Set(['users'])
    const explainMissing = (table: string) => `needs table ${table}, osquery ≥ 9`
    const judgements = await assess(source, [user, etc, both], { ...OPTIONS, tables, explainMissing })
    expect(judgements.map(({ verdict }) => verdict)).toEqual(['pass', 'error', 'error'])
    expect(judgements[1]?.reasons).toEqual(['needs table etc_hosts, osquery ≥ 9'])
    expect(judgements[2]?.leaves[0]?.verdict).toBe('pass')
    expect(source.sent.join()).not.toContain('etc_hosts')
  })

  it('calls a column that did not come back, or no row at all, an error', async () => {
    const info = toSource(openEngine()).info
    const answering = (rows: Record<string, string>[]) => ({ info, query: async () => rows, close: async () => {} })
    const c0 = '{"tally":{"pass":1,"warn":0,"fail":0,"error":0,"not_applicable":0},"rows":[]}'
    const partly = await assess(answering([{ c0 }]), checks(PASSES, PASSES), OPTIONS)
    expect(partly.map(({ verdict }) => verdict)).toEqual(['pass', 'error'])
    const nothing = await assess(answering([]), checks({ sql: PASSES, ifEmpty: 'pass' }), OPTIONS)
    expect(nothing[0]).toMatchObject({ verdict: 'error', reasons: ['the source left the check out of its answer'] })
  })

  it('tells of every check once it is judged, with those that were never sent', async () => {
    const seen: [number, number][] = []
    const onProgress = (judged: number, of: number) => seen.push([judged, of])
    const many = checks('SELECT 1 AS passed FROM etc_hosts', PASSES, { all: [{ sql: PASSES }, { sql: CULPRIT }] })
    await assess(refusing('gone'), many, { ...OPTIONS, tables: new Set(), onProgress })
    expect(seen).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ])
  })

  it('gives every statement the time limit', async () => {
    const limits: (number | undefined)[] = []
    const source = toSource(openEngine())
    const query: typeof source.query = (sql, options) => {
      limits.push(options?.timeout)
      return source.query(sql)
    }
    const plan: AssessOptions['plan'] = (members) => planBatches(members, { leaves: 1, bytes: 9999 })
    await assess({ ...source, query }, checks(PASSES, PASSES), { plan, timeout: 4321 })
    expect(limits).toEqual([4321, 4321])
  })
})
