import { describe, expect, it } from 'vitest'
import { CompileError } from '../../src/sql/compile.ts'
import { buildTemplate, compile, judgeRows, PLACE, type Written } from './build-check.ts'

type Settings = Parameters<typeof compile>[1]

function problem(written: Written | string, settings?: Settings): CompileError {
  try {
    compile(written, settings)
  } catch (error) {
    if (error instanceof CompileError) return error
    throw error
  }
  throw new Error('it compiled')
}

describe('a check that is not a single SELECT', () => {
  it.each([
    ['', 'no statement'],
    ['-- only a comment', 'no statement'],
    [';', 'no statement'],
    ['SELECT 1 AS passed; SELECT 1 AS passed', 'more than one statement'],
    ["SELECT 1 AS passed; ATTACH 'x' AS y", 'not authorized'],
    ['INSERT INTO users (uid) VALUES (1)', 'not authorized'],
    ['DELETE FROM users', 'table users may not be modified'],
    ['CREATE TABLE t (a)', 'not authorized'],
    ['PRAGMA database_list', 'not authorized'],
  ])('is refused: %s', (sql, why) => {
    expect(problem(sql)).toMatchObject({ code: 'not-a-select', message: expect.stringContaining(why), place: PLACE })
  })

  it.each(['PRAGMA table_info(users)', 'VACUUM', 'REINDEX'])(
    'is refused, even where SQLite has no objection: %s',
    (sql) => {
      expect(problem(sql).code).toBe('not-a-select')
    },
  )

  it.each([
    'SELECT 1 AS passed)',
    'SELECT 1 AS passed UNION',
    ';SELECT 1 AS passed',
    'SELECT 1 AS passed) FROM (SELECT 1',
    'SELECT 1 AS passed\0',
    'SELECT 1 AS passed -- \0\nFROM users',
  ])('is refused where it would not stay within its parentheses: %s', (sql) => {
    expect(problem(sql).code).toBe('sql')
  })

  it('is refused as a gate as well', () => {
    expect(problem({ sql: 'SELECT 1 AS passed', when: { sql: 'DROP TABLE users' } }).code).toBe('not-a-select')
    expect(problem({ sql: 'SELECT 1 AS passed', needs: [{ sql: 'SELECT nope()' }] })).toMatchObject({
      code: 'sql',
      message: 'no such function: nope',
    })
  })

  it('may begin with WITH, or be a compound', () => {
    expect(judgeRows('WITH a AS (SELECT 1 AS x) SELECT x AS passed FROM a').verdict).toBe('pass')
    expect(judgeRows('SELECT 1 AS passed UNION ALL SELECT 0').verdict).toBe('fail')
    expect(judgeRows('SELECT 1 AS passed ORDER BY 1 LIMIT 1').verdict).toBe('pass')
  })
})

describe('a name that osquery does not know', () => {
  it('of a table gets the nearest one as a hint', () => {
    expect(problem('SELECT 1 AS passed FROM usrs')).toMatchObject({
      code: 'unknown-table',
      message: 'no table usrs on linux',
      hint: 'did you mean users?',
    })
    expect(problem({ table: 'deb_package' }).hint).toBe('did you mean deb_packages?')
    expect(problem('SELECT 1 AS passed FROM temp.qqqqqqq').hint).toContain("osquery's schema")
  })

  it('of a table on another platform only is unknown here', () => {
    expect(problem('SELECT 1 AS passed FROM alf').message).toBe('no table alf on linux')
    expect(compile('SELECT 1 AS passed FROM alf', { platform: 'darwin' }).platform).toBe('darwin')
  })

  it('of a column gets the nearest one of the tables at hand', () => {
    expect(problem('SELECT u.usernme = 1 AS passed FROM users u')).toMatchObject({
      code: 'unknown-column',
      hint: 'did you mean username?',
    })
  })

  it('of a column in a table clause is not taken for a string', () => {
    for (const written of [
      { table: 'users', expect: { usernme: { eq: 'x' } } },
      { table: 'users', where: { usernme: { ne: 'x' } } },
      { table: 'users', evidence: ['usernme'] },
    ]) {
      expect(problem(written)).toMatchObject({ code: 'unknown-column', hint: 'did you mean username?' })
    }
  })

  it('stands where the clause is written, in a template too', () => {
    const place = { file: 'checks/templates/t.yaml', line: 7, column: 3 }
    const [name, template] = buildTemplate('bad', { sql: 'SELECT 1 AS passed FROM usrs', place })
    expect(problem({ all: [{ use: 'bad' }] }, { templates: new Map([[name, template]]) }).place).toEqual(place)
  })
})

