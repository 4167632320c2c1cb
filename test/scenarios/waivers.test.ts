import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runChecks, startChecks } from './run-checks.ts'
import { writeCheck, writeFiles } from './write-checks.ts'

const YEAR = new Date().getUTCFullYear()
const NEXT = `${YEAR + 1}-01-31T23:59:59+01:00`

const FRAMEWORK = `framework: ours
version: "1"
title: Ours
publisher: Us
source: invented for a test
licence: public domain
titles: own
requirements:
  a.1: { title: Failing, checks: [failing] }
  b.1: { title: Told by people }
`

/** Checks that fail, warn, pass and cannot be judged, with a state and a folder of waivers. */
function writeWorld(more: Readonly<Record<string, string>> = {}): string {
  return writeFiles({
    'keelson.yaml':
      'library: false\nchecks: [checks]\nframeworks: [frameworks]\nwaivers: [waivers]\nstate: state.db\nsource: embedded\n',
    'checks/failing.yaml': writeCheck('failing', 'SELECT 0 AS passed'),
    'checks/warning.yaml': writeCheck('warning', "SELECT 'warn' AS verdict"),
    'checks/passing.yaml': writeCheck('passing', 'SELECT 1 AS passed'),
    'checks/unseen.yaml': writeCheck('unseen', 'SELECT NULL AS passed'),
    'frameworks/ours@1.yaml': FRAMEWORK,
    'frameworks/ours@2.yaml': FRAMEWORK.replace('"1"', '"2"').replace('b.1:', 'b.2:'),
    'waivers/empty.yaml': 'waivers: []\n',
    ...more,
  })
}

function waiverFile(more: string, id = 'in-file'): string {
  return `waivers:
  - id: ${id}
    checks: [failing]
    assets: { all: true }
    reason: a new disk is ordered
    approver: Ann Example
    risk: low
    from: 2026-01-01T00:00:00Z
${more}`
}

const WAIVE = ['--reason', 'a new disk is ordered', '--approver', 'Ann Example', '--risk', 'low', '--until', NEXT]

function open(more?: Readonly<Record<string, string>>) {
  const cwd = writeWorld(more)
  const run = (...args: string[]) => runChecks(args, { cwd, env: { KEELSON_STATE: join(cwd, 'state.db') } })
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--format', 'json')).stdout)
  const actions = async () => {
    const events: { action: string }[] = await json('events')
    return events.map(({ action }) => action).filter((action) => /^(?:WAIVER|ATTESTATION)_/.test(action))
  }
  return { cwd, run, json, actions }
}

