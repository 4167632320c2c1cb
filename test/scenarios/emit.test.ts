import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { HOUR, reportCheck, WEB_1, WEB_2 } from '../state/fill-store.ts'
import { type FilledState, makeState } from './filled-state.ts'

const START = Date.UTC(2026, 2, 4, 12)
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

const EVENT = ['emit', '--type', 'SESSION_AUTH', '--message', 'Session authentication failed.']
const eventsOf = async ({ run }: FilledState, ...args: string[]) =>
  JSON.parse((await run(['events', '--format', 'json', ...args])).stdout)

describe('checks emit', () => {
  it('writes an event, and answers with its UUID and its place in the ledger', async () => {
    const state = await makeState(START)
    const before = (await eventsOf(state)).length
    const flags = [
      '--severity',
      'WARNING',
      '--originator',
      'OriginatorName',
      '--actor',
      'ServerName',
      '--meta',
      'ip=192.0.2.7',
    ]
    const { code, stdout, stderr } = await state.run([...EVENT, ...flags, '--meta', 'query=a=b'])
    const [uuid, sequence] = stdout.trimEnd().split(' ')
    expect({ code, stderr, sequence }).toEqual({ code: 0, stderr: '', sequence: `${before + 1}` })
    expect(uuid).toMatch(UUID)
    expect((await eventsOf(state, '--limit', '1'))[0]).toMatchObject({
      uuid,
      level: 'WARNING',
      action: 'SESSION_AUTH',
      changes: null,
      item: null,
      user: { name: 'OriginatorName' },
      asset: { uuid: WEB_1.uuid, name: 'web-1' },
      meta: {
        sequence: before + 1,
        kind: 'emitted',
        severity: 'warning',
        originator: 'OriginatorName',
        actor: 'ServerName',
        message: 'Session authentication failed.',
        alarm: false,
        data: { ip: '192.0.2.7', query: 'a=b' },
      },
    })
  })

  it('begins a ledger where there is none, and is then about no machine', async () => {
    const state = await makeState()
    expect(await state.run(EVENT)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\S+ 2\n$/), stderr: '' })
    expect((await eventsOf(state, '--limit', '1'))[0]).toMatchObject({
      action: 'SESSION_AUTH',
      asset: null,
      user: null,
    })
  })

  it('is an alarm where it is said to be', async () => {
    const state = await makeState()
    await state.run([...EVENT, '--alarm', '--severity', 'warning'])
    const { stdout } = await state.run(['events', '--level', 'critical'])
    expect(stdout).toMatch(/CRITICAL {2}– {25}SESSION_AUTH: Session authentication failed\.\n$/)
  })

  it('is about the machine that is named, or about none', async () => {
    const state = await makeState(START)
    await state.report(START + 11 * HOUR, [reportCheck('host-firewall')], { asset: WEB_2 })
    const unclear = await state.run(EVENT)
    expect(unclear.code).toBe(3)
    expect(unclear.stderr).toMatch(/none of the 2 assets has the name of this machine\n {2}hint: --asset NAME/)
    await state.run([...EVENT, '--asset', 'web-2'])
    await state.run([...EVENT, '--no-asset'])
    const [named, none] = await eventsOf(state, '--limit', '2')
    expect(named.asset).toEqual({ uuid: WEB_2.uuid, name: 'web-2' })
    expect(none.asset).toBeNull()
  })

  it('reads events as JSON, one or one on each line', async () => {
    const state = await makeState()
    const one = { type: 'SESSION_AUTH', message: 'One.', severity: 'SUCCESS', data: { tries: 1 }, asset: false }
    const whole = await state.run(['emit', '--json', '--format', 'json'], { stdin: JSON.stringify(one, null, 2) })
    expect(JSON.parse(whole.stdout)).toEqual({ uuid: expect.stringMatching(UUID), sequence: 2 })
    const stdin = ['{"type":"A_1","message":"first"}', '', '{"type":"A_2","message":"second","alarm":true}'].join(
      '\r\n',
    )
    const lines = await state.run(['emit', '--json'], { stdin })
    expect(
      lines.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[1]),
    ).toEqual(['3', '4'])
    expect((await eventsOf(state)).map(({ action, level }: Record<string, string>) => [action, level])).toEqual([
      ['LEDGER_OPENED', 'INFO'],
      ['SESSION_AUTH', 'INFO'],
      ['A_1', 'INFO'],
      ['A_2', 'CRITICAL'],
    ])
  })

  it.each([
    ['', 'there is no event on standard input'],
    ['[]', 'an event is a JSON object'],
    ['{"type":"A","message":"x"}\n{"type":"a","message":"x"}', 'line 2: the type "a" is not made of upper-case words'],
    ['{"type":"A","message":"x"}\nnonsense', 'line 2: this is no JSON'],
    ['{"type":"A"}', 'message is missing'],
    ['{"type":"A","mesage":"x"}', 'there is no key "mesage"\n  hint: did you mean message?'],
    ['{"type":"A","message":1}', 'message must be text'],
    ['{"type":"A","message":"x","data":[1]}', 'data must be an object'],
    ['{"type":"A","message":"x","__proto__":{}}', 'there is no key "__proto__"'],
  ])('refuses the JSON %j, and writes nothing', async (stdin, message) => {
    const state = await makeState()
    const { code, stdout, stderr } = await state.run(['emit', '--json'], { stdin })
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain(message)
    expect(existsSync(state.path)).toBe(false)
  })

  it.each([
    [['--type', 'A'], '--message is missing'],
    [['--message', 'x'], '--type is missing'],
    [['--type', 'ASSET_COMPLIANCE', '--message', 'x'], 'the type ASSET_COMPLIANCE is reserved'],
    [['--type', 'A', '--message', 'x', '--severity', 'warn'], 'did you mean warning?'],
    [['--type', 'A', '--message', 'x', '--meta', 'x'], '--meta must be key=value, not x'],
    [['--json', '--type', 'A'], '--type has no place'],
  ])('refuses %j', async (args, message) => {
    const state = await makeState()
    const { code, stderr } = await state.run(['emit', ...args])
    expect(code).toBe(3)
    expect(stderr).toContain(message)
    expect(existsSync(state.path)).toBe(false)
  })

  it('takes any text as it is, and shows it so that it does nothing', async () => {
    const state = await makeState()
    const message = '$(rm -rf /) `id` "\'\\ \u001b[2J\u202e =cmd|x\nnext'
    await state.run(['emit', '--type', 'A', '--message', message])
    expect((await eventsOf(state, '--action', 'A'))[0].meta.message).toBe(message)
    const { stdout } = await state.run(['events', '--action', 'A'])
    expect(stdout).toContain('$(rm -rf /) `id` "\'\\ ␛[2J\\u{202e} =cmd|x next\n')
  })

  it('leaves no gap and loses none when many emit at once', async () => {
    const state = await makeState()
    const ran = await Promise.all(Array.from({ length: 6 }, (_, n) => state.run([...EVENT, '--meta', `n=${n}`])))
    expect(ran.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0])
    const sequences = ran.map(({ stdout }) => Number(stdout.trimEnd().split(' ')[1])).sort()
    expect(sequences).toEqual([2, 3, 4, 5, 6, 7])
    const events = await eventsOf(state, '--action', 'SESSION_AUTH')
    expect(events.map(({ meta }: { meta: { data: { n: string } } }) => meta.data.n).sort()).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
    ])
  })
})
