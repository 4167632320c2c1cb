import { cpSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolder, runChecks, startChecks } from './run-checks.ts'
import { onlyChecks, writeFiles } from './write-checks.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const HOSTILE = 'one\u001b[31m two\u009b2J three\u202e four'
const OBEYED = /(?!\n)[\p{Cc}\p{Cf}]/u

const hostileCheck = (more = '') =>
  onlyChecks({
    'a.yaml': `id: hostile
title: ${JSON.stringify(HOSTILE)}
severity: low
why: ${JSON.stringify(HOSTILE)}
platforms:
  linux:
    needs: { sql: SELECT 1 FROM users WHERE uid < 0, reason: ${JSON.stringify(HOSTILE)} }
    sql: SELECT 1 AS passed
tests:
  - { name: ${JSON.stringify(HOSTILE)}, platform: linux, given: { users: [] }, verdict: error }
${more}`,
  })

describe('text that would steer a terminal', () => {
  it.each([
    ['list', []],
    ['show', ['hostile']],
    ['test', []],
    ['doctor', []],
  ])('is escaped in the JSON of checks %s', async (command, args) => {
    const { stdout } = await runChecks([command, ...args, '--format', 'json', ...hostileCheck()])
    expect(stdout).toContain('\\u202e')
    expect(stdout).not.toMatch(OBEYED)
    expect(JSON.stringify(JSON.parse(stdout))).toContain('\u202e')
  })

  it('is escaped in the JSON of checks lint', async () => {
    const key = `${JSON.stringify(HOSTILE)}: 1\n`
    const { stdout } = await runChecks(['lint', '--format', 'json', ...hostileCheck(key)])
    expect(stdout).not.toMatch(OBEYED)
    expect(JSON.parse(stdout)[0].message).toContain('four')
  })

  it("in a check's title is not printed beside its SQL", async () => {
    const files = {
      'a.yaml': `id: a\ntitle: ${JSON.stringify(HOSTILE)}\nseverity: low\nplatforms: { linux: { sql: SELECT 1 AS passed } }\n`,
    }
    const sql = await runChecks(['compile', ...onlyChecks(files)])
    expect(sql.stdout).toMatch(/^-- a on linux, version \w+: one \[31m two 2J three four\nWITH /)
    expect(sql.stdout).not.toMatch(OBEYED)
  })

  it('in what a broken osqueryi says is shown in the warning, by run and by doctor', async () => {
    const bin = writeFiles({})
    writeFileSync(join(bin, 'osqueryi'), "#!/bin/sh\nprintf 'gone \\033[31mred' >&2\nexit 1\n", { mode: 0o755 })
    const env = { PATH: `${bin}:${process.env.PATH}`, KEELSON_SOURCE: 'auto' }
    const files = { 'a.yaml': 'id: a\ntitle: a\nseverity: low\nplatforms: { linux: { sql: SELECT 1 AS passed } }\n' }
    const run = await runChecks(['run', ...onlyChecks(files)], { env })
    expect(run.stderr).toMatch(/^checks: .*osqueryi could not be started: .*it said: gone ␛\[31mred$/m)
    expect(run.stderr).not.toMatch(OBEYED)
    const doctor = await runChecks(['doctor', ...onlyChecks(files)], { env })
    expect(doctor.stdout).toMatch(/^Used: embedded engine.* \(no osquery that was found can be used\)$/m)
    expect(doctor.stdout).toMatch(/^ {2}.*osqueryi could not be started: .*it said: gone ␛\[31mred$/m)
    expect(doctor).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('an error that nobody foresaw', () => {
  /** The command with one of its own files replaced. */
  function breakCommand(file: string, text: string): string {
    const folder = makeFolder()
    for (const name of ['bin', 'dist', 'package.json'])
      cpSync(join(ROOT, name), join(folder, name), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'dist', file), text)
    return join(folder, 'bin', 'checks.js')
  }

  async function fail(program: string, env: Readonly<Record<string, string>> = {}) {
    const child = startChecks([], { through: [process.execPath, program, 'list', '--'], env })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    return { code, stderr }
  }

  it('is told without what would steer a terminal, its stack too', async () => {
    const program = breakCommand(
      'cli/list.js',
      `export function addListCommand() { throw new Error(${JSON.stringify(HOSTILE)}) }\n`,
    )
    const quiet = await fail(program)
    expect(quiet).toMatchObject({ code: 3, stderr: expect.stringMatching(/should not have happened: one␛\[31m two/) })
    expect(quiet.stderr).not.toMatch(OBEYED)
    const loud = await fail(program, { KEELSON_DEBUG: '1' })
    expect(loud.stderr).toMatch(/\n {4}at .*list\.js/)
    expect(loud.stderr).not.toMatch(OBEYED)
  })

  it('is told where not even our own modules can be loaded', async () => {
    const { code, stderr } = await fail(breakCommand('app.js', `throw new Error('half a package')\n`))
    expect(stderr).toMatch(
      /^checks: this should not have happened: .*app\.js.*\n {2}hint: KEELSON_DEBUG=1 shows where\n$/,
    )
    expect(code).toBe(3)
  })
})