describe('the columns of a check', () => {
  it('must include one that judges, and only one', () => {
    expect(problem('SELECT 1 AS ok')).toMatchObject({
      code: 'no-passed-column',
      message: 'no column judges the rows (columns: ok)',
    })
    expect(problem("SELECT 1 AS passed, 'pass' AS verdict").code).toBe('two-judging-columns')
  })

  it('must have names of their own, in whatever case, since osquery keeps the last one only', () => {
    expect(problem('SELECT 1 AS passed, 1 AS a, 2 AS a').code).toBe('duplicate-column')
    expect(problem('SELECT 1 AS passed, 1 AS a, 2 AS A').code).toBe('duplicate-column')
    expect(problem('SELECT 1 AS passed, * FROM users JOIN processes USING (uid)').code).toBe('duplicate-column')
  })

  it('must include those named as evidence', () => {
    expect(problem({ sql: 'SELECT 1 AS passed, 2 AS count', evidence: ['coumt'] })).toMatchObject({
      code: 'unknown-evidence',
      hint: 'did you mean count?',
    })
  })
})

describe('an effect', () => {
  it('must be named by the check, whatever causes it', () => {
    const sql = "SELECT 1 AS passed FROM curl WHERE url = 'http://example.org'"
    expect(problem(sql)).toMatchObject({ code: 'effect', hint: 'add effects: [network] to the check' })
    expect(problem({ sql: 'SELECT 1 AS passed', needs: [{ sql }] }).code).toBe('effect')
    expect(problem('SELECT sleep(1) AS passed').message).toContain('sleep() has the effect sleep')
    expect(compile(sql, { check: { effects: ['network'] } }).leaves).toHaveLength(1)
  })
})

describe('templates', () => {
  const templates = new Map([
    buildTemplate(
      'named',
      { table: 'users', where: { uid: { eq: { param: 'uid' } } }, expect: { username: { in: { param: 'names' } } } },
      {
        uid: { type: 'integer', default: 0 },
        names: { type: 'list' },
      },
    ),
    buildTemplate(
      'both',
      {
        all: [
          { use: 'named', with: { names: ['root'] } },
          { use: 'named', with: { names: { param: 'who' } } },
        ],
      },
      {
        who: { type: 'list' },
      },
    ),
  ])

  it('take the values they are given, those of the check, or their own defaults', () => {
    const given = { users: [{ uid: 0, username: 'root' }] }
    const judged = (written: Written) => judgeRows(written, given, { templates, values: { admins: ['toor', 'root'] } })
    expect(judged({ use: 'named', with: { names: { param: 'admins' } } }).verdict).toBe('pass')
    expect(judged({ use: 'named', with: { names: ['toor'] } }).verdict).toBe('fail')
    expect(judged({ use: 'named', with: { names: ['root'], uid: 1 } }).reasons[0]).toContain('no row')
  })

  it('nest, and name their leaves by path and title', () => {
    const { leaves, tree } = compile({ any: [{ use: 'both', with: { who: ['x'] } }] }, { templates })
    expect(tree).toEqual({ any: [{ all: [0, 1] }] })
    expect(leaves.map(({ path, title }) => [path, title])).toEqual([
      ['any[0].all[0]', 'named'],
      ['any[0].all[1]', 'named'],
    ])
    expect(leaves[1]?.expected).toBe('username one of x where uid = 0')
  })
})

