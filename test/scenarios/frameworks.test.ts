import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runChecks, runForReport, verdictsOf } from './run-checks.ts'
import { writeCheck, writeFiles } from './write-checks.ts'

const FRAMEWORK = (version: string, requirements: string) => `framework: ours
version: "${version}"
title: Ours
publisher: Us
source: invented for a test
licence: public domain
titles: own
requirements:
${requirements}`

/** Checks one and two for Linux (two fails), a framework in two versions, a profile. */
function writeWorld(more: Readonly<Record<string, string>> = {}): string {
  const one = writeCheck('one', 'SELECT :days > 20 AS passed', 'params: { days: { type: integer, default: 7 } }\n')
  return writeFiles({
    'keelson.yaml':
      'library: false\nchecks: [checks]\nframeworks: [frameworks]\nprofiles: [profiles]\nframework_titles: [titles.csv]\n',
    'titles.csv': 'ours@1,title\na.1,Licensed words\n',
    'checks/checks.yaml': [
      one,
      writeCheck('two', 'SELECT 0 AS passed'),
      writeCheck('three', 'SELECT 1 AS passed'),
    ].join('---\n'),
    'frameworks/ours@1.yaml': FRAMEWORK(
      '1',
      '  a: { heading: true, title: A }\n  a.1: { parent: a, measure: measured, checks: [one] }\n  a.2: { parent: a, checks: [two] }\n  b: {}\n',
    ),
    'frameworks/ours@2.yaml': FRAMEWORK('2', '  A1: { checks: [one] }\n  A2: { checks: [two] }\n'),
    'profiles/strict.yaml':
      'profile: strict # by Ann\ntitle: Strict\nframework: ours@1\ninclude: { requirements: [a.1, b] }\nparams: { one: { days: 30 } }\nseverity: { one: critical }\n',
    ...more,
  })
}

describe('checks frameworks', () => {
  it('lists what ships and what is ours', async () => {
    const { stdout } = await runChecks(['frameworks', '--format', 'json'], { cwd: writeWorld() })
    const listed = JSON.parse(stdout) as { id: string; version: string; requirements: number }[]
    expect(listed.find(({ id }) => id === 'nist-800-53')).toMatchObject({ version: '5', requirements: 1014 })
    expect(listed.filter(({ id }) => id === 'ours').map(({ version }) => version)).toEqual(['1', '2'])
  })

  it('shows a requirement with our titles and its checks', async () => {
    const { stdout } = await runChecks(['frameworks', 'show', 'ours@1', 'A.1'], { cwd: writeWorld() })
    expect(stdout).toContain('Licensed words')
    expect(stdout).toMatch(/one +high +About one/)
  })

  it('says what the last known verdicts come to, and what was not measured', async () => {
    const cwd = writeWorld()
    const env = { KEELSON_STATE: join(cwd, 'state.db') }
    await runChecks(['run', '--param', 'one.days=30'], { cwd, env })
    const shown = await runChecks(['frameworks', 'show', 'ours@1', '--status'], { cwd, env })
    expect(shown.stdout).toMatch(/a +1 of 2/)
    expect(shown.stdout).toMatch(/a\.1 +met/)
    expect(shown.stdout).toMatch(/a\.2 +not met/)
    expect(shown.stdout).toMatch(/b +not measured/)
    expect(shown.stderr).toContain('score: 1 of 2 requirements that checks say something of are met or supported')
    const { stdout } = await runChecks(['frameworks', 'show', 'ours@1', '--status', '--format', 'json'], { cwd, env })
    expect(JSON.parse(stdout)).toMatchObject({ score: { reached: 1, of: 2 }, counts: { unmeasured: 1 } })
  })

  it('shows coverage and gaps', async () => {
    const cwd = writeWorld()
    const coverage = await runChecks(['frameworks', 'coverage', 'ours@1', '--format', 'csv'], { cwd })
    expect(coverage.stdout.split('\r\n')).toContain('a,2,1,1,0,0,2,A')
    const gaps = await runChecks(['frameworks', 'gaps', 'ours@1', '--format', 'json'], { cwd })
    expect(JSON.parse(gaps.stdout)).toMatchObject({ requirements: [{ id: 'b' }], checks: ['three'] })
  })

  it('tells of every mistake where it is, and ends with 3', async () => {
    const cwd = writeWorld({ 'frameworks/ours@1.yaml': FRAMEWORK('1', '  a: { checks: [own] }\n  b: { parent: c }\n') })
    const { code, stderr } = await runChecks(['frameworks', 'show', 'ours@2'], { cwd })
    expect(code).toBe(3)
    expect(stderr).toContain('ours@1.yaml:9:17: error: no check is called "own"')
    expect(stderr).toContain('ours@1.yaml:10:16: error: "b" stands under "c"')
  })
})

