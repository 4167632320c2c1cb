import { describe, expect, it } from 'vitest'
import { buildTemplate, compile, type Written } from './build-check.ts'

type Settings = Parameters<typeof compile>[1]

const SQL = 'SELECT username = :name AS passed, uid FROM users WHERE uid < 10'
const VALUES = { values: { name: 'root' } }

function versionOf(written: Written | string = SQL, settings: Settings = {}): string {
  return compile(written, { ...VALUES, ...settings }).version
}

const version = versionOf()

describe('the version of a check', () => {
  it('is 16 hexadecimal digits, the same every time', () => {
    expect(version).toMatch(/^[0-9a-f]{16}$/)
    expect(versionOf()).toBe(version)
  })

  it.each<[string, Written]>([
    ['spaces and the case of words', { sql: 'select  USERNAME =\n:name as passed, uid\nfrom users where uid<10' }],
    ['comments and a closing semicolon', { sql: `/* who */ ${SQL} -- that is root\n;` }],
    ['a title', { sql: SQL, title: 'Root is called root' }],
    ['evidence', { sql: SQL, evidence: ['uid'] }],
    ['the reason of a need', { sql: SQL, needs: [] }],
  ])('is not changed by %s', (_, written) => {
    expect(versionOf(written)).toBe(version)
  })

  it('is not changed by prose, tests, tags or severity', () => {
    const check = { title: 'Other', why: 'because', fix: 'do', tags: ['x'], severity: 'critical' as const, id: 'other' }
    expect(versionOf(SQL, { check })).toBe(version)
  })

  it('is not changed by the gates that facts of tables add', () => {
    expect(
      versionOf(SQL, { proof: 'asked', rootGates: { darwin: 'SELECT 1', linux: 'SELECT 1', windows: 'SELECT 1' } }),
    ).toBe(versionOf(SQL, { proof: 'trusted' }))
  })

  it('is not changed by the reason of a gate', () => {
    const gated = (reason: string) => versionOf({ sql: SQL, needs: [{ sql: 'SELECT 1', reason }] })
    expect(gated('a')).toBe(gated('b'))
  })

  it.each<[string, Written]>([
    ['other SQL', { sql: SQL.replace('10', '11') }],
    ['the case of a string', { sql: SQL.replace(':name', "'Root'") }],
    ['if_empty', { sql: SQL, ifEmpty: 'pass' }],
    ['when', { sql: SQL, when: { sql: 'SELECT 1' } }],
    ['needs', { sql: SQL, needs: [{ sql: 'SELECT 1' }] }],
    ['a tree around it', { all: [{ sql: SQL }] }],
    ['another tree', { any: [{ sql: SQL }] }],
    ['not', { not: { sql: SQL } }],
    ['a second clause', { all: [{ sql: SQL }, { sql: SQL }] }],
  ])('is changed by %s', (_, written) => {
    expect(versionOf(written)).not.toBe(version)
  })

  it('tells all, any, not and their order apart', () => {
    const [a, b] = [{ sql: 'SELECT 1 AS passed' }, { sql: 'SELECT 0 AS passed' }]
    const written = [
      { all: [a, b] },
      { any: [a, b] },
      { all: [b, a] },
      { all: [{ all: [a, b] }] },
      { not: { all: [a, b] } },
    ]
    expect(new Set(written.map((one) => versionOf(one))).size).toBe(written.length)
    const when = { sql: 'SELECT 1' }
    expect(versionOf({ sql: a.sql, when })).not.toBe(versionOf({ sql: a.sql, needs: [when] }))
  })

  it('is changed by the value of a parameter, and by the platform', () => {
    expect(versionOf(SQL, { values: { name: 'toor' } })).not.toBe(version)
    expect(versionOf(SQL, { values: { name: 'root', unused: 1 } })).toBe(version)
    expect(versionOf(SQL, { platform: 'darwin' })).not.toBe(version)
  })

  it('of a table clause does not mind the order in which columns and operators are written', () => {
    const one = versionOf({ table: 'users', expect: { uid: { gt: 0, lt: 9 }, shell: { eq: 'x' } } })
    expect(versionOf({ table: 'users', expect: { shell: { eq: 'x' }, uid: { lt: 9, gt: 0 } } })).toBe(one)
    expect(versionOf({ table: 'users', expect: { shell: { eq: 'x' }, uid: { lt: 9, ge: 0 } } })).not.toBe(one)
    expect(versionOf({ table: 'users', where: { shell: { eq: 'x' }, uid: { lt: 9, gt: 0 } } })).not.toBe(one)
    expect(versionOf({ table: 'users', expect: { shell: { eq: 'x' }, uid: { lt: 9, gt: 0 } }, match: 'any' })).not.toBe(
      one,
    )
  })

  it('is that of what a template stands for', () => {
    const templates = new Map([buildTemplate('same', { sql: SQL }, { name: { type: 'string' } })])
    const using = (name: string) => versionOf({ use: 'same', with: { name } }, { templates })
    expect(using('root')).toBe(version)
    expect(using('toor')).not.toBe(version)
  })
})
