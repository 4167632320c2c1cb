import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { LEVELS } from '../../src/core/event.ts'
import type { EventQuery, LedgerEntry } from '../../src/core/store.ts'
import { Names } from '../../src/state/names.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { SqliteCheckNames } from '../../src/state/sqlite-check-names.ts'
import { SqliteEvents } from '../../src/state/sqlite-events.ts'
import type { SqliteStore } from '../../src/state/sqlite-store.ts'

const START = Date.parse('2026-03-04T00:00:00Z')
const MINUTE = 60_000
const ENTRIES = 600
const ASSETS = ['a', 'b', 'c'].map((letter) => `4e8924a8-31ff-4895-8956-92879b8c617${letter}`)
const CHECKS = ['disk-encryption', 'firewall-in', 'firewall-out', 'screen-lock']
const ACTIONS = ['DOOR_OPENED', 'DOOR_CLOSED', 'ALARM']

let store: SqliteStore
let all: readonly LedgerEntry[]

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-state-'))
  store = await openSqlite(join(folder, 'state.db'), { clock: () => START })
  for (let n = 0; n < ENTRIES; n++) {
    const uuid = ASSETS[(n * 7) % 3] as string
    const id = CHECKS[(n * 5) % 9]
    const entry = {
      action: ACTIONS[n % 50 === 0 ? 2 : n % 2] as string,
      level: LEVELS[n % 7 === 0 ? 2 : n % 50 === 1 ? 3 : 0] as (typeof LEVELS)[number],
      // Some are heard of late.
      observedAt: START + (n - (n % 11 === 0 ? 40 : 0)) * MINUTE,
      changes: null,
      meta: { n },
      ...(id ? { check: { id, title: id } } : {}),
    }
    const about = { uuid, name: uuid, givenName: null, platform: 'linux', os: '', osquery: '' }
    const asset = { ...about, owner: { name: null, email: null }, team: null, company: null, labels: [] }
    await store.commit({ uuid }, () => ({ entries: [entry], asset }))
  }
  all = await store.events({})
  return async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

/** What the query means, in the plainest words. */
function filterAll(query: EventQuery): number[] {
  const { since, until, checks, assets, actions, level, after, limit = all.length, general } = query
  const matching = all.filter(({ sequence, observedAt, event }) => {
    const check = event?.item?.name
    const named = checks?.some((id) => check === id || (id === 'firewall*' && check?.startsWith('firewall')))
    return (
      (since === undefined || observedAt >= since) &&
      (until === undefined || observedAt < until) &&
      (after === undefined || sequence > after) &&
      (!checks || named || (general && !check)) &&
      (!assets || assets.includes(event?.asset?.uuid ?? '')) &&
      (!actions || actions.includes(event?.action ?? '')) &&
      (!level || LEVELS.indexOf(event?.level ?? 'INFO') >= LEVELS.indexOf(level))
    )
  })
  const sequences = (entries: readonly LedgerEntry[]) => entries.map(({ sequence }) => sequence)
  if (after !== undefined) return sequences(matching).slice(0, limit)
  if (since === undefined && until === undefined) return sequences(matching).slice(-limit)
  const newestFirst = matching.sort((one, other) => other.observedAt - one.observedAt || other.sequence - one.sequence)
  return sequences(newestFirst.slice(0, limit)).sort((one, other) => one - other)
}

const moment = fc.integer({ min: -60, max: ENTRIES + 10 }).map((minutes) => START + minutes * MINUTE)
const some = (values: readonly string[]) => fc.subarray([...values, 'unknown'])
const queries: fc.Arbitrary<EventQuery> = fc.record(
  {
    since: moment,
    until: moment,
    checks: some([...CHECKS, 'firewall*']),
    assets: some(ASSETS),
    actions: some(ACTIONS),
    level: fc.constantFrom(...LEVELS),
    after: fc.integer({ min: 0, max: ENTRIES + 5 }),
    limit: fc.integer({ min: 1, max: 30 }),
    general: fc.boolean(),
  },
  { requiredKeys: [] },
)

it.each([
  ['follows an index wherever there is one', () => 20_000],
  ['follows an index that leads to few entries', undefined],
  ['reads along the ledger or along time', () => 0],
])('a query for events finds what it means when it %s', (_, worthAnIndex) => {
  const checkNames = new SqliteCheckNames(store.db, new Names(store.db, 'check_name'))
  const tables = { checkNames, actions: new Names(store.db, 'action_name') }
  const events = new SqliteEvents(store.db, { ...tables, ...(worthAnIndex ? { worthAnIndex } : {}) })
  fc.assert(
    fc.property(queries, (query) => {
      expect(events.list(query).map(({ sequence }) => sequence)).toEqual(filterAll(query))
    }),
    { numRuns: 300 },
  )
})
