import { describe, expect, it } from 'vitest'
import { loadLibrary } from '../../src/content/load.ts'
import { EXAMPLE_FILES } from './example.ts'
import { showDiagnostics, writeFolder } from './write-folder.ts'

const HEAD = 'id: x\ntitle: X\nseverity: low\n'
const LINUX = 'platforms: { linux: { sql: SELECT 1 AS passed } }\n'

/** The problems of one file of checks, `line:column: message | hint`. */
function problemsOf(text: string): string[] {
  const folder = writeFolder({ ...EXAMPLE_FILES, 'f.yaml': text })
  const { diagnostics } = loadLibrary([folder])
  return showDiagnostics(diagnostics, folder).map((shown) => shown.replace(/^f\.yaml:/, ''))
}

const clause = (text: string) => `${HEAD}platforms:\n  linux: ${text}\n`
const param = (text: string) => `${HEAD}params:\n  p: ${text}\nplatforms: { linux: { sql: SELECT :p } }\n`
const test = (text: string) => `${HEAD}${LINUX}tests:\n  - ${text}\n`

const KINDS = 'a clause needs exactly one of sql, table, use, all, any, first, not'
const VALUE = 'a plain value, a comparison such as { ge: 5 }, or { param: name }'

describe('loadLibrary says of a check', () => {
  it.each([
    [
      'a misspelt key',
      `${HEAD.replace('severity', 'severty')}${LINUX}`,
      ['3:1: unknown key "severty" | did you mean "severity"?'],
    ],
    [
      'an unknown key',
      `${HEAD}${LINUX}owner: me`,
      [
        '5:1: unknown key "owner" | known here: severity_reason, source, tags, schedule, why, fix, params, effects, formerly, alarm, tests',
      ],
    ],
    [
      'a missing key',
      `id: x\ntitle: X\n${LINUX}`,
      ['1:1: a check needs the key "severity" | severity: How much a failure matters.'],
    ],
    [
      'a wrong severity',
      `${HEAD.replace('low', 'hgih')}${LINUX}`,
      ['3:11: severity must be low, medium, high or critical, not the text "hgih" | did you mean "high"?'],
    ],
    [
      'an id in capitals',
      `${HEAD.replace('x', 'My Check')}${LINUX}`,
      ['1:5: id must be lower-case letters and digits, joined by single "-", "_" or ".", not the text "My Check"'],
    ],
    [
      'a number as title',
      `${HEAD.replace('X', '1.10')}${LINUX}`,
      ['2:8: title must be text, not the number 1.10 | write "1.10" in quotes'],
    ],
    ['an empty why', `${HEAD}${LINUX}why:\n`, ['5:1: why must be text, not nothing (null)']],
    ['one tag instead of a list', `${HEAD}${LINUX}tags: a`, ['5:7: tags must be a list, not the text "a"']],
    ['a tag twice', `${HEAD}${LINUX}tags: [a, b, a]`, ['5:14: tags has "a" twice | remove one of the two']],
    [
      'a wrong schedule',
      `${HEAD}${LINUX}schedule: 61 * * * *`,
      ['5:11: schedule "61 * * * *": "61" is not a minute | minute: 0 to 59, with *, a-b, a,b and /step'],
    ],
    [
      'an unknown effect',
      `${HEAD}${LINUX}effects: [netwrk]`,
      ['5:11: effects[0] must be network, carve or sleep, not the text "netwrk" | did you mean "network"?'],
    ],
    ['no platform', `${HEAD}platforms: {}`, ['4:12: platforms must not be an empty mapping']],
    [
      'an unknown platform',
      `${HEAD}platforms: { macos: { sql: SELECT 1 } }`,
      ['4:14: unknown key "macos" in platforms | known here: darwin, linux, windows'],
    ],
    [
      'text instead of a mapping',
      'just text',
      ['1:1: a check must be a mapping of keys, not the text "just text" | start with "id: some-name"'],
    ],
    ['a duplicate key', `${HEAD}title: Y\n${LINUX}`, ['4:1: duplicate key "title" | remove one of the two']],
    [
      'its own id as an earlier one',
      `${HEAD}${LINUX}formerly: [x]`,
      ['5:12: the earlier id "x" is the id of a check that exists | remove it'],
    ],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected)
  })
})