describe('checks waive', () => {
  it('accepts a failure: it is shown as waived, counts apart and fails no run, until it is taken back', async () => {
    const { run, json, actions } = open()
    expect((await run('run', 'failing')).code).toBe(1)
    const given = await run('waive', 'failing', '--all-assets', ...WAIVE)
    expect(given).toMatchObject({ code: 0 })
    const id = /waiver-\d+/.exec(given.stdout)?.[0] ?? ''
    const ran = await run('run', 'failing', 'passing')
    expect(ran.code).toBe(0)
    expect(ran.stdout).toMatch(/~WAIVED/)
    expect(ran.stdout).toMatch(/0 failed, 1 waived, 1 passed/)
    const report = await json('run', 'failing')
    expect(report.results[0]).toMatchObject({ verdict: 'fail', waiver: { id, approver: 'Ann Example', risk: 'low' } })
    expect(report.summary).toMatchObject({ fail: 0, waived: 1 })
    const status = await run('status', 'failing')
    expect(status).toMatchObject({ code: 0, stdout: expect.stringMatching(/~WAIVED[\s\S]*a new disk is ordered/) })
    expect((await json('posture', 'failing')).checks[0]).toMatchObject({ verdict: 'fail', waiver: { id } })
    expect((await run('waive', '--revoke', id, '--reason', 'it has come')).code).toBe(0)
    expect((await run('run', 'failing')).code).toBe(1)
    expect(await actions()).toEqual(['WAIVER_GRANTED', 'WAIVER_REVOKED'])
    expect((await run('waive', '--revoke', id, '--reason', 'again')).stderr).toMatch(/is revoked already/)
    expect(await json('waive', '--list')).toMatchObject([{ id, state: 'revoked', revoked: { reason: 'it has come' } }])
  })

  it('tells what held at a past time, as it was then', async () => {
    const { run, json } = open()
    await run('run', 'failing')
    const before = new Date().toISOString()
    const given = await run('waive', 'failing', '--all-assets', ...WAIVE)
    const id = /waiver-\d+/.exec(given.stdout)?.[0] ?? ''
    const during = new Date().toISOString()
    await run('waive', '--revoke', id, '--reason', 'it has come')
    expect((await json('posture', '--at', before)).checks[0]).not.toHaveProperty('waiver')
    expect((await json('posture', '--at', during)).checks[0]).toMatchObject({ waiver: { id } })
    expect((await json('posture')).checks[0]).toMatchObject({ lapsed: { id, why: expect.stringMatching(/revoked/) } })
  })

  it('never hides that something could not be judged, and covers a warning where that counts as failing', async () => {
    const { run, json } = open()
    await run('run')
    await run('waive', '*', '--all-assets', ...WAIVE)
    const ran = await run('run')
    expect(ran.code).toBe(2)
    expect(ran.stdout).toMatch(/\? ERROR/)
    expect((await run('run', 'warning', '--strict')).code).toBe(0)
    expect((await json('run', 'warning')).summary).toMatchObject({ warn: 1 })
    expect((await json('run', 'warning', '--strict')).summary).toMatchObject({ warn: 0, waived: 1 })
  })

  it('is meant for the machines that are named, and for those alone', async () => {
    const { run } = open()
    await run('run', 'failing')
    await run('waive', 'failing', '--label', 'lab', '--asset', 'no-such-*', ...WAIVE)
    expect((await run('run', 'failing')).code).toBe(1)
    await run('assets', 'set', '--label', 'lab')
    expect((await run('run', 'failing')).code).toBe(0)
  })

  it('holds only while the compensating check passes', async () => {
    const { cwd, run } = open()
    await run('run', 'failing', 'passing')
    await run('waive', 'failing', '--all-assets', '--compensating', 'passing', ...WAIVE)
    // What was asked before counts too.
    expect((await run('run', 'failing')).code).toBe(0)
    writeFileSync(join(cwd, 'checks/passing.yaml'), writeCheck('passing', 'SELECT 0 AS passed'))
    const ran = await run('run', 'failing', 'passing')
    expect(ran.code).toBe(1)
    expect(ran.stdout.replaceAll(/\s+/g, ' ')).toMatch(/must pass meanwhile, and its verdict is fail/)
  })

  it('goes on when a check gets another id', async () => {
    const { cwd, run } = open()
    await run('run', 'failing', 'passing')
    await run('waive', 'failing', '--all-assets', '--compensating', 'passing', ...WAIVE)
    for (const [id, sql] of [
      ['failing', 'SELECT 0 AS passed'],
      ['passing', 'SELECT 1 AS passed'],
    ] as const) {
      writeFileSync(join(cwd, `checks/${id}.yaml`), writeCheck(`${id}-now`, sql, `formerly: [${id}]\n`))
    }
    const ran = await run('run', 'failing-now', 'passing-now')
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/~WAIVED[\s\S]*failing-now/) })
  })

  it.each([
    [['failing', ...WAIVE], /no asset is named/],
    [['failing', '--all-assets'], /needs --reason, --approver, --risk, --until/],
    [['failng', '--all-assets', ...WAIVE], /no check is called failng[\s\S]*did you mean failing/],
    [['failing', '--asset', 'nobody', ...WAIVE], /no asset is called nobody/],
    [['failing', '--all-assets', ...WAIVE.slice(0, -1), `${YEAR + 1}-01-31`], /--until is a date without a time/],
    [['failing', '--all-assets', ...WAIVE.slice(0, -1), '2020-01-31T00:00:00Z'], /--until lies in the past/],
    [['failing', '--all-assets', ...WAIVE, '--compensating', 'failing'], /cannot be the one that must pass/],
    [['failing', '--all-assets', ...WAIVE, '--risk', 'some'], /--risk may be low, medium, high, critical/],
    [['--revoke', 'waiver-99', '--reason', 'x'], /the state keeps no waiver waiver-99/],
  ])('refuses what is wrong with a hint: %j', async (args, problem) => {
    const { run, actions } = open()
    await run('run', 'failing')
    expect(await run('waive', ...args)).toMatchObject({ code: 3, stderr: expect.stringMatching(problem) })
    expect(await actions()).toEqual([])
  })
})

