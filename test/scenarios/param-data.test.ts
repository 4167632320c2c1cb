import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type RunOptions, runChecks, runForReport, verdictsOf } from './run-checks.ts'
import { writeFiles } from './write-checks.ts'

const CHECKS = `id: newest
title: The definitions are the newest
severity: high
params:
  least: { type: integer, default: 1, description: the least revision }
  other: { type: string, default: x }
platforms:
  linux: { sql: "SELECT 5 >= :least AS passed, :other AS other, build FROM os_version" }
---
id: steady
title: Takes nothing from a file
severity: low
platforms:
  linux: { sql: "SELECT 1 AS passed, name FROM os_version" }
`

const DAY = 86_400_000
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString()
const dataOf = (least: unknown, issuedAt = ago(1000)) =>
  `issued_at: ${issuedAt}\nparams:\n  newest: { least: ${least} }\n`

interface Place {
  readonly folder: string
  readonly options: RunOptions
  readonly sign: (data: string, key?: string) => Promise<void>
  readonly run: (...args: string[]) => ReturnType<typeof runForReport>
}

async function prepare(settings = '', data = dataOf(5)): Promise<Place> {
  const folder = writeFiles({ 'checks/a.yaml': CHECKS })
  const options: RunOptions = { cwd: folder, env: { KEELSON_STATE: '' } }
  const keygen = await runChecks(['params', 'keygen', 'private.pem'], options)
  expect(keygen.code).toBe(0)
  await runChecks(['params', 'keygen', 'stranger.pem'], options)
  writeFileSync(
    join(folder, 'keelson.yaml'),
    `checks: [checks]
library: false
state: state.db
source: embedded
param_data:
  - { file: data.yaml, key: ${keygen.stdout.trim()}, max_age: 7d, params: [newest.least] }
${settings}`,
  )
  const sign: Place['sign'] = async (text, key = 'private.pem') => {
    writeFileSync(join(folder, 'data.yaml'), text)
    const signed = await runChecks(['params', 'sign', 'data.yaml', '--key', key], options)
    expect(signed, signed.stderr).toMatchObject({ code: 0 })
  }
  await sign(data)
  return { folder, options, sign, run: (...args) => runForReport(args, options) }
}

const reasonOf = ({ report }: Awaited<ReturnType<typeof runForReport>>) =>
  report.results.find(({ check }) => check === 'newest')?.error

describe('parameters from a signed file', () => {
  it('take the place of defaults, and give way to keelson.yaml and to flags', async () => {
    const { run, sign } = await prepare()
    expect(verdictsOf((await run()).report)).toEqual({ newest: 'pass', steady: 'pass' })
    await sign(dataOf(6))
    expect(verdictsOf((await run()).report)).toEqual({ newest: 'fail', steady: 'pass' })
    expect(verdictsOf((await run('--param', 'newest.least=2')).report)).toEqual({ newest: 'pass', steady: 'pass' })
    const stronger = await prepare('params: { newest: { least: 3 } }\n', dataOf(6))
    expect(verdictsOf((await stronger.run()).report)).toEqual({ newest: 'pass', steady: 'pass' })
  })

  it('are an error of the checks that need them, and of no other, when the file was changed', async () => {
    const { folder, run } = await prepare()
    writeFileSync(join(folder, 'data.yaml'), dataOf(1))
    const ran = await run()
    expect(ran.code).toBe(2)
    expect(verdictsOf(ran.report)).toEqual({ newest: 'error', steady: 'pass' })
    expect(reasonOf(ran)).toContain('data.yaml has a wrong signature')
  })

  it('are an error when somebody else signed the file', async () => {
    const { run, sign } = await prepare()
    await sign(dataOf(1), 'stranger.pem')
    expect(reasonOf(await run())).toContain('another key signed it')
  })

  it.each([
    ['too old', dataOf(1, ago(8 * DAY)), 'has expired: it was issued 8 days ago, and may be 7 days old'],
    ['of the future', dataOf(1, ago(-DAY)), 'was issued in the future'],
    ['without the value', `issued_at: ${ago(0)}\nparams: { newest: {} }\n`, 'has no value for it'],
    ['of the wrong type', dataOf('many'), 'parameter "least" must be a whole number, not the text "many"'],
  ])('are an error when the file is %s', async (_, data, reason) => {
    const { run } = await prepare('', data)
    const ran = await run()
    expect(verdictsOf(ran.report)).toEqual({ newest: 'error', steady: 'pass' })
    expect(reasonOf(ran)).toContain(reason)
  })

  it('are an error when the file is not there, or not signed', async () => {
    const { folder, run } = await prepare()
    writeFileSync(join(folder, 'data.yaml.sig'), 'bm9uc2Vuc2U=\n')
    expect(reasonOf(await run())).toContain('wrong signature')
    const { rmSync } = await import('node:fs')
    rmSync(join(folder, 'data.yaml.sig'))
    expect(reasonOf(await run())).toContain('is not signed')
    rmSync(join(folder, 'data.yaml'))
    expect(reasonOf(await run())).toContain('cannot be read')
  })

  it('are an error when the file is older than one that was used before', async () => {
    const { folder, run, sign } = await prepare('', dataOf(5, ago(DAY)))
    await run()
    await sign(dataOf(9, ago(1000)))
    await run()
    expect(statSync(join(folder, 'state.db.params.json')).mode & 0o777).toBe(0o600)
    await sign(dataOf(1, ago(DAY)))
    const ran = await run()
    expect(verdictsOf(ran.report)).toEqual({ newest: 'error', steady: 'pass' })
    expect(reasonOf(ran)).toContain('than one that was used before')
  })

  it('take only what keelson.yaml says may come from the file', async () => {
    const data = `issued_at: ${ago(0)}\nparams: { newest: { least: 5, other: evil }, steady: { x: 1 } }\n`
    const { run } = await prepare('', data)
    const { report } = await run()
    expect(verdictsOf(report)).toEqual({ newest: 'pass', steady: 'pass' })
    expect(report.results[0]?.evidence[0]?.found).toMatchObject({ other: 'x' })
  })

  it('are told of by lint and list, which go on', async () => {
    const { folder, options } = await prepare()
    writeFileSync(join(folder, 'data.yaml'), dataOf(1))
    const lint = await runChecks(['lint'], options)
    expect(lint.code).toBe(3)
    expect(lint.stdout).toMatch(/a\.yaml:1:1: error: newest: parameter "least" cannot be had: .*data\.yaml has a wrong/)
    const list = await runChecks(['list'], options)
    expect(list.code).toBe(0)
    expect(list.stderr).toContain('checks cannot be judged for lack of newest.least')
  })
})

