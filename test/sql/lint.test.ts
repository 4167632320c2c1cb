import { describe, expect, it } from 'vitest'
import type { Check, Diagnostic } from '../../src/core/check.ts'
import { type LintOptions, lintCheck } from '../../src/sql/lint.ts'
import { isOlder } from '../../src/sql/lint-reach.ts'
import { buildCheck, buildTemplate, buildTest, engines, PLACE, type Written } from './build-check.ts'

const OPTIONS: LintOptions = {
  engineOf: (platform) => engines[platform],
  templates: new Map(),
  values: {},
  testValues: ({ params }) => params,
  osqueryVersion: '5.23.1',
  extension: false,
  effects: [],
}

/** What lint finds on Linux, apart from missing tests and from silence being an answer, which stand elsewhere. */
function lint(written: Written | string, options: Partial<LintOptions> = {}, more: Partial<Check> = {}): Diagnostic[] {
  const findings = lintCheck(buildCheck(written, 'linux', more), { ...OPTIONS, ...options })
  return findings.filter(({ code }) => code !== 'untested' && code !== 'vacuous')
}

function codes(written: Written | string, options?: Partial<LintOptions>, more?: Partial<Check>): string[] {
  return lint(written, options, more).map(({ code }) => code)
}

describe('lint', () => {
  it('has nothing to say about a sound check', () => {
    const test = buildTest('pass', { given: { users: [{ uid: 0, username: 'root' }] } })
    const check = buildCheck("SELECT username = 'root' AS passed FROM users WHERE uid = 0", 'linux', { tests: [test] })
    expect(lintCheck(check, OPTIONS)).toEqual([])
  })

  it('says what does not compile as an error, with its place, check and platform', () => {
    expect(lint('SELECT 1 AS passed FROM usrs')).toEqual([
      {
        level: 'error',
        code: 'unknown-table',
        message: 'no table usrs on linux',
        hint: 'did you mean users?',
        place: PLACE,
        check: 'it-holds',
        platform: 'linux',
      },
    ])
  })

  it('names the platforms that do have the table', () => {
    expect(lint('SELECT 1 AS passed FROM alf')[0]?.message).toBe('no table alf on linux (it exists on darwin)')
    expect(lint('SELECT 1 AS passed FROM registry')[0]?.message).toContain('(it exists on windows)')
    expect(lint('SELECT 1 AS passed FROM wifi_status')[0]?.message).not.toContain('linux and')
  })

  it('looks at every platform of a check', () => {
    const { platforms } = buildCheck('SELECT 1 AS passed FROM alf', 'darwin')
    const found = lintCheck(
      buildCheck('SELECT 1 AS passed FROM alf', 'windows', { platforms: { ...platforms, windows: platforms.darwin! } }),
      OPTIONS,
    )
    expect(found.filter(({ code }) => code === 'unknown-table').map(({ platform }) => platform)).toEqual(['windows'])
    expect(found.filter(({ platform }) => platform === 'darwin').map(({ code }) => code)).toContain('untested')
  })

  it('misses a test for each platform that has none', () => {
    const tested = buildCheck('SELECT 1 AS passed FROM etc_hosts', 'linux', {
      tests: [buildTest('fail', { given: { etc_hosts: [] } })],
    })
    expect(lintCheck(tested, OPTIONS).map(({ code }) => code)).not.toContain('untested')
    const elsewhere = { ...tested, tests: [buildTest('fail', { platform: 'darwin' })] }
    expect(lintCheck(elsewhere, OPTIONS).map(({ code }) => code)).toContain('untested')
  })

  it('says the same thing of several clauses once', () => {
    const leaf = { sql: 'SELECT "x" = \'x\' AS passed FROM etc_hosts' }
    expect(codes({ all: [leaf, leaf] })).toEqual(['double-quoted-string'])
  })
})

describe('SQL that osquery would not accept', () => {
  it('is what its older SQLite does not know', () => {
    expect(lint('SELECT iif(1, 1) AS passed')[0]).toMatchObject({ level: 'error', code: 'newer-sqlite' })
    expect(codes({ sql: 'SELECT 1 AS passed', needs: [{ sql: 'SELECT 1_000' }] })).toEqual(['newer-sqlite'])
    expect(codes('SELECT iif(1, 1, 0) AS passed')).toEqual([])
  })

  it('is a table without its required column', () => {
    expect(lint("SELECT mode = '0644' AS passed FROM file")[0]).toMatchObject({
      level: 'error',
      code: 'required-column',
      message: 'file must be asked with path or directory in the WHERE clause',
    })
    expect(codes("SELECT 1 AS passed FROM file WHERE path LIKE '/etc/%'")).toEqual([])
    expect(codes('SELECT 1 AS passed FROM users JOIN file ON file.path = users.directory')).toEqual([])
  })

  it('is a path that is only globbed, which answers nothing', () => {
    expect(codes("SELECT 1 AS passed FROM file WHERE path GLOB '/etc/*'")).toEqual(['globbed-path'])
    expect(codes("SELECT 1 AS passed FROM file WHERE path LIKE '/etc/%' AND path GLOB '*/x'")).toEqual([])
    expect(codes("SELECT 1 AS passed FROM file WHERE directory = '/etc' AND path GLOB '*/x'")).toEqual([])
  })

  it('is a regular expression of more than 256 bytes', () => {
    const matching = (pattern: string) => codes({ table: 'etc_hosts', expect: { hostnames: { matches: pattern } } })
    expect(matching('x'.repeat(257))).toEqual(['long-pattern'])
    expect(matching('ü'.repeat(129))).toEqual(['long-pattern'])
    expect(matching("'".repeat(256))).toEqual([])
    const text = `SELECT regex_match('${'x'.repeat(300)}', 'x', 0) = 'x' AS passed`
    expect(codes(text)).toEqual([])
    expect(codes(`SELECT regex_split(concat('a', 'b'), '${'x'.repeat(300)}', 0) = 'x' AS passed`)).toEqual([
      'long-pattern',
    ])
  })
})

