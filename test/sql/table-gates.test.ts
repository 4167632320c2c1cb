import { describe, expect, it } from 'vitest'
import type { Platform } from '../../src/core/check.ts'
import { judge } from '../../src/core/judge.ts'
import { OSQUERY_GATES, OUTSPOKEN_GATES } from '../../src/sql/table-gates.ts'
import { askEachLeaf, compile, type Given, openRowsEngine, type Written } from './build-check.ts'

const ROOT = { osquery_info: [{ pid: 7 }], processes: [{ pid: 7, euid: 0 }] }
const NOT_ROOT = {
  osquery_info: [{ pid: 7 }],
  processes: [
    { pid: 7, euid: 1000 },
    { pid: 1, euid: 0 },
  ],
}

const ANCHORED = {
  registry: [{ key: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion', path: 'x' }],
}

function judgeOn(written: Written | string, given: Given, gates = OSQUERY_GATES, platform: Platform = 'linux') {
  const check = compile(written, { platform, ...gates })
  const engine = openRowsEngine(given, platform)
  const { verdict, reasons } = judge(check, askEachLeaf(check, engine))
  engine.close()
  return { verdict, reason: reasons.join() }
}

describe('a table that only root can see', () => {
  const sql = { sql: 'SELECT 1 AS passed FROM crontab', ifEmpty: 'pass' } as const

  it('is an error for anyone else, even where nothing would pass', () => {
    expect(judgeOn(sql, NOT_ROOT)).toEqual({
      verdict: 'error',
      reason: 'crontab can be seen whole by root only: run osquery as root',
    })
    expect(judgeOn(sql, ROOT).verdict).toBe('pass')
    expect(judgeOn(sql, {}).verdict).toBe('error')
  })

  it('is asked without further ado where the source says itself what it cannot read', () => {
    expect(judgeOn(sql, NOT_ROOT, OUTSPOKEN_GATES).verdict).toBe('pass')
  })

  it('is so only on the platforms where that holds', () => {
    expect(judgeOn({ sql: 'SELECT 1 AS passed FROM shadow' }, { ...NOT_ROOT, shadow: [{}] }).verdict).toBe('error')
    const drives = { sql: 'SELECT 1 AS passed FROM block_devices', needs: [] }
    const reasons = (platform: Platform) =>
      compile(drives, { platform, ...OSQUERY_GATES }).leaves[0]?.gates.map(({ reason }) => reason)
    expect(reasons('linux')?.[0]).toBe('block_devices can be seen whole by root only: run osquery as root')
    expect(reasons('darwin')).toEqual([
      'block_devices could not be seen: it is empty, and a healthy host always has one row per block device',
    ])
  })

  it('wants an administrator on Windows', () => {
    const registry = { sql: 'SELECT 1 AS passed FROM registry', ifEmpty: 'pass' } as const
    const as = (elevated_token: number) => ({ ...ANCHORED, ...ROOT, processes: [{ pid: 7, elevated_token }] })
    expect(judgeOn(registry, as(0), OSQUERY_GATES, 'windows')).toEqual({
      verdict: 'error',
      reason: 'registry can be seen whole by an administrator only: run osquery as an administrator',
    })
    expect(judgeOn(registry, as(1), OSQUERY_GATES, 'windows').verdict).toBe('pass')
  })

  it('may be open to all but for some columns', () => {
    const named = "SELECT count(*) = 0 AS passed FROM processes WHERE name = 'x'"
    const placed = "SELECT count(*) = 0 AS passed FROM processes WHERE path = '/tmp/x'"
    for (const gates of [OSQUERY_GATES, OUTSPOKEN_GATES]) {
      expect(judgeOn(named, NOT_ROOT, gates).verdict).toBe('pass')
      expect(judgeOn(placed, NOT_ROOT, gates).verdict).toBe('error')
      expect(judgeOn(placed, ROOT, gates).verdict).toBe('pass')
    }
  })
})

describe('a table that is never empty', () => {
  it('is an error when it is empty, for any source', () => {
    const counting = 'SELECT count(*) = 0 AS passed FROM deb_packages'
    for (const gates of [OSQUERY_GATES, OUTSPOKEN_GATES]) {
      expect(judgeOn(counting, {}, gates).reason).toBe(
        'deb_packages could not be seen: it is empty, and a healthy host always has the packages of a Debian system',
      )
      expect(judgeOn(counting, { deb_packages: [{ name: 'x' }] }, gates).verdict).toBe('fail')
    }
  })

  it('is gated once, however often it is read', () => {
    const { leaves } = compile('SELECT (SELECT count(*) FROM users) = (SELECT max(uid) FROM users) AS passed')
    expect(leaves[0]?.gates.map(({ sql }) => sql)).toEqual(['SELECT 1 FROM "users"'])
  })

  it('is gated before when asks it, so that its silence is not taken for "does not apply"', () => {
    const written = {
      sql: 'SELECT 1 AS passed',
      when: { sql: "SELECT 1 FROM deb_packages WHERE name = 'openssh-server'" },
    }
    expect(judgeOn(written, {}).verdict).toBe('error')
    expect(judgeOn(written, { deb_packages: [{ name: 'bash' }] }).verdict).toBe('not_applicable')
    expect(judgeOn(written, { deb_packages: [{ name: 'openssh-server' }] }).verdict).toBe('pass')
  })

  it('that only the clause itself reads is asked after when', () => {
    const written = { sql: 'SELECT 1 AS passed FROM deb_packages', when: { sql: 'SELECT 1 FROM etc_hosts' } }
    expect(judgeOn(written, {}).verdict).toBe('not_applicable')
    expect(judgeOn(written, { etc_hosts: [{}] }).verdict).toBe('error')
  })
})

describe('a table with an anchor', () => {
  const sql = "SELECT count(*) = 0 AS passed FROM registry WHERE path LIKE 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Bad\\%'"
  it('is asked for what every host has before its emptiness is believed', () => {
    const elevated = { ...ROOT, processes: [{ pid: 7, elevated_token: 1 }] }
    expect(judgeOn(sql, elevated, OSQUERY_GATES, 'windows').verdict).toBe('error')
    expect(judgeOn(sql, { ...elevated, ...ANCHORED }, OSQUERY_GATES, 'windows').verdict).toBe('pass')
  })

  it('is trusted where the source says itself what it cannot read', () => {
    expect(judgeOn(sql, {}, OUTSPOKEN_GATES, 'windows').verdict).toBe('pass')
  })
})

describe('without any gate', () => {
  it('a clause that reads nothing is simply asked', () => {
    expect(compile('SELECT 1 AS passed', OSQUERY_GATES).leaves[0]?.gates).toEqual([])
  })
})
