import { describe, expect, it } from 'vitest'
import type { Engine } from '../../src/sql/engine.ts'
import { SqlError, SqlTimeout } from '../../src/sql/sql-error.ts'
import { TableError, type VirtualTable } from '../../src/sql/table.ts'
import { openEngine } from './build-check.ts'

const BIG = 9_223_372_036_854_775_807n

const things: VirtualTable = {
  name: 'things',
  columns: [
    { name: 'id', type: 'BIGINT' },
    { name: 'name', type: 'TEXT' },
    { name: 'size', type: 'DOUBLE' },
    { name: 'secret', type: 'TEXT', hidden: true },
  ],
  generate: () => [
    { id: 9_007_199_254_740_993n, name: 'a\0b', size: 0.5, secret: 's' },
    { id: '0x10', name: 7, size: '1.5', secret: null },
    { id: 'none', name: '', size: '' },
    { id: '010', name: 'octal', size: 'x' },
  ],
}
const broken: VirtualTable = {
  name: 'broken',
  columns: [{ name: 'x', type: 'TEXT' }],
  *generate() {
    yield { x: 'first' }
    throw new TableError('broken: the disk said no')
  },
}
const engine = openEngine([things, broken])

function only(sql: string, on: Engine = engine) {
  return on.query(sql).rows[0]?.[0]
}

describe('values', () => {
  it('are exact: 64-bit integers, reals, text with a NUL, blobs and NULL', () => {
    const sql = "SELECT 9223372036854775807, -9223372036854775807 - 1, 0.1, 'a' || char(0) || 'ü😀', x'00ff', NULL"
    expect(engine.query(sql).rows).toEqual([[BIG, -BIG - 1n, 0.1, 'a\0ü😀', new Uint8Array([0, 255]), null]])
  })

  it('of a table become what the column is, by the rules of osquery', () => {
    expect(engine.query('SELECT id, name, size FROM things').rows).toEqual([
      [9_007_199_254_740_993n, 'a\0b', 0.5],
      [16n, '7', 1.5],
      [null, '', null],
      [8n, 'octal', null],
    ])
  })

  it('of hidden columns are there for those who ask', () => {
    expect(engine.query('SELECT * FROM things').columns).toEqual(['id', 'name', 'size'])
    expect(only('SELECT secret FROM things')).toBe('s')
  })

  it('write a real as text with 15 digits, like SQLite 3.42', () => {
    expect(engine.query("SELECT (0.1 + 0.2) || '', (1.0 / 3) || '', CAST(1e15 AS TEXT)").rows).toEqual([
      ['0.3', '0.333333333333333', '1.0e+15'],
    ])
  })
})

describe('a byte order mark', () => {
  it('is kept where text comes back, where a function reads it, and where a collation compares it', () => {
    const sql = `SELECT char(65279) || 'a' AS read, split(char(65279) || 'a,b', ',', 0) AS given,
      char(65279) || '1' = '1' COLLATE version AS same`
    expect(engine.query(sql).rows).toEqual([['\ufeffa', '\ufeffa', 0n]])
  })
})

describe('statements', () => {
  it('of one text all run, and their rows follow each other', () => {
    expect(engine.query('SELECT 1 AS a; SELECT 2 AS b;;\n-- end')).toEqual({ columns: ['a'], rows: [[1n], [2n]] })
  })

  it('may be none at all', () => {
    for (const nothing of ['', ' ', ';', '-- x', '/* x']) {
      expect(engine.query(nothing)).toEqual({ columns: [], rows: [] })
      expect(() => engine.prepare(nothing)).toThrow('no statement')
    }
  })

  it('end at a NUL, as they do in C', () => {
    expect(engine.query('SELECT 1\0, 2').rows).toEqual([[1n]])
    expect(() => engine.query('SELECT \0 1')).toThrow('incomplete input')
  })

  it.each([
    'PRAGMA database_list',
    'PRAGMA writable_schema = 1',
    "ATTACH ':memory:' AS other",
    'CREATE TABLE t (a)',
    'CREATE TEMP TABLE t (a)',
    'CREATE VIEW v AS SELECT 1',
    'BEGIN',
    'SAVEPOINT s',
    'ANALYZE',
    "INSERT INTO things (name) VALUES ('x')",
    'DROP TABLE things',
    'SELECT * FROM pragma_database_list',
  ])('that do more than read are not authorized: %s', (sql) => {
    expect(() => engine.query(sql)).toThrow(expect.objectContaining({ name: 'SqlError', message: 'not authorized' }))
  })

  it.each(['dbstat', 'sqlite_stmt'])('cannot read a table that only our SQLite has: %s', (table) => {
    expect(() => engine.query(`SELECT * FROM ${table}`)).toThrow('prohibited')
  })

  it('that would delete or update are refused', () => {
    expect(() => engine.query('DELETE FROM things')).toThrow('table things may not be modified')
    expect(() => engine.query('UPDATE things SET id = 1')).toThrow('table things may not be modified')
  })

  it('may look at what osquery lets everyone look at', () => {
    expect(engine.query('PRAGMA table_info(things)').rows).toHaveLength(3)
    expect(engine.prepare('PRAGMA table_info(things)').readOnly).toBe(false)
  })

  it('leave nothing behind by being prepared only', () => {
    expect(() => engine.prepare('PRAGMA case_sensitive_like = 1')).toThrow('not authorized')
    expect(() => engine.prepare('SELECT 1; PRAGMA case_sensitive_like = 1')).toThrow(SqlError)
    expect(only("SELECT 'ABC' LIKE 'abc'")).toBe(1n)
  })
})

