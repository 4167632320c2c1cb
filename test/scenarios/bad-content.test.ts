import { chmodSync, ftruncateSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolder, runChecks } from './run-checks.ts'
import { onlyChecks, writeCheck, writeChecks, writeFiles } from './write-checks.ts'

const SOUND = writeCheck('sound', 'SELECT 1 AS passed')
const using = (template: string) => `id: one\ntitle: One\nplatforms: { linux: { use: ${template} } }\n`
const template = (name: string, use: string) => `template: ${name}\nplatforms: { linux: { use: ${use} } }\n`

function bomb(): string {
  const levels = Array.from(
    { length: 20 },
    (_, i) =>
      `  a${i}: &a${i} [${Array(20)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
  )
  return `id: bomb\ntitle: Bomb\nplatforms:\n  linux: { sql: SELECT 1 AS passed }\ntests:\n${levels.join('\n').replaceAll('*a-1', 'x')}\n`
}

const CASES: readonly [string, Readonly<Record<string, string>>, RegExp][] = [
  ['YAML that does not parse', { 'a.yaml': 'id: one\ntitle: "open\nplatforms: {' }, /a\.yaml:\d+:\d+: .*\n/],
  [
    'an unknown key',
    { 'a.yaml': SOUND.replace('severity', 'severty') },
    /a\.yaml:3:1: .*severty.*did you mean "?severity"?\?/s,
  ],
  [
    'two checks of one id',
    { 'a.yaml': SOUND, 'b.yaml': SOUND },
    /b\.yaml:1:\d+: .*check "sound" is defined twice: here and at .*a\.yaml:1:/,
  ],
  [
    'templates that use each other in a circle',
    { 'a.yaml': using('x'), 'templates/x.yaml': template('x', 'y'), 'templates/y.yaml': template('y', 'x') },
    /templates\/[xy]\.yaml:\d+:\d+: .*(circle|itself|cycl)/,
  ],
  ['a template that is not there', { 'a.yaml': using('nowhere') }, /a\.yaml:3:\d+: .*nowhere/],
  [
    'a misspelt template',
    {
      'a.yaml': using('ufw_on'),
      'templates/ufw_one.yaml': 'template: ufw_one\nplatforms: { linux: { sql: SELECT 1 AS passed } }\n',
    },
    /did you mean "?ufw_one"?\?/,
  ],
  ['aliases that explode', { 'a.yaml': bomb() }, /a\.yaml:\d+:\d+: .*alias/],
  ['bytes that are no text', { 'a.yaml': '\u0000\u0001\u0002' }, /a\.yaml:\d+:\d+: /],
  [
    'several problems, all at once',
    { 'a.yaml': SOUND.replace('severity: high', 'severity: hihg\ntagz: [x]'), 'b.yaml': 'id: [\n' },
    /a\.yaml:3:.*did you mean "?high"?.*a\.yaml:4:.*tagz.*b\.yaml:\d+:/s,
  ],
]

describe('content that is wrong', () => {
  it.each(CASES)('%s: every command says where, and exits with 3', async (_, files, message) => {
    const only = onlyChecks(files)
    for (const command of ['run', 'list', 'lint', 'test', 'compile']) {
      const { code, stdout, stderr } = await runChecks([command, ...only])
      expect({ command, code }).toEqual({ command, code: 3 })
      expect(command === 'lint' ? stdout : stderr).toMatch(message)
    }
  })

  it('is not judged at all, not even where it is sound', async () => {
    const { code, stdout } = await runChecks(['run', ...onlyChecks({ 'a.yaml': SOUND, 'b.yaml': 'id: [' })])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  })

  it('is told as JSON to a program that lints', async () => {
    const { code, stdout } = await runChecks(['lint', '--format', 'json', ...onlyChecks({ 'a.yaml': 'id: one\n' })])
    expect(code).toBe(3)
    expect(JSON.parse(stdout)[0]).toMatchObject({
      level: 'error',
      code: expect.any(String),
      message: expect.any(String),
      place: { file: expect.stringMatching(/a\.yaml$/), line: expect.any(Number), column: expect.any(Number) },
    })
  })

  it('cannot write control characters to the terminal', async () => {
    const { code, stderr } = await runChecks(['run', ...onlyChecks({ 'a.yaml': '"\\e]0;owned\\a\\e[2J": 1\n' })])
    expect(code).toBe(3)
    expect(stderr).not.toContain('\u001b')
    expect(stderr).not.toContain('\u0007')
  })
})

describe('files that cannot be read', () => {
  it('a file of 100 MB is refused without being read', async () => {
    const folder = makeFolder()
    ftruncateSync(openSync(join(folder, 'big.yaml'), 'w'), 100e6)
    const { code, stderr } = await runChecks(['run', '--no-library', '--checks', folder])
    expect(code).toBe(3)
    expect(stderr).toMatch(/big\.yaml:1:1: .*100000000 bytes/)
  })

  it('a folder that is not there is named', async () => {
    const { code, stderr } = await runChecks(['list', '--checks', '/nonexistent/checks'])
    expect(code).toBe(3)
    expect(stderr).toMatch(/\/nonexistent\/checks.*no such folder/)
  })

  it('a file given for a folder is named', async () => {
    const folder = writeFiles({ 'a.yaml': SOUND })
    const { code, stderr } = await runChecks(['list', '--checks', join(folder, 'a.yaml')])
    expect(code).toBe(3)
    expect(stderr).toMatch(/a\.yaml.*not a folder/)
  })

  it('a folder and a file without permission are both named', async () => {
    const folder = writeFiles({ 'sound.yaml': SOUND, 'closed.yaml': SOUND.replace('id: sound', 'id: closed') })
    mkdirSync(join(folder, 'shut'))
    chmodSync(join(folder, 'shut'), 0)
    chmodSync(join(folder, 'closed.yaml'), 0)
    // Root reads everything, unless it lays that power down.
    const through = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : []
    const { code, stderr } = await runChecks(['run', '--no-library', '--checks', folder], { through })
    chmodSync(join(folder, 'shut'), 0o700)
    expect(code).toBe(3)
    expect(stderr).toMatch(/closed\.yaml:1:1: .*cannot be read.*permission denied/)
    expect(stderr).toMatch(/shut:1:1: .*cannot be read.*permission denied/)
  })

  it('an empty folder has no checks, and a run of it says so', async () => {
    const empty = ['--no-library', '--checks', makeFolder()]
    const list = await runChecks(['list', ...empty, '--format', 'json'])
    expect({ code: list.code, checks: JSON.parse(list.stdout) }).toEqual({ code: 0, checks: [] })
    const run = await runChecks(['run', ...empty])
    expect(run).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('no checks are selected') })
  })
})

describe('SQL that is wrong', () => {
  it.each([
    ['two statements', 'SELECT 1 AS passed; SELECT 0 AS passed', /one statement|single/i],
    ['an INSERT', 'INSERT INTO users (uid) VALUES (1)', /SELECT/],
    ['no SELECT', 'PRAGMA table_info(users)', /SELECT/],
    ['an unknown table', 'SELECT 1 AS passed FROM userz', /no table userz|userz.*did you mean "?users"?/s],
    ['an unknown column', 'SELECT user AS passed FROM users', /user/],
    ['a table of another platform', 'SELECT global_state AS passed FROM alf', /alf.*(darwin|macOS|platform)/s],
    ['a missing required column', 'SELECT mode = 0 AS passed FROM file', /file.*path/s],
    ['a statement cut short', 'SELECT (1 AS passed', /syntax|near/],
    ['a function that is not there', 'SELECT nope(1) AS passed', /nope/],
    ['no column that judges', 'SELECT 1 AS okay', /passed/],
    ['an effect that was not named', "SELECT result AS passed FROM curl WHERE url = 'http://localhost'", /network/],
  ])('%s: lint says so at its place, and exits with 3', async (_, sql, message) => {
    const { code, stdout } = await runChecks(['lint', ...writeChecks({ wrong: sql })])
    expect(stdout).toMatch(message)
    expect(stdout).toMatch(/checks\.yaml:\d+:\d+: /)
    expect(code).toBe(3)
  })

  it.each([
    ['two statements', 'SELECT 1 AS passed; SELECT 0 AS passed'],
    ['an INSERT', 'INSERT INTO users (uid) VALUES (1)'],
    ['a parenthesis that would close ours', 'SELECT 1 AS passed) UNION SELECT (1'],
    ['an unknown table', 'SELECT 1 AS passed FROM userz'],
  ])('%s: never judged, and never a pass', async (_, sql) => {
    const { code, stdout } = await runChecks(['run', ...writeChecks({ wrong: sql }), '--format', 'json'])
    expect([2, 3]).toContain(code)
    if (code === 2) expect(JSON.parse(stdout).results[0]).toMatchObject({ verdict: 'error' })
  })
})
