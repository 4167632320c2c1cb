import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parseYaml } from '../../src/content/yaml-document.ts'
import { makeFolder, runChecks, runForReport } from './run-checks.ts'
import { writeCheck, writeFiles } from './write-checks.ts'

async function init(): Promise<string> {
  const cwd = makeFolder()
  const { code } = await runChecks(['init'], { cwd })
  expect(code).toBe(0)
  return cwd
}

describe('checks init', () => {
  it('makes a folder whose check lints, tests and runs, with the commands that it names', async () => {
    const cwd = makeFolder()
    const { code, stdout } = await runChecks(['init'], { cwd })
    expect(code).toBe(0)
    const commands = [...stdout.matchAll(/\bchecks (\w+) '(my-\*)'/gm)].map(([, name, pattern]) => [name, pattern])
    expect(commands.map(([name]) => name)).toEqual(['lint', 'test', 'run'])
    const [lint, test, run] = await Promise.all(commands.map((args) => runChecks(args as string[], { cwd })))
    expect(lint).toMatchObject({ code: 0, stdout: expect.stringContaining('1 check, nothing to complain about') })
    expect(test).toMatchObject({ code: 0, stdout: expect.stringMatching(/\d+ passed, 0 failed/) })
    expect(run?.stdout).toMatch(/my-ssh-root-login/)
    expect([0, 1, 2]).toContain(run?.code)
  })

  it('makes the folder that is named, and never writes over anything', async () => {
    const cwd = makeFolder()
    expect(await runChecks(['init', 'sub/work'], { cwd })).toMatchObject({ code: 0 })
    const file = join(cwd, 'sub/work/keelson.yaml')
    writeFileSync(file, 'mine: true\n')
    const again = await runChecks(['init', 'sub/work'], { cwd })
    expect(again).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/already in sub\/work: keelson\.yaml, .*nothing was written/),
    })
    expect(readFileSync(file, 'utf8')).toBe('mine: true\n')
  })

  it.each(['taken', 'taken/below'])(
    'says what it cannot write where a file stands in the way of %s',
    async (folder) => {
      const cwd = writeFiles({ taken: '' })
      const { code, stderr } = await runChecks(['init', folder], { cwd })
      expect(stderr).toMatch(/checks: cannot write taken\/.*\n {2}hint: /)
      expect(code).toBe(3)
    },
  )
})

describe('checks list', () => {
  it('prints an array as JSON, and columns for people', async () => {
    const cwd = await init()
    const json = await runChecks(['list', 'my-*', '--format', 'json'], { cwd })
    expect(JSON.parse(json.stdout)).toEqual([
      {
        id: 'my-ssh-root-login',
        title: expect.any(String),
        severity: 'high',
        tags: ['ssh', 'remote-access'],
        schedule: expect.any(String),
        platforms: ['linux'],
        unseen: ['linux'],
        params: ['allowed'],
        tests: 4,
        file: expect.stringMatching(/checks\/my-ssh-root-login\.yaml$/),
      },
    ])
    const table = await runChecks(['list', 'my-*'], { cwd })
    expect(table.stdout).toMatch(/^CHECK +SEVERITY +PLATFORMS +TITLE\nmy-ssh-root-login +high +linux\* +The SSH/)
  })
})

describe('checks show', () => {
  it('tells what a check is, with its effective parameters and its versions', async () => {
    const cwd = await init()
    const { code, stdout } = await runChecks(['show', 'my-ssh-root-login'], { cwd })
    expect(code).toBe(0)
    for (const text of [
      'Why:',
      'Fix:',
      'allowed (list) = ["prohibit-password","no"]',
      'linux (version ',
      'refused → pass',
    ]) {
      expect(stdout).toContain(text)
    }
    const json = await runChecks(['show', 'my-ssh-root-login', '--format', 'json'], { cwd })
    const run = await runForReport(['my-ssh-root-login'], { cwd })
    expect(JSON.parse(json.stdout).versions.linux).toBe(run.report.results[0]?.version)
  })
})

describe('checks lint and test', () => {
  const failing = writeCheck('wrong', 'SELECT count(*) > 0 AS passed FROM users')
    .concat('tests:\n  - { name: nobody, platform: linux, given: { users: [] }, verdict: pass }\n')
    .concat('  - { name: root, platform: linux, given: { users: [{ uid: 0 }], processes: [] }, verdict: pass }\n')

  it('tell which test failed, what it got and where it stands, and exit with 1', async () => {
    const only = ['--no-library', '--checks', writeFiles({ 'wrong.yaml': failing })]
    const { code, stdout } = await runChecks(['test', ...only])
    expect(stdout).toMatch(/wrong on linux: nobody\n.*expected pass, got \w+.*\n.*wrong\.yaml:8:\d+/)
    expect(stdout).toMatch(/\d passed, \d failed\n$/)
    expect(code).toBe(1)
    const json = await runChecks(['test', '--format', 'json', ...only])
    expect(JSON.parse(json.stdout)[0]).toMatchObject({
      check: 'wrong',
      name: 'nobody',
      expected: 'pass',
      passed: false,
    })
  })

  it('warn of what would be silence taken for an answer; --strict makes it an error', async () => {
    const vacuous = writeCheck('silent', 'SELECT count(*) = 0 AS passed FROM startup_items')
    const only = ['--no-library', '--checks', writeFiles({ 'silent.yaml': vacuous })]
    const { stdout } = await runChecks(['lint', '--format', 'json', ...only])
    expect(JSON.parse(stdout).length).toBeGreaterThan(0)
    expect((await runChecks(['lint', '--strict', ...only])).code).toBe(3)
  })
})

describe('checks schema', () => {
  it('is valid JSON Schema that accepts the first check and refuses a misspelt one', async () => {
    const { code, stdout } = await runChecks(['schema'])
    expect(code).toBe(0)
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(stdout))
    const file = join(await init(), 'checks/my-ssh-root-login.yaml')
    expect(existsSync(file)).toBe(true)
    const check = parseYaml(readFileSync(file, 'utf8'), file).documents[0]?.value as object
    expect(validate(check), JSON.stringify(validate.errors)).toBe(true)
    expect(validate([check, check])).toBe(true)
    expect(validate({ ...check, severty: 'high' })).toBe(false)
    expect(validate({ ...check, severity: 'huge' })).toBe(false)
  })

  it('is there for templates too', async () => {
    const { stdout } = await runChecks(['schema', 'template'])
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(stdout))
    const template = { template: 'on', platforms: { linux: { sql: 'SELECT 1 AS passed' } } }
    expect(validate(template)).toBe(true)
    expect(validate({ ...template, id: 'on' })).toBe(false)
  })
})

describe('the built-in library', () => {
  it('lints and passes its own tests', async () => {
    const [lint, test] = await Promise.all([runChecks(['lint']), runChecks(['test'])])
    expect(lint).toMatchObject({ code: 0, stdout: expect.not.stringContaining('error:') })
    expect(test).toMatchObject({ code: 0, stdout: expect.stringMatching(/\d\d+ passed, 0 failed/) })
  })

  it('judges this machine with the embedded engine', async () => {
    const { code, report } = await runForReport([])
    expect([0, 1, 2]).toContain(code)
    expect(report.source).toMatchObject({ kind: 'embedded', preview: true })
    expect(report.results.length).toBeGreaterThan(5)
    for (const { check, verdict, error, reason } of report.results) {
      // What cannot be judged here names its cause.
      if (verdict === 'error') expect(error, check).toBeTruthy()
      if (verdict !== 'pass') expect(reason, check).toBeTruthy()
    }
  })
})