describe('the leaves of a check', () => {
  it('know their tables, those of their gates, and the columns they read', () => {
    const { leaves } = compile(
      {
        sql: 'SELECT username <> :name AS passed FROM users',
        when: { sql: "SELECT 1 FROM etc_hosts WHERE hostnames LIKE '%x'" },
      },
      { values: { name: 'x' } },
    )
    expect(leaves[0]?.tables.map(({ table, columns }) => [table, columns]).sort()).toEqual([
      ['etc_hosts', ['hostnames']],
      ['users', ['username']],
    ])
  })

  it('take the title, if_empty and evidence of the clause around them, unless they have their own', () => {
    const inner = { sql: 'SELECT 1 AS passed, 2 AS a WHERE 0' }
    const all = [inner, { ...inner, title: 'own', ifEmpty: 'pass' as const }]
    const { leaves } = judgeRows({ title: 'outer', ifEmpty: 'warn', evidence: ['a'], all })
    expect(leaves.map(({ title, verdict }) => [title, verdict])).toEqual([
      ['outer', 'warn'],
      ['own', 'pass'],
    ])
  })

  it('of a table clause show what was compared, or only what the check names', () => {
    const clause = { table: 'users', where: { uid: { lt: 10 } }, expect: { shell: { eq: 'x' } } }
    const given = { users: [{ uid: 1, username: 'a', shell: 'y' }] }
    expect(judgeRows(clause, given).leaves[0]?.rows[0]?.evidence).toEqual({ shell: 'y', uid: 1 })
    const narrow = judgeRows({ ...clause, evidence: ['username'] }, given)
    expect(narrow.leaves[0]?.rows[0]?.evidence).toEqual({ username: 'a' })
  })
})

it.each(['?', '?1', '@x', '$x', '#x'])('a variable that nothing gives a value is refused: %s', (variable) => {
  expect(problem(`SELECT uid = ${variable} AS passed FROM users`).code).toMatch(/unbound-parameter|^sql$/)
})

it('more columns than json_object takes in 3.42 are cut from the evidence, and no error', () => {
  const columns = Array.from({ length: 80 }, (_, n) => `${n} AS c${n}`)
  const judged = judgeRows({ sql: `SELECT 1 AS passed, ${columns.join(', ')}` })
  expect(Object.keys(judged.leaves[0]?.rows[0]?.evidence ?? {})).toHaveLength(60)
})

describe('a table that is read only through USING or NATURAL JOIN', () => {
  it.each(['FROM users JOIN authorized_keys USING (uid)', 'FROM users NATURAL JOIN authorized_keys'])(
    'is known: %s',
    (from) => {
      const { leaves } = compile(`SELECT algorithm = 'x' AS passed ${from}`)
      expect(leaves[0]?.tables.map(({ table }) => table).sort()).toEqual(['authorized_keys', 'users'])
      expect(leaves[0]?.gates.map(({ sql }) => sql)).toContain('SELECT 1 FROM "users"')
    },
  )

  it.each([
    "SELECT 1 AS passed FROM (SELECT 'http://x.example/' AS url) JOIN curl USING (url)",
    "SELECT 1 AS passed FROM curl NATURAL JOIN (SELECT 'http://x.example/' AS url)",
  ])('has its effects: %s', (sql) => {
    expect(problem(sql)).toMatchObject({ code: 'effect' })
  })

  it('is copied with the columns that are compared', () => {
    const { leaves } = compile('SELECT count(*) AS passed FROM deb_packages JOIN (SELECT 1 AS size) USING (size)')
    expect(leaves[0]?.tables).toContainEqual({ table: 'deb_packages', shareable: true, columns: ['size'] })
  })
})

it.each(['Verdict', 'PASSED', 'Reason', 'k_verdict'])(
  'a column called %s is refused, since it would mean nothing',
  (name) => {
    expect(problem(`SELECT 1 AS ok, 2 AS ${name}`)).toMatchObject({ code: 'reserved-column' })
  },
)
