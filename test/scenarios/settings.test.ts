import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runChecks, runForReport, verdictsOf } from './run-checks.ts'
import { writeCheck, writeFiles } from './write-checks.ts'

const PARAMS = `params:
  least: { type: integer, default: 1, min: 0 }
  names: { type: list, default: [a, b] }
  mode: { type: string, default: soft, enum: [soft, hard] }
  since: { type: duration, default: 7d }
  on: { type: boolean, default: true }
`
const LIMITED = writeCheck(
  'limited',
  "SELECT :least <= 1 AND 'a' IN :names AND :mode = 'soft' AND :since = 604800 AND :on AS passed, :least AS least, :mode AS mode",
  PARAMS,
)

/** A working folder with that check and these settings. */
function writeWork(settings: string, more: Readonly<Record<string, string>> = {}): string {
  return writeFiles({
    'checks/limited.yaml': LIMITED,
    'keelson.yaml': `checks: [checks]\nlibrary: false\n${settings}`,
    ...more,
  })
}

const setting = (line: string) => `params: { limited: { ${line} } }\n`

describe('keelson.yaml', () => {
  it('is found in the folder one is in, its folders being relative to it', async () => {
    const { code, report } = await runForReport([], { cwd: writeWork('') })
    expect(verdictsOf(report)).toEqual({ limited: 'pass' })
    expect(code).toBe(0)
  })

  it('is taken from elsewhere with --config', async () => {
    const file = join(writeWork(setting('least: 5')), 'keelson.yaml')
    const { code, report } = await runForReport(['--config', file])
    expect(verdictsOf(report)).toEqual({ limited: 'fail' })
    expect(code).toBe(1)
  })

  it.each([
    ['a misspelt key', 'chekcs: [x]\n', /keelson\.yaml:3:1: unknown setting chekcs\n\s+hint: did you mean checks\?/],
    ['YAML that does not parse', 'params: {\n', /keelson\.yaml:\d+:\d+: /],
    ['a source that is not known', 'source: magic\n', /keelson\.yaml:3:1: source must be one of auto, socket/],
    ['a limit that is no number', 'timeout: soon\n', /timeout must be a number of seconds, not soon/],
    ['a version read as a number', 'osquery_version: 5.10\n', /osquery_version must be a release such as "5\.12\.0"/],
    ['an effect that is not known', 'effects: [magic]\n', /effects may be network/],
    ['parameters that are no mapping', 'params: [limited]\n', /params must be a mapping/],
    ['two documents', '---\nlibrary: true\n', /keelson\.yaml holds several documents/],
  ])('with %s: said at its place, exit 3', async (_, settings, message) => {
    const { code, stdout, stderr } = await runChecks(['run'], { cwd: writeWork(settings) })
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  })

  it('that is no mapping is refused', async () => {
    const { code, stderr } = await runChecks(['run'], { cwd: writeFiles({ 'keelson.yaml': '- checks\n' }) })
    expect(stderr).toMatch(/keelson\.yaml must hold a mapping/)
    expect(code).toBe(3)
  })

  it('that is named but not there is refused', async () => {
    const { code, stderr } = await runChecks(['run', '--config', 'nowhere.yaml'])
    expect(stderr).toMatch(/no configuration file nowhere\.yaml\n\s+hint: checks init/)
    expect(code).toBe(3)
  })
})