describe('waivers in files', () => {
  it('accept failures without any state too', async () => {
    const { run } = open({ 'waivers/a.yaml': waiverFile(`    until: ${NEXT}\n`) })
    const ran = await run('run', 'failing', '--no-state')
    expect(ran.code).toBe(0)
    expect(ran.stdout).toMatch(/~WAIVED/)
    expect((await run('waive', '--list')).stdout).toMatch(/active\s+in-file/)
    const revoked = await run('waive', '--revoke', 'in-file', '--reason', 'x')
    expect(revoked).toMatchObject({ code: 3, stderr: expect.stringMatching(/a\.yaml:2: end it there/) })
  })

  it('that have expired count no longer, and that is told once, by however many runs', async () => {
    const { run, actions } = open({ 'waivers/a.yaml': waiverFile('    until: 2026-02-01T00:00:00Z\n') })
    const runs = await Promise.all([run('run', 'failing'), run('run', 'failing'), run('watch', '--once')])
    expect(runs.slice(0, 2).map(({ code }) => code)).toEqual([1, 1])
    const ran = await run('run', 'failing')
    expect(ran.stdout).toMatch(/in-file does not hold: it expired at/)
    expect(await actions()).toEqual(['WAIVER_EXPIRED'])
  })

  it('that have expired are told once also where runs are killed in the midst of it', async () => {
    const { cwd, run, actions } = open({ 'waivers/a.yaml': waiverFile('    until: 2026-02-01T00:00:00Z\n') })
    const options = { cwd, env: { KEELSON_STATE: join(cwd, 'state.db') } }
    for (let attempt = 0; attempt < 6; attempt++) {
      const child = startChecks(['run', 'failing'], options)
      const ended = new Promise((done) => child.once('exit', done))
      await sleep(150 + Math.random() * 350)
      child.kill('SIGKILL')
      await ended
    }
    await run('run', 'failing')
    expect(await actions()).toEqual(['WAIVER_EXPIRED'])
    expect((await run('ledger', 'verify')).code).toBe(0)
  })

  it('that end soon are told of once by the watch too', async () => {
    const soon = new Date(Date.now() + 86_400_000).toISOString()
    const { run, actions } = open({ 'waivers/a.yaml': waiverFile(`    until: ${soon}\n`) })
    await run('run', 'failing')
    await run('watch', '--once')
    await run('watch', '--once')
    expect(await actions()).toEqual(['WAIVER_EXPIRING'])
    expect(await run('waive', '--list')).toMatchObject({ stdout: expect.stringMatching(/expiring\s+in-file/) })
  })

  it('that are wrong stop a run with every place, as lint shows them', async () => {
    const file = waiverFile('    until: 2027-01-31\n').replace('[failing]', '[failng]')
    const { run } = open({ 'waivers/a.yaml': file })
    for (const command of ['run', 'lint']) {
      const { code, stdout, stderr } = await run(command)
      expect(code).toBe(3)
      expect(stdout + stderr).toMatch(/a\.yaml:3:14: error: there is no check "failng"[\s\S]*did you mean "failing"/)
      expect(stdout + stderr).toMatch(/a\.yaml:9:12: error: until is a date without a time/)
    }
  })

  it('have a schema for editors', async () => {
    const { run } = open()
    expect(JSON.parse((await run('schema', 'waiver')).stdout)).toMatchObject({ $id: 'urn:keelson:schema:waiver' })
  })
})

