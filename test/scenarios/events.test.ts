import { Ajv2020 } from 'ajv/dist/2020.js'
import { CloudEvent } from 'cloudevents'
import { describe, expect, it } from 'vitest'
import { findEcsProblems } from '../formats/validate-ecs.ts'
import { findOcsfProblems } from '../formats/validate-ocsf.ts'
import { HOUR, reportCheck, WEB_2 } from '../state/fill-store.ts'
import { makeState } from './filled-state.ts'
import { runChecks, startChecks } from './run-checks.ts'

const START = new Date(2026, 2, 4, 12).getTime()

/** What happened, of each line below the header. */
const happenings = (table: string) =>
  table
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.slice(57))

interface Document {
  readonly id?: string
  readonly metadata?: { readonly uid: string }
  readonly event?: { readonly id: string }
}

/** The event's UUID in a document that its format's published schema accepts. */
function readSound(format: string, document: Document & Record<string, unknown>): string | undefined {
  if (format === 'cloudevents') expect(new CloudEvent(document).validate()).toBe(true)
  if (format === 'ocsf') expect(findOcsfProblems(document)).toEqual([])
  if (format === 'ecs') expect(findEcsProblems(document, 'keelson')).toEqual([])
  return document.id ?? document.metadata?.uid ?? document.event?.id
}

