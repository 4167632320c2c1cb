import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runChecks } from './run-checks.ts'
import { writeFiles } from './write-checks.ts'

const CHECK = `id: root-is-0
title: User 0 is root
severity: high
platforms:
  linux: &sql
    sql: SELECT username = 'root' AS passed FROM users WHERE uid = 0
    if_empty: error
  darwin: *sql
tests:
  - { name: root, platform: linux, given: { users: [{ uid: 0, username: root }] }, verdict: pass }
  - { name: toor, platform: linux, given: { users: [{ uid: 0, username: toor }, { uid: 1, username: root }] }, verdict: fail }
  - { name: a Mac, platform: darwin, given: { users: [{ uid: 0, username: root }] }, verdict: pass }
`
const MORE = `  - { name: nobody is 0, platform: linux, given: { users: [{ uid: 1, username: x }] }, verdict: error, reason: no row }
  - { name: and another, platform: linux, given: { users: [{ uid: 0, username: root }, { uid: 1, username: x }] }, verdict: pass }
`

async function mutate(files: Readonly<Record<string, string>>, ...args: string[]) {
  const folder = writeFiles(files)
  const ran = await runChecks(['test', '--mutate', '--no-library', '--checks', join(folder, 'checks'), ...args], {
    cwd: folder,
  })
  return { ...ran, folder }
}

describe('checks test --mutate', () => {
  it('shows what no test notices, where it is, and ends with 1', async () => {
    const { code, stdout, folder } = await mutate({ 'checks/root.yaml': CHECK }, '--platform', 'linux')
    expect(code).toBe(1)
    expect(stdout).toContain(`  linux if_empty: if_empty error → fail
    no test comes to it
    at ${join(folder, 'checks/root.yaml')}:7:15
`)
    expect(stdout).not.toContain('darwin')
    expect(stdout).toMatch(/\d+ mutants killed, \d+ survived\n$/)
  })

  it('is content where tests notice everything', async () => {
    const { code, stdout } = await mutate({ 'checks/root.yaml': CHECK + MORE }, '--platform', 'linux')
    expect(stdout).toMatch(/^\d+ mutants killed, 0 survived\n$/)
    expect(code).toBe(0)
  })

  it('says the same to programs', async () => {
    const { stdout } = await mutate({ 'checks/root.yaml': CHECK }, '--format', 'json')
    const { results, stale } = JSON.parse(stdout)
    expect(stale).toEqual([])
    expect(results).toEqual([expect.objectContaining({ kind: 'check', name: 'root-is-0', killed: expect.any(Number) })])
    expect(results[0].survivors).toContainEqual(
      expect.objectContaining({ platform: 'linux', mutant: 'linux if_empty: if_empty error → fail' }),
    )
  })

  it('takes what is accepted with a reason, and refuses what is no longer so', async () => {
    const accept = `checks:
  root-is-0:
    'linux if_empty: if_empty error → fail': for now
    'linux if_empty: if_empty error → pass': for now
    'linux sql: it is not': gone
`
    const files = { 'checks/root.yaml': CHECK, 'mutants.yaml': accept }
    const { code, stdout } = await mutate(files, '--platform', 'linux', '--accept', 'mutants.yaml')
    expect(code).toBe(1)
    expect(stdout).toContain('2 accepted')
    expect(stdout).toContain(
      `✗ root-is-0: "linux sql: it is not" is accepted, but does not survive: remove it\n  at mutants.yaml:5:5`,
    )
  })

  it.each([
    ['a file that is not there', ['--mutate', '--accept', 'gone.yaml'], 'cannot be read'],
    ['--accept alone', ['--accept', 'mutants.yaml'], '--accept goes with --mutate only'],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await runChecks(['test', ...args])
    expect(stderr).toContain(message)
    expect(code).toBe(3)
  })
})