describe('checks attest', () => {
  const ATTEST = ['--by', 'Ann Example', '--statement', 'everybody was trained', '--until', NEXT]
  const statuses = async ({ json }: ReturnType<typeof open>, framework = 'ours@1') => {
    const { requirements } = await json('frameworks', 'show', framework, '--status')
    return Object.fromEntries(requirements.map(({ id, status }: { id: string; status: string }) => [id, status]))
  }

  it('vouches for a requirement, and a waiver keeps one from counting as not met, in the framework too', async () => {
    const world = open()
    const { cwd, run, json, actions } = world
    await run('run', 'failing')
    expect(await statuses(world)).toEqual({ 'a.1': 'not_met', 'b.1': 'unmeasured' })
    writeFileSync(join(cwd, 'proof.txt'), 'all were there')
    expect(await run('attest', 'ours@1', 'b.1', ...ATTEST, '--evidence', 'proof.txt')).toMatchObject({ code: 0 })
    await run('waive', 'failing', '--all-assets', ...WAIVE)
    expect(await statuses(world)).toEqual({ 'a.1': 'waived', 'b.1': 'attested' })
    expect((await run('run', '--framework', 'ours@1')).stderr).toMatch(/waived/)
    const [attestation] = await json('attest', '--list')
    expect(attestation).toMatchObject({ by: 'Ann Example', evidence: { file: 'proof.txt' }, state: 'active' })
    expect((await run('attest', '--revoke', attestation.id, '--reason', 'he left')).code).toBe(0)
    expect(await statuses(world)).toMatchObject({ 'b.1': 'unmeasured' })
    expect(await actions()).toEqual(['ATTESTATION_GIVEN', 'WAIVER_GRANTED', 'ATTESTATION_REVOKED'])
  })

  it('is carried over when a framework is renumbered', async () => {
    const world = open()
    const { cwd, run, json } = world
    await run('run', 'failing')
    await run('attest', 'ours@1', 'b.1', ...ATTEST)
    writeFileSync(join(cwd, 'map.csv'), 'ours@1,ours@2\nb.1,b.2\n')
    const migrate = () => run('frameworks', 'migrate', 'ours@1', 'ours@2', '--kept', '--map', 'map.csv')
    expect(await migrate()).toMatchObject({ code: 0, stdout: expect.stringMatching(/attested ours@2 b\.2/) })
    await migrate()
    expect(await json('attest', '--list')).toMatchObject([{ framework: 'ours@1' }, { framework: 'ours@2' }])
    expect(await statuses(world, 'ours@2')).toMatchObject({ 'b.2': 'attested' })
  })

  it('in a file is worth nothing when its evidence is another', async () => {
    const text = `attestations:
  - id: training
    framework: ours@1
    requirements: [b.1]
    by: Ann
    statement: everybody was trained
    evidence: { file: proof.txt, sha256: ${'a'.repeat(64)} }
    from: 2026-01-01T00:00:00Z
    until: ${NEXT}
`
    const { run } = open({ 'waivers/a.yaml': text, 'waivers/proof.txt': 'changed' })
    await run('run', 'failing')
    const shown = await run('frameworks', 'show', 'ours@1', '--status')
    expect(shown).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/a\.yaml:7:42: error: "proof.txt" is not what/),
    })
  })

  it.each([
    [['ours@1', 'b.2', ...ATTEST], /no requirement is called b\.2[\s\S]*did you mean b\.1/],
    [['ours', 'b.1', ...ATTEST], /ours is known in 2 versions/],
    [['ours@1', 'b.1'], /needs --by, --statement, --until/],
    [['ours@1', 'b.1', ...ATTEST, '--evidence', 'gone.txt'], /cannot read gone\.txt/],
    [[], /no framework is named/],
  ])('refuses what is wrong with a hint: %j', async (args, problem) => {
    const { run } = open()
    expect(await run('attest', ...args)).toMatchObject({ code: 3, stderr: expect.stringMatching(problem) })
  })
})
