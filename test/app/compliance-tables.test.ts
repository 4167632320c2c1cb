import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openEmbedded } from '../../src/app/open-source.ts'
import { makeConfig } from '../../src/config.ts'
import { makeFolder, runChecks } from '../scenarios/run-checks.ts'
import { onlyChecks, writeCheck, writeFiles } from '../scenarios/write-checks.ts'

const FILES = {
  'a.yaml': writeCheck('holds', "SELECT username = 'root' AS passed, username FROM users WHERE uid = 0"),
  'b.yaml': writeCheck('broken', "SELECT 0 AS passed, 'it is off' AS reason, uid FROM users WHERE uid = 0"),
}

/** A state that two runs have filled: `broken` passed before. */
async function openFilled() {
  const folder = makeFolder()
  const state = join(folder, 'state.db')
  const before = onlyChecks({ ...FILES, 'b.yaml': writeCheck('broken', 'SELECT 1 AS passed FROM users WHERE uid = 0') })
  for (const only of [before, onlyChecks(FILES)]) {
    const { code, stderr } = await runChecks(['run', '--state', state, ...only])
    expect(code, stderr).toBeLessThan(2)
  }
  const engine = await openEmbedded({ config: makeConfig({ state }) })
  onTestFinished(() => engine.close())
  return { state, query: (sql: string) => engine.query(sql) }
}

describe('the compliance tables', { timeout: 60_000 }, () => {
  it('tell where things stand, which checks there are, and what happened', async () => {
    const { query } = await openFilled()
    expect(
      await query("SELECT check_id, verdict, reason, severity FROM compliance_status WHERE verdict = 'fail'"),
    ).toEqual([{ check_id: 'broken', verdict: 'fail', reason: expect.stringContaining('it is off'), severity: 'high' }])
    const [status] = await query("SELECT * FROM compliance_status WHERE check_id = 'broken'")
    expect(JSON.parse(status?.evidence ?? '')[0].found).toMatchObject({ uid: 0 })
    const now = Math.floor(Date.now() / 1000)
    for (const time of [status?.since, status?.seen_at, status?.judged_since]) {
      expect(Number(time)).toBeGreaterThan(now - 600)
      expect(Number(time)).toBeLessThanOrEqual(now + 1)
    }
    expect(
      await query('SELECT id, title, platform, schedule IS NULL AS plain FROM compliance_checks ORDER BY id'),
    ).toEqual([
      { id: 'broken', title: 'About broken', platform: 'linux', plain: '1' },
      { id: 'holds', title: 'About holds', platform: 'linux', plain: '1' },
    ])
    const joined = `SELECT c.id FROM compliance_status s JOIN compliance_checks c ON c.id = s.check_id AND c.version = s.version`
    expect(await query(joined)).toHaveLength(2)
    const events = await query('SELECT sequence, action, check_id, last, latest, level, event FROM compliance_events')
    expect(events.map(({ action }) => action).slice(0, 2)).toEqual(['LEDGER_OPENED', 'ASSET_BASELINE'])
    const flip = events.find(({ check_id, latest }) => check_id === 'broken' && latest === 'fail')
    expect(flip).toMatchObject({ last: 'pass', level: 'ERROR' })
    expect(JSON.parse(flip?.event ?? '').meta.sequence).toBe(Number(flip?.sequence))
  })

  it('use constraints on sequence, time and asset', async () => {
    const { query } = await openFilled()
    const all = await query('SELECT sequence, time FROM compliance_events')
    const sequences = async (where: string) =>
      (await query(`SELECT sequence FROM compliance_events WHERE ${where} ORDER BY sequence`)).map(
        (row) => row.sequence,
      )
    const known = all.map(({ sequence }) => sequence)
    expect(known.length).toBeGreaterThan(2)
    expect(await sequences('sequence = 2')).toEqual(['2'])
    expect(await sequences('sequence > 1 AND sequence <= 2')).toEqual(['2'])
    expect(await sequences('sequence >= 2 AND sequence < 3')).toEqual(['2'])
    expect(await sequences('sequence IN (1, 2)')).toEqual(['1', '2'])
    expect(await sequences("sequence > 'x'")).toEqual([])
    const time = Number(all[0]?.time)
    expect(await sequences(`time >= ${time}`)).toEqual(known)
    expect(await sequences(`time < ${time}`)).toEqual([])
    expect(await sequences(`time = ${time} AND sequence = 1`)).toEqual(['1'])
    expect(await sequences("asset_uuid = 'nobody'")).toEqual([])
    expect(await query("SELECT 1 FROM compliance_status WHERE asset_uuid = 'nobody'")).toEqual([])
    const [asset] = await query('SELECT DISTINCT asset_uuid FROM compliance_status')
    expect(await query(`SELECT 1 FROM compliance_checks WHERE asset_uuid = upper('${asset?.asset_uuid}')`)).toEqual([])
    expect(await query(`SELECT 1 AS n FROM compliance_checks WHERE asset_uuid = '${asset?.asset_uuid}'`)).toHaveLength(
      2,
    )
  })

  it('say that there is no state, and are not there where none is wanted', async () => {
    const state = join(makeFolder(), 'none.db')
    const engine = await openEmbedded({ config: makeConfig({ state }) })
    onTestFinished(() => engine.close())
    await expect(engine.query('SELECT * FROM compliance_status')).rejects.toMatchObject({
      failure: 'sql',
      message: expect.stringMatching(/there is no state at .*none\.db \(checks run makes it/),
    })
    const without = await openEmbedded({ config: makeConfig({ state: false }) })
    onTestFinished(() => without.close())
    await expect(without.query('SELECT * FROM compliance_status')).rejects.toThrow('no such table')
  })

  it('can be asked by a check, which judges what earlier runs have found', async () => {
    const { state } = await openFilled()
    const folder = writeFiles({
      'c.yaml': writeCheck('nothing-fails', "SELECT verdict <> 'fail' AS passed, check_id FROM compliance_status"),
    })
    const args = ['run', '--format', 'json', '--state', state, '--no-library', '--checks', folder]
    const { stdout } = await runChecks(args)
    const [result] = JSON.parse(stdout).results
    const { stdout: without } = await runChecks([...args.slice(0, 3), '--no-state', ...args.slice(5)])
    expect(JSON.parse(without).results).toMatchObject([
      { verdict: 'error', reason: expect.stringContaining('which is there only while a state is kept') },
    ])
    expect(result).toMatchObject({ check: 'nothing-fails', verdict: 'fail' })
    expect(result.evidence).toMatchObject([{ found: { check_id: 'broken' } }])
  })
})