describe('parameters', () => {
  it.each([
    ['an integer', 'limited.least=2', { least: 2 }],
    ['text of an enumeration', 'limited.mode=hard', { mode: 'hard' }],
  ])('%s on the command line decides', async (_, param, found) => {
    const { code, report } = await runForReport(['--param', param], { cwd: writeWork('') })
    expect(report.results[0]).toMatchObject({ verdict: 'fail', evidence: [{ found }] })
    expect(code).toBe(1)
  })

  it('on the command line win over keelson.yaml, which wins over the default', async () => {
    const cwd = writeWork(setting('least: 5, names: [a]'))
    expect(verdictsOf((await runForReport([], { cwd })).report)).toEqual({ limited: 'fail' })
    const { report } = await runForReport(['--param', 'limited.least=0'], { cwd })
    expect(verdictsOf(report)).toEqual({ limited: 'pass' })
  })

  it('change the version of their check, and its default written out does not', async () => {
    const versions = await Promise.all(
      ['', setting('least: 1'), setting('least: 5')].map(async (settings) => {
        const { report } = await runForReport([], { cwd: writeWork(settings) })
        return report.results[0]?.version
      }),
    )
    expect(versions[0]).toMatch(/^[0-9a-f]{16,}$/)
    expect(versions[1]).toBe(versions[0])
    expect(versions[2]).not.toBe(versions[0])
  })

  it.each([
    ['a text for an integer', 'least: many', /limited: .*least.*whole number/],
    ['a fraction for an integer', 'least: 1.5', /limited: .*least.*whole number/],
    ['too small a number', 'least: -1', /limited: .*least.*0/],
    ['a text for a list', 'names: a', /limited: .*names.*list/],
    ['a text that is not in the enumeration', 'mode: sfot', /limited: .*mode.*soft.*hard/s],
    ['no duration', 'since: soon', /limited: .*since.*duration/],
    ['a text for a boolean', 'on: "perhaps"', /limited: .*on.*(boolean|true)/],
    ['an unknown name', 'laest: 1', /limited: .*laest.*did you mean "?least"?\?/s],
  ])('in keelson.yaml: %s is refused by name, exit 3', async (_, line, message) => {
    const { code, stdout, stderr } = await runChecks(['run'], { cwd: writeWork(setting(line)) })
    expect(stderr).toContain('keelson.yaml: ')
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  })

  it.each([
    ['a text for an integer', 'limited.least=many', /limited: .*least.*whole number/],
    ['a text that is not in the enumeration', 'limited.mode=sfot', /limited: .*mode.*soft.*hard/s],
    ['an unknown name', 'limited.laest=1', /limited: .*laest.*did you mean "?least"?\?/s],
    ['an unknown check', 'limitde.least=1', /limitde.*did you mean limited\?/s],
    ['no name', 'limited=1', /--param limited=1 is not CHECK\.NAME=VALUE/],
    ['a name from the prototype', 'limited.constructor=1', /limited: .*constructor/],
    ['a check from the prototype', '__proto__.least=1', /__proto__/],
  ])('on the command line: %s is refused by name, exit 3', async (_, param, message) => {
    const { code, stdout, stderr } = await runChecks(['run', '--param', param], { cwd: writeWork('') })
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  })

  it('that would end a literal stay inside it', async () => {
    const free = writeCheck(
      'free',
      "SELECT :text = 'x' AS passed, :text AS text",
      'params: { text: { type: string, default: x } }\n',
    )
    const cwd = writeFiles({ 'checks/free.yaml': free, 'keelson.yaml': 'checks: [checks]\nlibrary: false\n' })
    const text = "x' OR 1=1 --\n\";'"
    const { report } = await runForReport(['--param', `free.text=${text}`], { cwd })
    expect(report.results[0]).toMatchObject({ verdict: 'fail', evidence: [{ found: { text } }] })
  })
})

describe('the environment', () => {
  it('names folders of checks and the limit, and the command line wins over it', async () => {
    const folder = writeFiles({ 'limited.yaml': LIMITED })
    const env = { KEELSON_CHECKS: folder, KEELSON_TIMEOUT: 'soon' }
    const { code, stderr } = await runChecks(['run', '--no-library'], { env })
    expect(stderr).toMatch(/KEELSON_TIMEOUT must be a number of seconds, not soon/)
    expect(code).toBe(3)
    const { report } = await runForReport(['--no-library'], { env: { KEELSON_CHECKS: folder } })
    expect(verdictsOf(report)).toEqual({ limited: 'pass' })
  })
})

describe('the command line', () => {
  it.each([
    ['a misspelt command', ['rnu'], /unknown command 'rnu'.*did you mean run\?/is],
    ['a misspelt flag', ['run', '--formt', 'json'], /unknown option '--formt'.*did you mean --format\?/is],
    ['a format that is not known', ['run', '--format', 'xml'], /--format may be table, json/],
    ['a severity that is not known', ['run', '--severity', 'huge'], /--severity may be low, medium, high, critical/],
    ['a platform that is not known', ['run', '--platform', 'beos'], /--platform may be darwin, linux, windows/],
    ['a source that is not known', ['run', '--source', 'magic'], /--source must be one of/],
    ['a limit of nothing', ['run', '--timeout', '0'], /--timeout must be a number of seconds, not 0/],
    [
      'a socket and another source',
      ['run', '--source', 'embedded', '--socket', '/x'],
      /--socket .*--source says embedded/,
    ],
    ['a schema of nothing', ['schema', 'verdict'], /verdict.*check, template/s],
    ['too many arguments', ['engine', '--socket', '/tmp/x', 'more'], /too many arguments/],
    ['no socket for the engine', ['engine'], /--socket/],
  ])('with %s: said in a line, exit 3', async (_, args, message) => {
    const { code, stdout, stderr } = await runChecks(args)
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  })

  it('alone, or asked for help, shows the commands and the exit codes', async () => {
    const help = await runChecks(['--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const word of ['run', 'init', 'lint', 'doctor', 'engine', 'Exit codes']) expect(help.stdout).toContain(word)
    const alone = await runChecks([])
    expect(alone.code).toBe(3)
    expect(alone.stderr).toContain('Usage: checks')
  })
})
