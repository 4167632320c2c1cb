import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ParamValue } from '../../src/core/check.ts'
import { fillIn } from '../../src/sql/expand.ts'
import { toIdentifier, toLiteral } from '../../src/sql/literal.ts'
import { judgeRows, openEngine } from './build-check.ts'

const engine = openEngine()

function ask(sql: string, values: Readonly<Record<string, ParamValue>> = {}) {
  return engine.query(fillIn(sql, values)).rows
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom("'", '"', '-', '/', '*', '\0', '\n', '\r', ';', ':p', '\\', '%', 'é', '😀') }),
)

describe('a text as a parameter', () => {
  it('comes back from SQLite as it was', () => {
    fc.assert(
      fc.property(text, (p) => {
        expect(ask('SELECT :p', { p })).toEqual([[p]])
      }),
      { numRuns: 500 },
    )
  })

  it('is a text for SQLite, and can neither end the statement nor add to it', () => {
    fc.assert(
      fc.property(text, text, (p, q) => {
        const sql = "SELECT typeof(:p), 'before', :p || :q, 'after' WHERE :q = :q -- :p"
        expect(ask(sql, { p, q })).toEqual([['text', 'before', p + q, 'after']])
      }),
    )
  })

  it('is one member of a list, whatever it holds', () => {
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 5 }), (p, list) => {
        expect(ask('SELECT :p IN :list', { p, list })).toEqual([[list.includes(p) ? 1n : 0n]])
      }),
    )
  })

  it.each(["' OR 1=1 --", "'); DROP TABLE x; --", "\\' OR 1", "'/*", '*/ 0 --', "a\0' OR '1", "''", ':p', '?1'])(
    'does not break out: %s',
    (p) => {
      expect(ask("SELECT 'x' = :p", { p })).toEqual([[0n]])
      expect(ask('SELECT :p', { p })).toEqual([[p]])
    },
  )

  it('has lone surrogates replaced, as everything that becomes UTF-8', () => {
    expect(ask('SELECT :p', { p: 'a\ud800b\udc00' })).toEqual([['a\ufffdb\ufffd']])
  })
})

describe('a number as a parameter', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (p) => {
        expect(ask('SELECT :p, typeof(:p)', { p })).toEqual([[BigInt(p), 'integer']])
      }),
    )
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (p) => {
        expect(Number(ask('SELECT :p', { p })[0]?.[0])).toBe(p === 0 ? 0 : p)
      }),
    )
  })

  it('never grows together with what stands beside it', () => {
    const values = { p: -5, q: 5, x: '41' }
    expect(ask('SELECT 7-:p, 7- :p,-:p,:p-:p', values)).toEqual([[12n, 12n, 5n, 0n]])
    expect(ask('SELECT:q', values)).toEqual([[5n]])
    expect(ask("SELECT 1 WHERE 1=:q OR:x='41'", values)).toEqual([[1n]])
    expect(() => ask('SELECT x:x', values)).toThrow('no such column: x')
    expect(ask("SELECT 'a':x", values)).toEqual([['a']])
  })

  it('is refused when SQL has no such number', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => toLiteral(value)).toThrow('no SQL number')
  })

  it('is 1 or 0 for a boolean', () => {
    expect(ask('SELECT :yes, :no', { yes: true, no: false })).toEqual([[1n, 0n]])
  })
})

describe('the name of a parameter', () => {
  it.each([
    ["':p'", ':p'],
    ["'it''s :p'", "it's :p"],
    ["'a' /* :p */", 'a'],
    ["'a' -- :p", 'a'],
    ["'a' -- it's :p\n", 'a'],
    ['":p"', ':p'],
    ["'/*' || ':p' || '*/'", '/*:p*/'],
    ["'--' || ':p'", '--:p'],
  ])('is left alone in %s', (sql, value) => {
    expect(ask(`SELECT ${sql}`, { p: 'changed' })).toEqual([[value]])
  })

  it('is left alone in quoted names', () => {
    for (const name of ['":p"', '`:p`', '[:p]']) {
      expect(engine.query(fillIn(`SELECT 1 AS ${name}`, { p: 2 })).columns).toEqual([':p'])
    }
  })

  it('is taken whole, so that a longer one is not the shorter one', () => {
    expect(ask('SELECT :ab, :a', { a: 1, ab: 2 })).toEqual([[2n, 1n]])
  })

  it('must be known', () => {
    expect(() => fillIn('SELECT :nope', {})).toThrow('no parameter nope')
    expect(() => fillIn('SELECT :toString', { a: 1 })).toThrow('no parameter toString')
  })
})

describe("the end of an author's SQL", () => {
  it.each(['', ';', ' ; ;\n', ' -- done', ' -- done\n;', ' /* done */ ; -- done', '; /* not finished', '\n\n'])(
    'may be %j',
    (end) => {
      expect(judgeRows(`SELECT 1 AS passed${end}`).verdict).toBe('pass')
      expect(judgeRows({ sql: 'SELECT 1 AS passed', when: { sql: `SELECT 1${end}` } }).verdict).toBe('pass')
    },
  )

  it('may follow a comment that would swallow what we add', () => {
    expect(judgeRows('SELECT 1 AS passed -- )').verdict).toBe('pass')
    expect(judgeRows("SELECT 0 AS passed WHERE '--' = '--' -- the end").verdict).toBe('fail')
  })
})

describe('a quoted name', () => {
  it('names exactly the column that was meant', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        const clean = name.replaceAll('\0', '')
        expect(engine.query(`SELECT 1 AS ${toIdentifier(clean)}`).columns).toEqual([clean])
      }),
    )
  })
})
