import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { namesIn, normalizeSql, paramNames, tokenize, unquote } from '../../src/sql/tokenizer.ts'
import { openEngine } from './build-check.ts'

const PIECES = [
  'SELECT',
  'a',
  ' ',
  '\n',
  "'",
  '"',
  '`',
  '[',
  ']',
  '--',
  '/*',
  '*/',
  ':p',
  '1',
  '.5',
  "x'41'",
  '->>',
  ';',
  'é',
  '😀',
]
const sqlish = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...PIECES)).map((parts) => parts.join('')),
)

describe('the pieces of a statement', () => {
  it('joined again are the statement', () => {
    fc.assert(
      fc.property(
        sqlish,
        (sql) =>
          tokenize(sql)
            .map(({ text }) => text)
            .join('') === sql,
      ),
    )
  })

  it('know where they stand', () => {
    fc.assert(fc.property(sqlish, (sql) => tokenize(sql).every(({ text, offset }) => sql.startsWith(text, offset))))
  })

  it.each([
    ["x'41' x '41'", ['blob', 'word', 'string']],
    ["ax'41'", ['word', 'string']],
    ['1e5 1.5 .5 0xff 1_000', ['number', 'number', 'number', 'number', 'number']],
    [':a @b $c ?1 ?', ['variable', 'variable', 'variable', 'variable', 'variable']],
    ['\'a\'\'b\' "c""d" `e` [f]', ['string', 'quoted', 'quoted', 'quoted']],
    ['a->>b <> c', ['word', 'symbol', 'word', 'symbol', 'word']],
    ["-- 'x\n1 /* -- */ 2 /* open", ['comment', 'number', 'comment', 'number', 'comment']],
    ["'open", ['string']],
  ])('of %s have the kinds %j', (sql, kinds) => {
    expect(
      tokenize(sql)
        .filter(({ kind }) => kind !== 'space')
        .map(({ kind }) => kind),
    ).toEqual(kinds)
  })
})

describe('the names of parameters', () => {
  it('are those outside strings, quotes and comments, each once', () => {
    expect(paramNames('SELECT :a, \':b\', ":c", [:d], :a -- :e\n/* :f */ + :g_1')).toEqual(['a', 'g_1'])
  })
})

describe('the normal form', () => {
  const engine = openEngine()

  it('forgets spaces, comments and the case of words', () => {
    const forms = [
      'SELECT a FROM t WHERE b=1',
      'select  a\n from T -- x\n where B = 1',
      'Select/**/a From t Where b =1',
    ]
    expect(new Set(forms.map(normalizeSql)).size).toBe(1)
  })

  it('keeps what changes the meaning: strings, quoted names, numbers', () => {
    const forms = [
      "SELECT 'a'",
      "SELECT 'A'",
      "SELECT 'a '",
      'SELECT "a"',
      'SELECT "A"',
      'SELECT 1',
      'SELECT 11',
      'SELECT 1 1',
    ]
    expect(new Set(forms.map(normalizeSql)).size).toBe(forms.length)
  })

  it('means to SQLite what the original meant', () => {
    const value = fc.constantFrom('1', '.5', "'a''b'", "x'41'", '"q"', '-1', "'--'", "'/*'", '/* c */ 2', '3 -- c\n')
    const operator = fc.constantFrom('+', '||', '->>', '<>', '==', ' AND ', ' is ', '-')
    fc.assert(
      fc.property(value, fc.array(fc.tuple(operator, value), { maxLength: 5 }), (first, more) => {
        const sql = `SELECT ${first}${more.flat().join(' ')}`
        const run = (text: string) => {
          try {
            return engine.query(text).rows
          } catch (error) {
            return (error as Error).message
          }
        }
        expect(run(normalizeSql(sql))).toEqual(run(sql))
      }),
    )
  })
})

describe('names', () => {
  it('are words and quoted names in lower case, without their quotes', () => {
    expect([...namesIn('SELECT "Ab""c" FROM [Tab le] -- no\n, \'no\'')]).toEqual(['select', 'ab"c', 'from', 'tab le'])
    expect(['"a""b"', '`a``b`', '[a]']).toHaveLength(3)
    expect(['"a""b"', '`a``b`', '[a]'].map(unquote)).toEqual(['a"b', 'a`b', 'a'])
  })
})