describe('functions', () => {
  it('that osquery lacks are unknown, though our SQLite has them', () => {
    for (const call of [
      'nope(1)',
      'load_extension(1)',
      'octet_length(1)',
      'jsonb(1)',
      'string_agg(1, 2)',
      "timediff('now', 'now')",
    ]) {
      expect(() => engine.query(`SELECT ${call}`)).toThrow(`no such function: ${call.split('(')[0]}`)
    }
    expect(() => engine.query("SELECT 'a' REGEXP 'b'")).toThrow('no such function: REGEXP')
  })

  it("fail the statement with osquery's own words", () => {
    expect(() => engine.query("SELECT in_cidr_block('junk', '10.0.0.1')")).toThrow(
      'CIDR for IP address v4 cannot be parsed',
    )
    expect(only('SELECT 1')).toBe(1n)
  })

  it('that osquery defines otherwise are its own', () => {
    expect(only('SELECT log(10)')).toBeCloseTo(Math.LN10, 12)
    expect(only("SELECT concat('a', NULL, 'b')")).toBe('ab')
  })
})

describe('a string in double quotes', () => {
  it('is a string where no column has that name, until that is turned off', () => {
    expect(only('SELECT "nothing like it"')).toBe('nothing like it')
    const strict = openEngine([things])
    strict.setDoubleQuotedStrings(false)
    expect(() => strict.query('SELECT "nothing like it"')).toThrow('no such column: "nothing like it"')
    expect(only('SELECT "secret" FROM things', strict)).toBe('s')
    strict.close()
  })
})

describe('the clock', () => {
  it('stands where it is told to, for one query', () => {
    const now = 1_234_567_890
    expect(engine.query("SELECT unixepoch('now'), date('now'), current_timestamp", { now }).rows).toEqual([
      [BigInt(now), '2009-02-13', '2009-02-13 23:31:30'],
    ])
    expect(() => engine.query('SELECT nope', { now })).toThrow(SqlError)
    expect(Number(only("SELECT unixepoch('now')"))).toBeGreaterThan(now + 100_000_000)
  })
})

describe('a query that takes too long', () => {
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'

  it('is stopped, and the next one runs', () => {
    expect(() => engine.query(endless, { timeout: 30 })).toThrow(SqlTimeout)
    expect(
      only('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90000) SELECT count(*) FROM n'),
    ).toBe(90_000n)
  })
})

describe('a table that fails', () => {
  it('fails the statement with its message, and not the next one', () => {
    expect(() => engine.query('SELECT * FROM broken')).toThrow(
      expect.objectContaining({ name: 'SqlError', message: 'broken: the disk said no', table: 'broken' }),
    )
    expect(only('SELECT count(*) FROM things')).toBe(4n)
    expect(() => engine.query('SELECT nope FROM things')).toThrow('no such column: nope')
    expect(engine.query('SELECT x FROM broken LIMIT 1').rows).toEqual([['first']])
  })

  it('fails wherever it is read, in a subquery or a join', () => {
    const message = 'broken: the disk said no'
    expect(() => engine.query('SELECT count(*) FROM things WHERE name IN (SELECT x FROM broken)')).toThrow(message)
    expect(() => engine.query('SELECT 1 FROM things CROSS JOIN broken')).toThrow(message)
    expect(() => engine.query('SELECT (SELECT count(*) FROM broken)')).toThrow(message)
  })
})

describe('preparing', () => {
  it('tells what a statement reads, without reading it', () => {
    const before = engine.scans
    const prepared = engine.prepare("SELECT id AS n, upper(name), count(*) FROM things WHERE secret = 'x'")
    expect(prepared.columns).toEqual([
      { name: 'n', type: 'BIGINT', origin: { table: 'things', column: 'id' } },
      { name: 'upper(name)', type: undefined, origin: undefined },
      { name: 'count(*)', type: undefined, origin: undefined },
    ])
    expect([...(prepared.reads.get('things') ?? [])].sort()).toEqual(['id', 'name', 'secret'])
    expect([...prepared.functions].sort()).toEqual(['count', 'upper'])
    expect(prepared.readOnly).toBe(true)
    expect(engine.scans).toBe(before)
  })

  it('refuses more than one statement', () => {
    expect(() => engine.prepare('SELECT 1; SELECT 2')).toThrow('more than one statement')
  })
})

describe('a statement that is kept', () => {
  it('is run anew each time', () => {
    const scans = engine.scans
    const sql = "SELECT unixepoch(), (SELECT count(*) FROM things WHERE name LIKE '%') FROM things LIMIT 1"
    for (const now of [1000, 2000]) expect(engine.query(sql, { keep: true, now }).rows).toEqual([[BigInt(now), 4n]])
    expect(engine.scans - scans).toBe(4)
  })

  it('survives what is prepared and what fails meanwhile', () => {
    const kept = () => engine.query('SELECT count(*) FROM things WHERE id > 0', { keep: true }).rows
    const before = kept()
    engine.prepare('SELECT name FROM things WHERE id = 7')
    expect(() => engine.query('SELECT * FROM broken', { keep: true })).toThrow('the disk said no')
    engine.setDoubleQuotedStrings(false)
    expect(kept()).toEqual(before)
    engine.setDoubleQuotedStrings(true)
    expect(kept()).toEqual(before)
    expect(() => engine.query('SELECT * FROM broken', { keep: true })).toThrow('the disk said no')
  })

  it('may be one of more than can be kept', () => {
    for (const round of [1, 2]) {
      for (let n = 0; n < 250; n++) {
        const sql = `SELECT count(*) + ${n} FROM things WHERE id >= 0`
        expect(engine.query(sql, { keep: true }).rows, `round ${round}`).toEqual(engine.query(sql).rows)
      }
    }
  })
})
