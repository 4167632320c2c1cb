import { readdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HOUR, reportCheck, WEB_1, WEB_2 } from '../state/fill-store.ts'
import { type FilledState, makeState } from './filled-state.ts'

const START = Date.UTC(2026, 2, 4, 12)
const SPARE = '11111111-2222-3333-4444-555555555555'

const listAssets = async ({ run }: FilledState) => JSON.parse((await run(['assets', '--format', 'json'])).stdout)
const updates = async ({ run }: FilledState) => {
  const { stdout } = await run(['events', '--action', 'ASSET_UPDATED', '--format', 'json'])
  return JSON.parse(stdout)
}

/** Imports a file of this text. */
async function importText(state: FilledState, text: string) {
  const file = join(state.folder, 'fleet.csv')
  writeFileSync(file, text)
  const ran = await state.run(['assets', 'import', file])
  return { ...ran, stderr: ran.stderr.replaceAll(file, 'fleet.csv') }
}

describe('checks assets', () => {
  it('lists the machines that are known', async () => {
    const state = await makeState(START)
    const { code, stdout, stderr } = await state.run(['assets'])
    expect(stdout).toMatch(
      /^web-1 {2}4e8924a8-31ff-4895-8956-92879b8c617e\n {2}System: {3}Debian GNU\/Linux 12 \(bookworm\), osquery 5\.12\.1\n {2}Seen: {5}last 2026-03-0\d .*, known since 2026-03-04 .*\n$/,
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '1 asset\n' })
    expect((await state.run(['assets', 'list'])).stdout).toBe(stdout)
    expect(await listAssets(state)).toEqual([
      expect.objectContaining({
        uuid: WEB_1.uuid,
        name: 'web-1',
        labels: [],
        firstSeenAt: new Date(START).toISOString(),
      }),
    ])
  })

  it('says what a machine is called and whose it is, once, and who said it', async () => {
    const state = await makeState(START)
    const flags = ['--name', 'James (laptop)', '--owner', 'Ann Lee', '--email', 'ann@example.org', '--team', 'Ops']
    const set = await state.run([
      'assets',
      'set',
      'web-1',
      ...flags,
      '--company',
      'Acme',
      '--label',
      'b',
      '--label',
      'a',
    ])
    expect(set).toMatchObject({ code: 0, stdout: '', stderr: 'web-1: changed\n' })
    expect(await listAssets(state)).toEqual([
      expect.objectContaining({
        name: 'James (laptop)',
        reportedName: 'web-1',
        owner: { name: 'Ann Lee', email: 'ann@example.org' },
        team: 'Ops',
        company: 'Acme',
        labels: ['a', 'b'],
      }),
    ])
    const again = await state.run(['assets', 'set', 'James (laptop)', ...flags])
    expect(again.stderr).toBe('James (laptop): nothing changed\n')
    const events = await updates(state)
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      changes: { given_name: { last: null, latest: 'James (laptop)' }, team: { last: null, latest: 'Ops' } },
      user: { name: userInfo().username },
      team: { name: 'Ops' },
      company: { name: 'Acme' },
      asset: { uuid: WEB_1.uuid, name: 'James (laptop)' },
    })
  })

  it('keeps the name that was given when the machine reports again, and until it is cleared', async () => {
    const state = await makeState(START)
    await state.run(['assets', 'set', '--name', 'James (laptop)', '--team', 'Ops', '--label', 'a'])
    await state.report(START + 11 * HOUR, [reportCheck('host-firewall', 'fail')])
    expect(await listAssets(state)).toEqual([expect.objectContaining({ name: 'James (laptop)', team: 'Ops' })])
    await state.run(['assets', 'set', '--clear', 'name', 'team', '--clear', 'labels'])
    expect(await listAssets(state)).toEqual([expect.objectContaining({ name: 'web-1', team: null, labels: [] })])
  })

  it('finds a machine by its UUID, whatever another one is called, and none by an empty name', async () => {
    const state = await makeState(START)
    await importText(state, `uuid,name\n${SPARE},${WEB_1.uuid}\n${WEB_2.uuid},`)
    expect((await state.run(['assets', 'set', WEB_1.uuid, '--owner', 'Ann'])).stderr).toBe('web-1: changed\n')
    for (const args of [
      ['assets', 'set', '', '--owner', 'Eve'],
      ['ledger', 'erase', '--asset', '', '--yes'],
    ]) {
      const { code, stderr } = await state.run(args)
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('the name of the asset is empty'),
      })
    }
    expect(await listAssets(state)).toHaveLength(3)
    const erased = await state.run(['ledger', 'erase', '--asset', SPARE, '--yes'])
    expect(erased.stdout).toBe(`erased ${WEB_1.uuid}: 1 payload\n`)
  })

  it.each([
    [[], 'there is nothing to set'],
    [['web-2', '--team', 'Ops'], 'no asset is called web-2'],
    [['--team', ' '], 'the team is empty'],
    [['--email', 'ann'], 'the email "ann" is not one'],
    [['--clear', 'colour'], '--clear may be name, owner, email, team, company, labels, not colour'],
    [['--team', 'Ops', '--clear', 'team'], 'team is to be both set and cleared'],
  ])('refuses to set %j', async (args, message) => {
    const state = await makeState(START)
    const { code, stderr } = await state.run(['assets', 'set', ...args])
    expect(code).toBe(3)
    expect(stderr).toContain(message)
    expect(await updates(state)).toEqual([])
  })

  it('makes no state to set what no machine is there for', async () => {
    const state = await makeState()
    expect((await state.run(['assets', 'set', '--team', 'Ops'])).stderr).toMatch(/^checks: there is no state at /)
    expect(readdirSync(state.folder)).toEqual([])
  })

  it('imports a spreadsheet, and adds machines by their UUID', async () => {
    const state = await makeState(START)
    const text = `\ufeffUUID,Owner,Team,Labels\r\n${WEB_1.uuid.toUpperCase()},"Lee, Ann",Ops,a; b\r\n${SPARE},Bob,,\r\n`
    expect(await importText(state, text)).toMatchObject({ code: 0, stderr: '1 added, 1 changed, 0 as before\n' })
    expect(await importText(state, text)).toMatchObject({ code: 0, stderr: '0 added, 0 changed, 2 as before\n' })
    expect(await listAssets(state)).toEqual([
      expect.objectContaining({ uuid: SPARE, owner: { name: 'Bob', email: null }, lastSeenAt: null }),
      expect.objectContaining({
        name: 'web-1',
        owner: { name: 'Lee, Ann', email: null },
        team: 'Ops',
        labels: ['a', 'b'],
      }),
    ])
    await state.report(START + 11 * HOUR, [reportCheck('host-firewall')], { asset: { ...WEB_2, uuid: SPARE } })
    const [, spare] = await listAssets(state)
    expect(spare).toMatchObject({ uuid: SPARE, name: 'web-2', owner: { name: 'Bob' }, platform: 'linux' })
  })

  it('leaves what an empty cell is about as it was', async () => {
    const state = await makeState(START)
    await state.run(['assets', 'set', '--team', 'Ops'])
    await importText(state, 'name,owner,team\nweb-1,Ann,\n')
    expect(await listAssets(state)).toEqual([
      expect.objectContaining({ team: 'Ops', owner: { name: 'Ann', email: null } }),
    ])
  })

  it('tells every line that is wrong, and then writes nothing', async () => {
    const state = await makeState(START)
    const { code, stderr } = await importText(
      state,
      [
        'uuid,name,email',
        `${SPARE},spare,bob@example.org`,
        'x,,',
        ',nope,',
        ',,',
        ',web-1,ann',
        ',web-1',
        ',web-1,',
        ',web-1,',
        '',
      ].join('\n'),
    )
    expect(code).toBe(3)
    expect(stderr.split('\n').filter((line) => line.startsWith('fleet.csv'))).toEqual([
      'fleet.csv:3:1: error: "x" is no UUID [csv]',
      'fleet.csv:4:1: error: no asset is called nope [csv]',
      'fleet.csv:5:1: error: nothing tells which asset is meant [csv]',
      'fleet.csv:6:1: error: the email "ann" is not one, such as ann@example.org [csv]',
      'fleet.csv:7:1: error: the line has 2 cells, and the header 3 [csv]',
      `fleet.csv:9:1: error: the asset ${WEB_1.uuid} stands on line 8 already [csv]`,
    ])
    expect(await listAssets(state)).toHaveLength(1)
    expect(await updates(state)).toEqual([])
  })

  it.each([
    ['', 'fleet.csv:1:1: error: the file is empty'],
    ['uuid,onwer\n', 'there is no column "onwer" [csv]\n  hint: did you mean owner?'],
    ['owner,team\n', 'nothing tells which asset is meant'],
    ['name,name\n', 'the column name is there twice'],
    ['name,owner\nweb-1,"Ann\n', 'fleet.csv:2:1: error: a quoted cell does not end'],
  ])('refuses the file %j', async (text, message) => {
    const state = await makeState(START)
    const { code, stderr } = await importText(state, text)
    expect(code).toBe(3)
    expect(stderr).toContain(message)
  })

  it('refuses a file that is not there, or no text', async () => {
    const state = await makeState(START)
    expect((await state.run(['assets', 'import', 'nowhere.csv'])).stderr).toMatch(/cannot read nowhere\.csv: ENOENT/)
    const file = join(state.folder, 'latin1.csv')
    writeFileSync(file, Buffer.from('name,owner\nweb-1,Andr\u00e9\n', 'latin1'))
    expect((await state.run(['assets', 'import', file])).stderr).toContain('is not UTF-8')
  })
})