describe('the setting param_data', () => {
  it.each([
    ['param_data: 5', 'param_data must be a list, not the number 5'],
    ['param_data: [{ file: a }]', 'param_data[0].key must be a public key'],
    [
      'param_data: [{ file: a, key: b, max_age: 7, params: [c.d] }]',
      '.max_age must be a duration such as 7d, not the number 7',
    ],
    ['param_data: [{ file: a, key: b, max_age: 7d }]', '.params must list what is taken from it'],
    ['param_data: [{ file: a, key: b, max_age: 7d, params: [c] }]', '.params: the text "c" is no parameter'],
    ['param_data: [{ file: a, kye: b, max_age: 7d, params: [c.d] }]', 'has the unknown key "kye"'],
    ['param_data: [{ file: a, key: b, max_age: 7d, params: [newest.lest] }]', 'newest has no such parameter'],
    ['param_data: [{ file: a, key: b, max_age: 7d, params: [nowhere.x] }]', 'no check is called that'],
  ])('is refused when it is wrong: %s', async (setting, message) => {
    const folder = writeFiles({
      'checks/a.yaml': CHECKS,
      'keelson.yaml': `checks: [checks]\nlibrary: false\n${setting}\n`,
    })
    const ran = await runChecks(['run', '--no-state'], { cwd: folder })
    expect(ran.code).toBe(3)
    expect(ran.stderr).toContain(message)
  })
})

describe('checks params', () => {
  it('verifies what it signed, and shows it', async () => {
    const { folder, options } = await prepare()
    const key = /key: (\S+),/.exec(readFileSync(join(folder, 'keelson.yaml'), 'utf8'))![1]!
    const verified = await runChecks(['params', 'verify', 'data.yaml', '--key', key], options)
    expect(verified).toMatchObject({ code: 0 })
    expect(verified.stdout).toContain('newest.least = 5')
    const wrong = await runChecks(['params', 'verify', 'data.yaml', '--key', 'stranger.pem'], options)
    expect(wrong.code).toBe(3)
    expect(wrong.stderr).toContain('wrong signature')
  })

  it('signs nothing that nobody could use, and replaces no key', async () => {
    const { folder, options } = await prepare()
    writeFileSync(join(folder, 'bad.yaml'), 'issued_at: yesterday\nparams: {}\n')
    const ran = await runChecks(['params', 'sign', 'bad.yaml', '--key', 'private.pem'], options)
    expect(ran.code).toBe(3)
    expect(ran.stderr).toContain('bad.yaml is wrong at 1:12: issued_at must be a time')
    const again = await runChecks(['params', 'keygen', 'private.pem'], options)
    expect(again.code).toBe(3)
    expect(statSync(join(folder, 'private.pem')).mode & 0o777).toBe(0o600)
  })
})