describe('loadLibrary says of a clause', () => {
  it.each([
    ['no kind', '{ title: a }', [`5:10: ${KINDS}; here is none of them`]],
    [
      'two kinds',
      '{ sql: SELECT 1, table: t }',
      [`5:10: ${KINDS}; here is sql and table | write each as a clause of its own, in a list under "all" or "any"`],
    ],
    ['a misspelt kind', '{ sqll: SELECT 1 }', ['5:12: unknown key "sqll" in platforms.linux | did you mean "sql"?']],
    [
      'where without table',
      '{ sql: SELECT 1, where: { a: 1 } }',
      ['5:27: "where" only goes with "table", which is not here | add "table" or remove "where"'],
    ],
    [
      'with without use',
      '{ table: t, with: { a: 1 } }',
      ['5:22: "with" only goes with "use", which is not here | add "use" or remove "with"'],
    ],
    ['empty SQL', '{ sql: " " }', ['5:17: platforms.linux.sql must not be empty']],
    [
      'text',
      'SELECT 1',
      ['5:10: platforms.linux must be a clause, such as { sql: SELECT … }, not the text "SELECT 1"'],
    ],
    ['an empty list', '{ all: [] }', ['5:17: platforms.linux.all must not be an empty list']],
    [
      'a wrong verdict',
      '{ sql: SELECT 1, if_empty: ok }',
      ['5:37: platforms.linux.if_empty must be pass, warn, fail, error or not_applicable, not the text "ok"'],
    ],
    [
      'a version without quotes',
      '{ table: t, expect: { v: { version_ge: 1.10 } } }',
      [
        '5:49: platforms.linux.expect.v.version_ge must be a version in quotes or { param: name }, not the number 1.10 | write "1.10" in quotes: versions need quotes, because YAML reads 1.10 as the number 1.1',
      ],
    ],
    [
      'a bare list',
      '{ table: t, expect: { v: [a, b] } }',
      [`5:35: platforms.linux.expect.v must be ${VALUE}, not a list | for one of several values write { in: [a, b] }`],
    ],
    [
      'an unknown operator',
      '{ table: t, expect: { v: { versionge: "1" } } }',
      ['5:37: unknown key "versionge" in platforms.linux.expect.v | did you mean "version_ge"?'],
    ],
    [
      'a wrong duration',
      '{ table: t, expect: { v: { within: 7 days } } }',
      [
        '5:45: platforms.linux.expect.v.within must be a duration such as 90s, 30m, 36h, 7d or 2w, not the text "7 days"',
      ],
    ],
    [
      'a column that is no name',
      '{ table: t, where: { "a b": 1 } }',
      ['5:31: platforms.linux.where.a b must be a name of letters, digits and "_", not the text "a b"'],
    ],
    [
      'a long regular expression',
      `{ table: t, where: { a: { matches: "${'é'.repeat(200)}" } } }`,
      ['5:45: the regular expression is longer than 256 bytes, the most that regex_match accepts | shorten it'],
    ],
    [
      'a first of one clause',
      '{ first: [{ sql: SELECT 1 }] }',
      ['5:19: platforms.linux.first must have at least 2 members'],
    ],
    [
      'needs without SQL',
      '{ sql: SELECT 1, needs: [{ reason: x }] }',
      ['5:35: platforms.linux.needs[0] needs the key "sql" | sql: SQL that must answer a row.'],
    ],
    [
      'an unknown template',
      '{ use: ufw_enbled }',
      ['5:17: there is no template "ufw_enbled" | did you mean "ufw_enabled"?'],
    ],
    [
      'a template of another platform',
      '{ use: service_running, with: { name: x } }',
      ['5:17: template "service_running" has no clause for linux | it has windows'],
    ],
    [
      'an unknown argument',
      '{ use: ufw_enabled, with: { x: 1 } }',
      ['5:38: template "ufw_enabled": unknown parameter "x" | no parameters are declared'],
    ],
    [
      'an undeclared parameter in SQL',
      '{ sql: "SELECT \':a\' /* :b */, :c -- :d" }',
      ['5:17: :c names no parameter of this check | no parameters are declared'],
    ],
    [
      'an undeclared parameter',
      '{ table: t, where: { a: { eq: { param: b } } } }',
      ['5:49: { param: b } names no parameter of this check | no parameters are declared'],
    ],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(clause(text))).toEqual(expected)
  })

  it.each([
    [
      'a missing argument',
      '{ use: service_running }',
      ['5:19: template "service_running": parameter "name" must be given | under "with" write name: text'],
    ],
    [
      'a misspelt argument',
      '{ use: service_running, with: { nam: x } }',
      [
        '5:42: template "service_running": parameter "name" must be given | under "with" write name: text',
        '5:44: template "service_running": unknown parameter "nam" | did you mean "name"?',
      ],
    ],
    [
      'an argument of the wrong type',
      '{ use: service_running, with: { name: 5 } }',
      ['5:50: template "service_running": parameter "name" must be text, not the number 5'],
    ],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(`${HEAD}platforms:\n  windows: ${text}\n`)).toEqual(expected)
  })

  it('a parameter whose type does not fit', () => {
    const params = 'params: { d: { type: duration, default: 7d }, l: { type: list, default: [a] } }\n'
    const uses = '{ table: t, where: { a: { version_ge: { param: d } }, b: { param: l }, c: { in: { param: l } } } }'
    expect(
      problemsOf(
        `${HEAD}${params}platforms:\n  linux: ${uses}\n  windows: { use: service_running, with: { name: { param: d } } }`,
      ),
    ).toEqual([
      '6:57: parameter "d" has type duration; here it must be string | use or declare another parameter',
      '6:76: parameter "l" has type list; here it must be string, integer, number, boolean or duration | use or declare another parameter',
      '7:50: template "service_running": parameter "name" has type string, but { param: d } has type duration',
    ])
  })
})

