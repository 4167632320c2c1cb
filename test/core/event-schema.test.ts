import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toDeliveryEntry } from '../../src/core/delivery-act.ts'
import { toEmittedEntry } from '../../src/core/emit-event.ts'
import { ACTIONS, type EntryDraft, type Event, toWire } from '../../src/core/event.ts'
import { EVENT_SCHEMA } from '../../src/core/event-schema.ts'
import { sampleSummary } from '../formats/sample-summary.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { commitReport, defineCheck, fillStore, HOUR, openStore, reportCheck, WEB_1 } from '../state/fill-store.ts'
import { sampleAcceptanceEntries } from './sample-acceptances.ts'

const START = Date.UTC(2026, 2, 4, 12)

const ajv = new Ajv2020({ allErrors: true, validateFormats: false, allowUnionTypes: true })
const validate = ajv.compile(EVENT_SCHEMA)
const problemsOf = (event: unknown) => (validate(event) ? [] : ajv.errorsText(validate.errors).split(', '))

// From the article on compliance events, as it stands there.
const ARTICLE = {
  uuid: '5c15f50e-432f-43fa-b169-40ea0b2957d1',
  timestamp: '2020-03-04T14:18:14+00:00',
  level: 'INFO',
  action: 'ASSET_COMPLIANCE',
  meta: null,
  changes: { passed: { last: false, latest: true } },
  item: { id: '45e0bba6-9775-4dc9-b280-7ab4d35c5e0b', name: 'FW-MAC Firewall check' },
  company: { uuid: 'f50dfca1-c8b0-40ca-80cd-984d2d6dce10', name: 'Zercurity' },
  user: null,
  team: { uuid: '53d27c4a-41f5-4d37-83ab-93532dbfeab6', name: 'Zercurity' },
  asset: { uuid: '4e8924a8-31ff-4895-8956-92879b8c617e', name: 'James (laptop)' },
}

/** An event of every action, and of every kind where an action has several. */
async function collectEvents(): Promise<Event[]> {
  const path = join(makeFolder(), 'state.db')
  await fillStore(path, START)
  const { store, clock } = await openStore(path, START + 11 * HOUR)
  onTestFinished(() => store.close())
  const report = (hours: number, ...given: Parameters<typeof reportCheck>[]) => {
    clock.now = START + hours * HOUR
    return commitReport(
      store,
      clock.now,
      given.map((check) => reportCheck(...check)),
      { asset: { ...WEB_1, os: `Debian ${hours}` } },
    )
  }
  await report(11, ['disk-encryption', 'warn'], ['leaving'], ['unseen', 'error'])
  await report(
    11.5,
    ['unseen', 'pass'],
    ['leaving', 'pass', { definition: defineCheck({ check: 'leaving', why: 'Else.' }) }],
  )
  await report(11.4, ['leaving', 'fail', { version: 'v2', alarm: true }])
  await report(11.45, ['leaving', 'error', { version: 'v2', quarantine: { until: START, failures: 3 } }])
  const about = { level: 'WARNING', observedAt: START, changes: null } as const
  const hash = '0'.repeat(64)
  const drafts: EntryDraft[] = [
    { ...about, action: 'ASSET_ERASED', meta: { payloads: 3 } },
    {
      ...about,
      action: 'LEDGER_RESTORED',
      meta: { backup: { file: 'a.db', sequence: 3, hash }, replaced: null, kept: null },
    },
    { ...about, action: 'LEDGER_PRUNED', meta: { before: '2026-03-04T12:00:00.000+00:00', payloads: 3, gaps: 1 } },
    toDeliveryEntry({ act: 'skip', sink: 'siem', sequences: [7], user: 'ann', now: START }),
    toDeliveryEntry({ act: 'filter_added', filter: { levels: ['INFO'], check: 'a*' }, user: 'ann', now: START }),
    toEmittedEntry(
      { type: 'SESSION_AUTH', message: 'Failed.', originator: 'Ann', alarm: true, data: { ip: '192.0.2.7' } },
      START,
    ),
    toEmittedEntry({ type: 'SESSION_END', message: 'Ended.' }, START),
    ...sampleAcceptanceEntries(START),
  ]
  await store.commit(null, () => ({ entries: drafts }))
  return [...(await store.events({})).flatMap((entry) => toWire(entry) ?? []), sampleSummary(START)]
}

describe('the schema of events', () => {
  it('accepts what is delivered, of every action and kind', async () => {
    const events = await collectEvents()
    const actions = new Set(events.map(({ action }) => action))
    expect(ACTIONS.filter((action) => !actions.has(action))).toEqual([])
    const kinds = new Set(events.map(({ meta }) => meta?.kind))
    expect([...kinds]).toEqual(
      expect.arrayContaining(['first', 'transition', 'inability_begun', 'inability_ended', 'emitted']),
    )
    for (const event of events) expect(problemsOf(event), JSON.stringify(event)).toEqual([])
  })

  it("accepts the article's example", () => {
    expect(problemsOf(ARTICLE)).toEqual([])
  })

  it('describes everything that our events say', async () => {
    for (const { action, meta, changes } of await collectEvents()) {
      const described = describedKeys(action, meta?.kind === 'emitted')
      const said = Object.keys(meta ?? {}).filter((key) => key !== 'replaced' && !described.meta.has(key))
      expect(said, `meta of ${action}`).toEqual([])
      if (action === 'ASSET_UPDATED') continue
      expect(
        Object.keys(changes ?? {}).filter((key) => !described.changes.has(key)),
        `changes of ${action}`,
      ).toEqual([])
    }
  })

  it.each([
    ['lacks a key', { user: undefined }, /must have required property 'user'/],
    ['has one more', { owner: null }, /must NOT have additional properties/],
    ['has a level of its own', { level: 'FATAL' }, /level must be equal to one of the allowed values/],
    ['has a time without an offset', { timestamp: '2020-03-04T14:18:14' }, /timestamp must match pattern/],
    [
      'has a verdict in words that are not ours',
      { changes: { passed: { last: 'no', latest: true } } },
      /must be boolean,null/,
    ],
    ['says too little of a verdict', { meta: { kind: 'first' } }, /meta must have required property 'check'/],
    ['has an action in small letters', { action: 'session' }, /action must match pattern/],
  ])('refuses an event that %s', (_, part, problem) => {
    expect(problemsOf(JSON.parse(JSON.stringify({ ...ARTICLE, ...part }))).join()).toMatch(problem)
  })

  it("leaves applications' own actions free", () => {
    const own = { ...ARTICLE, action: 'SESSION_AUTH', meta: { anything: [1] }, changes: null, item: null, asset: null }
    expect(problemsOf(own)).toEqual([])
  })
})

interface Part {
  readonly properties?: Readonly<Record<string, Part>>
}

function describedKeys(action: string, emitted: boolean) {
  const { properties, allOf } = EVENT_SCHEMA as unknown as {
    properties: Readonly<Record<string, Part>>
    allOf: { if: { properties: Readonly<Record<string, { const?: string }>> }; then: Part }[]
  }
  const parts = allOf.filter((part) =>
    emitted ? part.if.properties.meta : part.if.properties.action?.const === action,
  )
  const keysOf = (name: string) =>
    new Set(
      [properties, ...parts.map(({ then }) => then.properties)].flatMap((each) =>
        Object.keys(each?.[name]?.properties ?? {}),
      ),
    )
  return { meta: keysOf('meta'), changes: keysOf('changes') }
}
