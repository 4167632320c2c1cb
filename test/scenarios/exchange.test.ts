import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runChecks } from './run-checks.ts'
import { writeCheck, writeFiles } from './write-checks.ts'

const VECTORS = join(import.meta.dirname, '..', 'vectors', 'exchange')
const GOOD = 'policies: [{ name: Root is there, query: SELECT 1 FROM users WHERE uid = 0, platform: linux }]\n'
const VACUOUS =
  'policies: [{ name: Nothing hides, query: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM magic WHERE path = \'/x\')", platform: linux }]\n'

describe('checks import', () => {
  it('writes checks that lint finds nothing in, and that run', async () => {
    const cwd = writeFiles({ 'f.yml': GOOD })
    const ran = await runChecks(['import', 'fleet', 'f.yml'], { cwd })
    expect(ran).toMatchObject({ code: 0, stdout: 'wrote checks/imported/fleet-root-is-there.yaml\n' })
    expect(ran.stderr).toBe('1 check written; none has tests yet\n')
    const only = ['--no-library', '--checks', 'checks']
    expect(await runChecks(['lint', ...only], { cwd })).toMatchObject({ code: 0 })
    expect(await runChecks(['run', ...only], { cwd })).toMatchObject({ code: 0 })
  })

  it('replaces nothing unless it is told to, and writes none when one is there', async () => {
    const cwd = writeFiles({ 'f.yml': GOOD, 'out/fleet-root-is-there.yaml': 'mine' })
    const ran = await runChecks(['import', 'fleet', 'f.yml', '--to', 'out'], { cwd })
    expect(ran.code).toBe(3)
    expect(ran.stderr).toContain('already there: out/fleet-root-is-there.yaml; nothing was written')
    expect(readFileSync(join(cwd, 'out/fleet-root-is-there.yaml'), 'utf8')).toBe('mine')
    expect((await runChecks(['import', 'fleet', 'f.yml', '--to', 'out', '--force'], { cwd })).code).toBe(0)
    expect(readFileSync(join(cwd, 'out/fleet-root-is-there.yaml'), 'utf8')).toContain('id: fleet-root-is-there')
  })

  it('gives the same ids again where its own checks are read already, and none of somebody else', async () => {
    const own = writeCheck('fleet-root-is-there', 'SELECT 1 AS passed, name FROM os_version')
    const cwd = writeFiles({
      'f.yml': GOOD,
      'keelson.yaml': 'checks: [checks]\nlibrary: false\n',
      'checks/own.yaml': '',
    })
    for (const _ of ['once', 'again']) {
      const ran = await runChecks(['import', 'fleet', 'f.yml', '--force'], { cwd })
      expect(ran.stdout).toBe('wrote checks/imported/fleet-root-is-there.yaml\n')
    }
    writeFileSync(join(cwd, 'checks/own.yaml'), own)
    const ran = await runChecks(['import', 'fleet', 'f.yml', '--to', 'elsewhere'], { cwd })
    expect(ran.stdout).toBe('wrote elsewhere/fleet-root-is-there-2.yaml\n')
  })

  it('writes nothing in a dry run, and shows the same text', async () => {
    const cwd = writeFiles({ 'f.yml': GOOD })
    const dry = await runChecks(['import', 'fleet', 'f.yml', '--to', 'out', '--dry-run'], { cwd })
    expect(dry.code).toBe(0)
    expect(existsSync(join(cwd, 'out'))).toBe(false)
    await runChecks(['import', 'fleet', '-', '--to', 'out'], { cwd, stdin: GOOD })
    expect(dry.stdout).toContain('id: fleet-root-is-there\n')
  })

  it('ends with 1 for what lint refuses, with 2 for what is left out, with 3 when a file is wrong', async () => {
    const cwd = writeFiles({
      'vacuous.yml': VACUOUS,
      'wrong.yml': `${GOOD}nonsense: [\n`,
      'pack.json': '{"queries": []}',
    })
    const vacuous = await runChecks(['import', 'fleet', 'vacuous.yml', '--to', 'a'], { cwd })
    expect(vacuous.code).toBe(1)
    expect(vacuous.stderr).toContain('lint finds errors in 1')
    expect(readFileSync(join(cwd, 'a/fleet-nothing-hides.yaml'), 'utf8')).toContain('#   error [vacuous]')
    const left = await runChecks(['import', 'osquery-pack', join(VECTORS, 'attacks.conf'), '--to', 'b'], { cwd })
    expect(left.code).toBe(2)
    expect(readdirSync(join(cwd, 'b'))).toEqual(['attacks-hidden-binary.yaml', 'attacks-odd-shell.yaml'])
    const wrong = await runChecks(['import', 'fleet', 'vacuous.yml', 'wrong.yml', '--to', 'c'], { cwd })
    expect(wrong.code).toBe(3)
    expect(wrong.stderr).toMatch(/wrong\.yml:3:1: error: not valid YAML/)
    expect(existsSync(join(cwd, 'c'))).toBe(false)
    expect((await runChecks(['import', 'osquery-pack', 'pack.json'], { cwd })).stderr).toContain('neither a pack nor')
    expect((await runChecks(['import', 'osquery-pack', 'absent.json'], { cwd })).code).toBe(3)
  })

  it('tells programs what it did', async () => {
    const cwd = writeFiles({})
    const args = ['import', 'zentral', join(VECTORS, 'zentral-api.json'), '--dry-run', '--format', 'json']
    const { code, stdout } = await runChecks(args, { cwd })
    expect(code).toBe(2)
    const answer = JSON.parse(stdout)
    expect(answer.written).toBe(false)
    expect(answer.checks.map(({ id }: { id: string }) => id)).toEqual(['zentral-root-owns-itself'])
    expect(answer.lost.map(({ place }: { place: { line: number } }) => place.line)).toEqual([3, 13, 16, 17])
  })

  it('takes --rows for packs only', async () => {
    const ran = await runChecks(['import', 'fleet', 'x', '--rows', 'pass'])
    expect(ran.code).toBe(3)
    expect(ran.stderr).toContain('--rows is for osquery-pack')
  })
})