describe('loadLibrary says of a parameter', () => {
  it.each([
    ['a missing type', '{ default: 1 }', ['5:6: params.p needs the key "type" | type: What its values are.']],
    [
      'an unknown type',
      '{ type: int }',
      [
        '5:14: params.p.type must be string, integer, number, boolean, duration or list, not the text "int" | did you mean "integer"?',
      ],
    ],
    [
      'a comma without quotes',
      '{ type: integer, default: 1, description: 1 = on, 2 = off }',
      ['5:56: unknown key "2 = off" in params.p | inside { } a comma starts a new key: put text with commas in quotes'],
    ],
    [
      'a default of the wrong type',
      '{ type: integer, default: x }',
      ['5:32: the default must be a whole number, not the text "x" | a default must itself be allowed'],
    ],
    [
      'a default out of bounds',
      '{ type: duration, default: 3w, max: 2w }',
      ['5:33: the default must be at most 1209600 seconds, not 1814400 | a default must itself be allowed'],
    ],
    [
      'bounds the wrong way round',
      '{ type: integer, min: 5, max: 1 }',
      ['5:28: min is greater than max | swap the two'],
    ],
    [
      'bounds of text',
      '{ type: string, min: 1 }',
      ['5:22: "min" does not go with type string | "min" is for an integer, a number or a duration'],
    ],
    [
      'items of text',
      '{ type: string, items: integer }',
      ['5:22: "items" does not go with type string | "items" is for a list'],
    ],
    [
      'a wrong pattern',
      '{ type: string, pattern: "(" }',
      ['5:31: the pattern is not a regular expression | it must be a JavaScript regular expression (with the u flag)'],
    ],
    [
      'an enum of the wrong type',
      '{ type: integer, enum: [1, a] }',
      ['5:33: a value of the enum must be a whole number, not the text "a" | every value must itself be allowed'],
    ],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(param(text))).toEqual(expected)
  })

  it('a name in capitals', () => {
    expect(problemsOf(`${HEAD}params: { P: { type: string, default: a } }\n${LINUX}`)).toEqual([
      '4:11: params.P must be a name of lower-case letters, digits and "_", starting with a letter, not the text "P"',
    ])
  })
})

