import { describe, expect, it } from 'vitest'
import { runChecks, runForReport, verdictsOf } from './run-checks.ts'
import { onlyChecks, writeChecks, writeFiles } from './write-checks.ts'

const check = (id: string, more: string, platform = 'linux') =>
  `id: ${id}\ntitle: About ${id}\n${more}platforms: { ${platform}: { sql: SELECT 1 AS passed } }\n`

const LOW = 'severity: low\n'

const FILES = {
  'a.yaml': check('disk-one', 'severity: low\ntags: [disk, slow]\n'),
  'b.yaml': check('disk-two', 'severity: high\ntags: [disk]\n'),
  'c.yaml': check('net.one', 'severity: critical\ntags: [net]\n'),
  'd.yaml': check('mac-only', 'severity: high\ntags: [net]\n', 'darwin'),
}

async function list(...args: string[]): Promise<string[]> {
  const { stdout } = await runChecks(['list', '--format', 'json', ...onlyChecks(FILES), ...args])
  return JSON.parse(stdout).map(({ id }: { id: string }) => id)
}

describe('a selection', () => {
  it.each([
    ['nothing, which means all', [], ['disk-one', 'disk-two', 'mac-only', 'net.one']],
    ['ids', ['net.one', 'disk-one'], ['disk-one', 'net.one']],
    ['a glob', ['disk-*'], ['disk-one', 'disk-two']],
    ['a glob whose dot is a dot', ['net.*'], ['net.one']],
    ['a tag', ['--tag', 'net'], ['mac-only', 'net.one']],
    ['one of two tags', ['--tag', 'net', '--tag', 'slow'], ['disk-one', 'mac-only', 'net.one']],
    ['a severity and worse', ['--severity', 'high'], ['disk-two', 'mac-only', 'net.one']],
    ['a platform', ['--platform', 'darwin'], ['mac-only']],
    ['all of it together', ['*one', '--severity', 'medium', '--tag', 'net'], ['net.one']],
  ])('by %s', async (_, args, ids) => {
    expect(await list(...args)).toEqual(ids)
  })

  it.each([
    ['run', ['disc-one']],
    ['list', ['disc-one']],
    ['lint', ['disc-one']],
    ['test', ['disc-one']],
    ['compile', ['disc-one']],
    ['show', ['disc-one']],
  ])('checks %s tells an id that is not there, with the one that may be meant', async (command, args) => {
    const { code, stdout, stderr } = await runChecks([command, ...args, ...onlyChecks(FILES)])
    expect(stderr).toMatch(/no check is called disc-one\n\s+hint: did you mean disk-one\?/)
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  })

  it('that no check meets is no success: a run exits with 3', async () => {
    const { code, stderr } = await runChecks(['run', '--tag', 'dsik', ...onlyChecks(FILES)])
    expect(stderr).toMatch(/no checks are selected/)
    expect(code).toBe(3)
  })

  it('that names a check of another platform finds it not applicable; without a name it is left out', async () => {
    const only = onlyChecks(FILES)
    const all = await runForReport(only)
    expect(Object.keys(verdictsOf(all.report)).sort()).toEqual(['disk-one', 'disk-two', 'net.one'])
    const named = await runForReport(['mac-only', 'disk-one', ...only])
    expect(verdictsOf(named.report)).toEqual({ 'disk-one': 'pass', 'mac-only': 'not_applicable' })
    expect(named.report.summary).toMatchObject({ pass: 1, not_applicable: 1 })
    expect(named.code).toBe(0)
  })
})

describe('libraries', () => {
  it('add up, and a later folder replaces what has the same id', async () => {
    const first = writeFiles({ 'a.yaml': check('same', LOW), 'b.yaml': check('first', LOW) })
    const second = writeFiles({
      'a.yaml': check('same', LOW).replace('SELECT 1', 'SELECT 0'),
      'c.yaml': check('second', LOW),
    })
    const { report } = await runForReport(['--no-library', '--checks', first, '--checks', second])
    expect(verdictsOf(report)).toEqual({ first: 'pass', same: 'fail', second: 'pass' })
  })

  it('include the built-in one unless told otherwise', async () => {
    const folder = writeFiles({ 'a.yaml': check('my-own', LOW) })
    const ids = async (...args: string[]): Promise<string[]> => {
      const { stdout } = await runChecks(['list', '--format', 'json', '--checks', folder, ...args])
      return JSON.parse(stdout).map(({ id }: { id: string }) => id)
    }
    const all = await ids()
    expect(all).toContain('my-own')
    // Sixteen are promised.
    expect(all.length).toBeGreaterThan(16)
    expect(await ids('--no-library')).toEqual(['my-own'])
  })

  it('that are replaced by something wrong do not fall back on what they replace', async () => {
    const first = writeFiles({ 'a.yaml': check('same', LOW) })
    const second = writeFiles({ 'a.yaml': check('same', 'severity: grave\n') })
    const { code, stdout } = await runChecks(['run', '--no-library', '--checks', first, '--checks', second])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  })
})

describe('what would do nothing', () => {
  const onLinux = { only: 'SELECT 1 AS passed' }

  it.each([['run'], ['test'], ['compile'], ['lint']])(
    'is refused by %s, and not taken for success',
    async (command) => {
      const { code, stderr } = await runChecks([command, ...writeChecks(onLinux), '--tag', 'nobody-has-this'])
      expect(stderr).toMatch(/^checks: .*so nothing was (judged|tested|compiled|linted)\n/)
      expect(code).toBe(3)
    },
  )

  it('is a run for another platform than the machine', async () => {
    const { code, stderr } = await runChecks(['run', ...writeChecks(onLinux), '--platform', 'windows'])
    expect(stderr).toMatch(/this machine is linux, not windows|no checks are selected/)
    expect(code).toBe(3)
  })
})