describe('SQL that means something else than it says', () => {
  it('is a string in double quotes', () => {
    expect(lint('SELECT address = "::1" AS passed FROM etc_hosts')[0]).toMatchObject({
      level: 'warning',
      code: 'double-quoted-string',
      message: '"::1" is taken for a string, because no column has that name',
      hint: "write '::1'",
    })
    expect(codes('SELECT "address" = \'::1\' AS passed FROM etc_hosts')).toEqual([])
  })

  it('is a version that is compared as text', () => {
    expect(lint("SELECT board_version >= '1.10' AS passed FROM system_info")[0]).toMatchObject({
      level: 'warning',
      code: 'text-version',
      message: "board_version is compared as text, where '1.10' comes before '1.9'",
    })
    expect(codes('SELECT \'6.1\' < s."board_version" AS passed FROM system_info s')).toEqual(['text-version'])
    expect(codes({ table: 'system_info', expect: { board_version: { ge: '6.1' } } })).toEqual(['text-version'])
    expect(codes({ table: 'system_info', expect: { board_version: { version_ge: '6.1' } } })).toEqual([])
    expect(codes("SELECT version_compare(board_version, '6.1') >= 0 AS passed FROM system_info")).toEqual([])
    // osquery gives this column a collation that compares versions.
    expect(codes("SELECT version >= '12' AS passed FROM os_version")).toEqual([])
  })

  it('is a table that answers for one user only', () => {
    expect(codes('SELECT 1 AS passed FROM chrome_extensions')).toEqual(['per-user-table'])
    expect(codes('SELECT 1 AS passed FROM users JOIN chrome_extensions USING (uid)')).toEqual([])
    expect(codes('SELECT 1 AS passed FROM chrome_extensions WHERE uid = 1000')).toEqual([])
  })

  it('is a column that belongs to another platform', () => {
    expect(codes("SELECT file_version IS NULL AS passed FROM file WHERE path = '/'")).toEqual(['foreign-column'])
    expect(codes("SELECT mode IS NULL AS passed FROM file WHERE path = '/'")).toEqual([])
  })
})

describe('what came later than the oldest osquery', () => {
  it('is a table or a column', () => {
    const shadow = 'SELECT password_status AS verdict FROM shadow'
    expect(lint(shadow, { osqueryVersion: '2.10.0' })[0]).toMatchObject({
      level: 'warning',
      code: 'newer-osquery',
      message: 'table shadow came with osquery 2.11.0, after 2.10.0',
    })
    expect(codes(shadow)).toEqual([])
    const link = "SELECT symlink_target_path = '' AS passed FROM file WHERE path = '/'"
    expect(lint(link, { osqueryVersion: '5.16.0' })[0]?.message).toContain('column file.symlink_target_path')
    expect(codes(link, { osqueryVersion: '5.17.0' })).toEqual([])
  })

  it('is a table of the extension, unless every agent is said to have it', () => {
    const lines = "SELECT 0 AS passed, path, number FROM file_lines WHERE path = '/etc/issue' AND line LIKE '%kernel%'"
    expect(lint(lines)).toMatchObject([
      {
        level: 'warning',
        code: 'needs-extension',
        message: 'table file_lines comes with the Keelson extension: osquery without it cannot judge the check',
      },
    ])
    expect(codes(lines, { extension: true })).toEqual([])
    expect(codes("SELECT 1 AS passed FROM file_lines WHERE line = 'x'", { extension: true })).toEqual([
      'required-column',
    ])
    expect(codes("SELECT rul = 'x' AS passed FROM nft_rules")).toEqual(['unknown-column'])
  })

  it('is told by number, part by part', () => {
    expect(isOlder('5.9.1', '5.10.0')).toBe(true)
    expect(isOlder('5.10.0', '5.9.1')).toBe(false)
    expect(isOlder('5.10', '5.10.0')).toBe(false)
    expect(isOlder('4.9.9', '5.0.0')).toBe(true)
  })
})

describe('an effect', () => {
  const sql = "SELECT response_code = 200 AS passed FROM curl WHERE url = 'http://localhost'"

  it('is an error that the check does not name', () => {
    expect(lint(sql)[0]).toMatchObject({ level: 'error', code: 'effect' })
  })

  it('is an error that the configuration does not allow', () => {
    const named = { effects: ['network'] as const }
    expect(lint(sql, {}, named)[0]).toMatchObject({ level: 'error', code: 'effect-not-allowed' })
    expect(codes(sql, { effects: ['carve'] }, named)).toEqual(['effect-not-allowed'])
    expect(codes(sql, { effects: ['network'] }, named)).toEqual([])
  })

  it('is a warning where the check names one that it does not have', () => {
    const named = { effects: ['network', 'carve'] as const }
    expect(lint(sql, { effects: ['network'] }, named)[0]).toMatchObject({ level: 'warning', code: 'idle-effect' })
  })

  it('may hide in a template', () => {
    const templates = new Map([buildTemplate('fetch', { sql })])
    expect(codes({ any: [{ use: 'fetch' }] }, { templates })).toEqual(['effect'])
  })
})