it('loadLibrary warns of a parameter that nothing uses', () => {
  expect(problemsOf(`${HEAD}params: { p: { type: string, default: a } }\n${LINUX}`)).toEqual([
    '4:11: warning: parameter "p" is never used | use it as :p in SQL or as { param: p } in a condition, or remove it',
  ])
})

describe('loadLibrary says of a test', () => {
  it.each([
    [
      'a missing verdict',
      '{ name: a, platform: linux }',
      ['6:5: tests[0] needs the key "verdict" | verdict: The verdict that is expected.'],
    ],
    [
      'a platform that the check lacks',
      '{ name: a, platform: windows, verdict: pass }',
      ['6:26: the check has no clause for windows | it has linux'],
    ],
    [
      'a name used twice',
      '{ name: a, platform: linux, verdict: pass }\n  - { name: a, platform: linux, verdict: fail }',
      ['7:13: a test named "a" stands above already | give each test its own name'],
    ],
    [
      'rows that are no list',
      '{ name: a, platform: linux, verdict: pass, given: { t: { a: 1 } } }',
      ['6:60: tests[0].given.t must be a list of rows, not a mapping'],
    ],
    [
      'a cell that is no plain value',
      '{ name: a, platform: linux, verdict: pass, given: { t: [{ a: [1] }] } }',
      ['6:66: tests[0].given.t[0].a must be a plain value, not a list'],
    ],
    [
      'a table both given and unreadable',
      '{ name: a, platform: linux, verdict: pass, given: { t: [] }, error: { t: no } }',
      ['6:75: table "t" cannot both have rows and be unreadable | name it under "given" or under "error"'],
    ],
    [
      'a time without a zone',
      '{ name: a, platform: linux, verdict: pass, now: 2026-01-31T12:00:00 }',
      [
        '6:53: now must be a time with its zone or unix seconds, not "2026-01-31T12:00:00" | such as 2026-01-31T12:00:00Z',
      ],
    ],
    [
      'yes instead of true',
      '{ name: a, platform: linux, verdict: pass, root: yes }',
      ['6:54: tests[0].root must be true or false, not the text "yes"'],
    ],
    [
      'an unknown parameter',
      '{ name: a, platform: linux, verdict: pass, params: { q: 1 } }',
      ['6:58: unknown parameter "q" | no parameters are declared'],
    ],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(test(text))).toEqual(expected)
  })

  it('a parameter of the wrong type, and one that is missing', () => {
    const text = `${param('{ type: integer }')}tests:\n  - { name: a, platform: linux, verdict: pass, params: { p: x } }\n  - { name: b, platform: linux, verdict: pass }\n`
    expect(problemsOf(text)).toEqual([
      '8:61: parameter "p" must be a whole number, not the text "x"',
      '9:5: parameter "p" must be given | p: a whole number',
    ])
  })
})

it('loadLibrary reports every problem of a file at once, in the order of lines', () => {
  const text = `${HEAD.replace('low', 'hgih')}platforms:\n  linux: { use: nothing, when: "SELECT :a" }\ntests:\n  - { name: a, platform: darwin, verdict: ok }\nschedule: never\n`
  expect(problemsOf(text).map((problem) => problem.split(' | ')[0])).toEqual([
    '3:11: severity must be low, medium, high or critical, not the text "hgih"',
    '5:17: there is no template "nothing"',
    '5:32: :a names no parameter of this check',
    '7:26: the check has no clause for darwin',
    '7:43: tests[0].verdict must be pass, warn, fail, error or not_applicable, not the text "ok"',
    '8:11: schedule "never" is not understood',
  ])
})