describe('checks events', () => {
  it('shows what changed, oldest first, in words', async () => {
    const { run } = await makeState(START)
    const { code, stdout, stderr } = await run(['events'])
    expect(stdout.split('\n')[0]).toBe('TIME                 LEVEL     CHECK                     WHAT HAPPENED')
    expect(happenings(stdout)).toEqual([
      'the ledger begins',
      'first report: 4 checks (1 warned)',
      'pass → FAIL: host-firewall is not as it should be',
      'FAIL → pass',
      expect.stringMatching(/^not heard of 4 checks since 2026-03-04 16:00$/),
      'could not be judged: the table was not readable',
      'the check old-id is now called new-id',
      'first: FAIL: added is not as it should be',
      'no longer checked; it was pass',
    ])
    expect(stdout).toContain('2026-03-04 13:00:00  ERROR     host-firewall             pass → FAIL')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('gives programs events that its schema accepts', async () => {
    const { run } = await makeState(START)
    const { stdout: schema } = await runChecks(['schema', 'event'])
    const ajv = new Ajv2020({ validateFormats: false, allowUnionTypes: true })
    const validate = ajv.compile(JSON.parse(schema))
    const events = JSON.parse((await run(['events', '--format', 'json'])).stdout)
    const lines = (await run(['events', '--format', 'jsonl'])).stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(events)
    expect(events.map(({ meta }: { meta: { sequence: number } }) => meta.sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    for (const event of events) expect(validate(event), ajv.errorsText(validate.errors)).toBe(true)
  })

  it.each(['ocsf', 'cloudevents', 'ecs'])('gives other systems each event as a line of %s', async (format) => {
    const { run } = await makeState(START)
    const events = JSON.parse((await run(['events', '--format', 'json'])).stdout)
    const { code, stdout, stderr } = await run(['events', '--format', format])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(documents.map((document) => readSound(format, document))).toEqual(
      events.map(({ uuid }: { uuid: string }) => uuid),
    )
    const ledger = events[0].meta.ledger
    expect(ledger).toMatch(/^[0-9a-f-]{36}$/)
    for (const document of documents) expect(JSON.stringify(document)).toContain(`urn:keelson:ledger:${ledger}`)
    const none = await run(['events', '--format', format, '--action', 'SESSION_AUTH'])
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: '' })
  })

  it('narrows them down by time, check, asset, level and action', async () => {
    const { run, report } = await makeState(START)
    await report(START + 11 * HOUR, [reportCheck('host-firewall', 'fail')], { asset: WEB_2 })
    const told = async (...args: string[]) => happenings((await run(['events', ...args])).stdout)
    const time = (hours: number) => new Date(START + hours * HOUR).toISOString()
    expect(await told('--since', time(1), '--until', time(2))).toEqual(
      ['pass → FAIL: host-firewall is not as it should be'].map((text) => expect.stringContaining(text)),
    )
    expect(await told('--check', 'host-*')).toHaveLength(2)
    expect(await told('--check', 'old-id', '--check', 'added')).toHaveLength(2)
    expect(await told('--asset', 'web-2')).toEqual([expect.stringContaining('first report: 1 check (1 failed)')])
    expect(await told('--asset', WEB_2.uuid.toUpperCase())).toHaveLength(1)
    expect(await told('--level', 'error')).toHaveLength(2)
    expect(await told('--action', 'asset_gap', '--action', 'LEDGER_OPENED')).toHaveLength(2)
    const none = await run(['events', '--action', 'SESSION_AUTH'])
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'no such events\n' })
  })

  it.each(['--since', '--until', '--asset', '--check', '--level', '--limit'])(
    'takes an empty %s for a mistake',
    async (option) => {
      const { run } = await makeState(START)
      expect(await run(['events', option, ''])).toMatchObject({ code: 3, stdout: '' })
    },
  )

  it('names the asset where there are several', async () => {
    const { run, report } = await makeState(START)
    await report(START + 11 * HOUR, [reportCheck('host-firewall')], { asset: WEB_2 })
    const { stdout } = await run(['events'])
    expect(stdout).toContain('LEVEL     ASSET         CHECK')
    expect(stdout).toMatch(/ERROR {5}web-1 {9}host-firewall/)
  })

  it('leaves out the older ones of many, and says so', async () => {
    const { run } = await makeState(START)
    const some = await run(['events', '--limit', '2'])
    expect(happenings(some.stdout)).toHaveLength(2)
    expect(happenings(some.stdout).at(-1)).toBe('no longer checked; it was pass')
    expect(some.stderr).toContain('older events were left out: --limit 0 shows all')
    expect((await run(['events', '--limit', '0'])).stderr).toBe('')
  })

  it.each([
    [['--check', 'host-firewal'], 'nothing is known of a check called host-firewal', 'did you mean host-firewall?'],
    [['--asset', 'web-2'], 'no asset is called web-2', 'did you mean web-1?'],
    [['--level', 'warn'], '--level may be INFO, WARNING, ERROR, CRITICAL, not warn', 'did you mean WARNING?'],
    [['--action', ''], '--action is empty', 'there is ASSET_COMPLIANCE'],
    [['--action', 'ASSET_COMPLIANSE'], 'no event has the action ASSET_COMPLIANSE', 'did you mean ASSET_COMPLIANCE?'],
    [['--since', 'yesterday'], '--since names no time: yesterday', 'an age such as 1h or 7d'],
    [['--since', '1h', '--until', '2h'], '--since 1h is not before --until 2h', 'change places'],
    [['--limit', '-1'], '--limit must be a whole number, not -1', '0 means all'],
    [['--format', 'csv'], '--format may be table, json, jsonl, ocsf, cloudevents, ecs, not csv', ''],
    [['--follow', '--format', 'json'], '--follow never ends', '--format jsonl'],
    [['--follow', '--until', '1h'], 'takes no --until', ''],
  ])('refuses %j', async (args, message, hint) => {
    const { run } = await makeState(START)
    const { code, stdout, stderr } = await run(['events', ...args])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
  })

  it('makes no state only to read it', async () => {
    const { run, path } = await makeState()
    const { code, stderr } = await run(['events'])
    expect(code).toBe(3)
    expect(stderr).toContain(`there is no state at ${path}`)
    expect((await run(['events'])).stderr).toBe(stderr)
  })

  it.each(['table', 'jsonl'])('waits for more with --follow, as %s, until it is interrupted', async (format) => {
    const { path, report } = await makeState(START)
    const child = startChecks(['events', '--follow', '--check', 'host-firewall', '--format', format, '--state', path])
    let shown = ''
    const heard = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => shown.includes(text) && resolve()
        child.stdout.on('data', look)
        look()
      })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text
    })
    await heard(format === 'table' ? 'FAIL → pass' : '"latest":"pass"')
    await report(START + 11 * HOUR, [reportCheck('host-firewall', 'warn', { reason: 'something new' })])
    await heard('something new')
    const ended = new Promise((resolve) => child.on('close', resolve))
    child.kill('SIGINT')
    await ended
    const lines = shown.trimEnd().split('\n')
    expect(lines).toHaveLength(format === 'table' ? 4 : 3)
    if (format === 'table')
      expect(lines[3]).toMatch(/^2026-03-04 23:00:00 {2}WARNING {3}host-firewall {13}pass → WARN: something new$/)
  })

  it('counts what was pruned, and shows the rest', async () => {
    const { run, path } = await makeState(START)
    const { default: Database } = await import('better-sqlite3')
    const db = new Database(path)
    db.exec('DELETE FROM payload WHERE sequence IN (2, 3)')
    db.close()
    const { stdout, stderr } = await run(['events'])
    expect(happenings(stdout)).toHaveLength(7)
    expect(stderr).toBe('checks: 2 events were pruned or erased\n')
    expect(JSON.parse((await run(['events', '--format', 'json'])).stdout)).toHaveLength(7)
  })

  it('shows hostile text, and does nothing that it says', async () => {
    const { run, report } = await makeState(START)
    const reason = 'off\u001b[2J\u202e\r\nINFO all is well'
    await report(START + 11 * HOUR, [reportCheck('host-firewall', 'fail', { reason })])
    const { stdout } = await run(['events', '--check', 'host-firewall', '--limit', '1'])
    expect(happenings(stdout)).toEqual(['pass → FAIL: off␛[2J\\u{202e} INFO all is well'])
  })
})