describe('checks run', () => {
  it('judges what a framework names', async () => {
    const { report } = await runForReport(['--framework', 'ours@1'], { cwd: writeWorld() })
    expect(verdictsOf(report)).toEqual({ one: 'fail', two: 'fail' })
  })

  it('tells what a run comes to for a framework', async () => {
    const { stderr } = await runChecks(['run', '--framework', 'ours@1', '--param', 'one.days=30'], {
      cwd: writeWorld(),
    })
    expect(stderr).toContain('ours@1: 1 not met, 1 met, 1 not measured\nscore: 1 of 2 requirements')
  })

  it('judges what a profile means, with its parameters and severities', async () => {
    const { report, code } = await runForReport(['--profile', 'strict'], { cwd: writeWorld() })
    expect(verdictsOf(report)).toEqual({ one: 'pass' })
    expect(report.results[0]?.severity).toBe('critical')
    expect(code).toBe(0)
  })

  it('takes no check out of use that a profile leaves out', async () => {
    const cwd = writeWorld()
    const env = { KEELSON_STATE: join(cwd, 'state.db') }
    await runChecks(['run'], { cwd, env })
    await runChecks(['run', '--profile', 'strict'], { cwd, env })
    const { stdout } = await runChecks(['posture', '--format', 'json'], { cwd, env })
    expect(
      JSON.parse(stdout)
        .checks.map(({ check }: { check: string }) => check)
        .sort(),
    ).toEqual(['one', 'three', 'two'])
  })

  it('refuses names that mean nothing', async () => {
    const { code, stderr } = await runChecks(['run', '--profile', 'strickt'], { cwd: writeWorld() })
    expect(code).toBe(3)
    expect(stderr).toContain('did you mean strict?')
  })
})

describe('checks profiles', () => {
  it('shows what a profile comes to', async () => {
    const { stdout } = await runChecks(['profiles', 'show', 'strict'], { cwd: writeWorld() })
    expect(stdout).toMatch(/one +yes +strict +critical/)
  })
})

describe('checks frameworks migrate', () => {
  it('writes new files, names what was lost, and never overwrites', async () => {
    const cwd = writeWorld()
    writeFileSync(join(cwd, 'map.csv'), 'ours@1,ours@2\na.1,A1\na.2,A2\n')
    const args = [
      'frameworks',
      'migrate',
      'ours@1',
      'ours@2',
      'profiles/strict.yaml',
      '--map',
      'map.csv',
      '--out',
      'new',
    ]
    const { code, stdout, stderr } = await runChecks(args, { cwd })
    expect(code).toBe(2)
    expect(stdout).toMatch(/wrote .*new\/strict\.yaml: 1 requirement of ours@2/)
    expect(stderr).toContain('profiles/strict.yaml:4:32: b was left as it is')
    const written = readFileSync(join(cwd, 'new/strict.yaml'), 'utf8')
    expect(written).toContain('profile: strict # by Ann')
    expect(written).toContain('framework: ours@2\ninclude: { requirements: [A1, b] }')
    const again = await runChecks(args, { cwd })
    expect(again.code).toBe(3)
    expect(again.stderr).toContain('is there already: nothing was written')
  })
})

describe('checks lint', () => {
  it('tells what is wrong with frameworks and profiles too', async () => {
    const cwd = writeWorld({ 'profiles/strict.yaml': 'profile: strict\ntitle: S\ninclude: { checks: [fuor] }\n' })
    const { code, stdout } = await runChecks(['lint'], { cwd })
    expect(code).toBe(3)
    expect(stdout).toContain('strict.yaml:3:21: error: there is no check "fuor"')
  })
})