describe('checks export', () => {
  it('writes what import reads again', async () => {
    const cwd = writeFiles({
      'checks/a.yaml': writeCheck('a', 'SELECT uid = 0 AS passed, username FROM users WHERE uid = 0'),
    })
    const only = ['--no-library', '--checks', 'checks']
    const out = await runChecks(['export', 'fleet', '--to', 'p.yml', ...only], { cwd })
    expect(out).toMatchObject({ code: 0, stderr: 'wrote p.yml\n1 statement exported\n' })
    const back = await runChecks(['import', 'fleet', 'p.yml', '--to', 'back', '--no-library'], { cwd })
    expect(back.code, back.stderr).toBe(0)
    const ran = await runChecks(['run', '--no-library', '--checks', 'back'], { cwd })
    expect(ran.code, ran.stdout).toBe(0)
    expect((await runChecks(['export', 'fleet', '--to', 'p.yml', ...only], { cwd })).code).toBe(3)
  })

  it('goes to standard output, or to a file for each statement', async () => {
    const cwd = writeFiles({ 'checks/a.yaml': writeCheck('a', 'SELECT 1 AS passed, name FROM os_version') })
    const only = ['--no-library', '--checks', 'checks']
    const pack = await runChecks(['export', 'osquery-pack', ...only], { cwd })
    expect(Object.keys(JSON.parse(pack.stdout).queries)).toEqual(['a'])
    expect((await runChecks(['export', 'sql', '--to', 'sql', ...only], { cwd })).code).toBe(0)
    expect(readdirSync(join(cwd, 'sql'))).toEqual(['a.linux.sql'])
  })

  it('ends with 3 when nothing could be exported, and says why', async () => {
    const cwd = writeFiles({
      'checks/a.yaml': writeCheck('a', "SELECT 1 AS passed, value FROM login_defs WHERE name = 'UMASK'"),
    })
    const ran = await runChecks(['export', 'sql', '--no-library', '--checks', 'checks'], { cwd })
    expect(ran.code).toBe(3)
    expect(ran.stderr).toContain('it reads login_defs, which osquery has only with the Keelson extension')
  })
})

describe.runIf(process.platform === 'linux')('checks add', () => {
  it('writes a check that lints clean, passes its tests and passes here', async () => {
    const cwd = writeFiles({})
    const ran = await runChecks(['add', 'user', 'root'], { cwd })
    expect(ran).toMatchObject({ code: 0, stdout: 'wrote checks/user-root-as-found.yaml\n' })
    expect(ran.stderr).toContain('found: user root: uid 0')
    const only = ['--no-library', '--checks', 'checks']
    for (const command of ['lint', 'test', 'run']) {
      expect((await runChecks([command, ...only], { cwd })).code, command).toBe(0)
    }
  })

  it('never replaces a file', async () => {
    const cwd = writeFiles({ 'mine.yaml': 'mine' })
    const ran = await runChecks(['add', 'user', 'root', '--to', 'mine.yaml'], { cwd })
    expect(ran.code).toBe(3)
    expect(readFileSync(join(cwd, 'mine.yaml'), 'utf8')).toBe('mine')
    const dry = await runChecks(['add', 'user', 'root', '--dry-run', '--id', 'my-root', '--severity', 'high'], { cwd })
    expect(dry.stdout).toMatch(/\nid: my-root\ntitle: .*\nseverity: high\n/)
  })
})

describe('docs/exchange.md', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'exchange.md'), 'utf8')

  it('names every option of the commands that it is about', async () => {
    const { buildProgram } = await import('../../src/cli/program.ts')
    const { commands } = await buildProgram('0.0.0')
    const own = ['--config', '--checks', '--no-library', '--param', '--tag', '--severity', '--timeout', '--strict']
    const about = commands.filter((command) => ['import', 'export', 'add', 'params'].includes(command.name()))
    const flags = about.flatMap((command) => [command, ...command.commands].flatMap(({ options }) => options))
    const unnamed = flags.map(({ long }) => long ?? '').filter((flag) => !own.includes(flag) && !page.includes(flag))
    expect(unnamed).toEqual([])
  })

  it('is right about openssl', async ({ skip }) => {
    const cwd = writeFiles({ 'd.yaml': `issued_at: ${new Date().toISOString()}\nparams: {}\n` })
    const { stdout } = await runChecks(['params', 'keygen', 'k.pem'], { cwd })
    let signature: Buffer
    try {
      signature = execFileSync('openssl', ['pkeyutl', '-sign', '-rawin', '-inkey', 'k.pem', '-in', 'd.yaml'], {
        cwd,
        stdio: 'pipe',
      })
    } catch {
      return skip()
    }
    writeFileSync(join(cwd, 'd.yaml.sig'), signature.toString('base64'))
    expect(await runChecks(['params', 'verify', 'd.yaml', '--key', stdout.trim()], { cwd })).toMatchObject({ code: 0 })
  })
})
