// node test/state/make-state-vector.ts: writes a small database of the latest version, and what it is known to hold, to
// test/vectors/state. See the README there.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReportedCheck } from '../../src/core/state.ts'
import type { Store } from '../../src/core/store.ts'
import { LATEST } from '../../src/state/sqlite-schema.ts'
import {
  commitReport,
  defineCheck,
  HOUR,
  openStore,
  reportCheck,
  type SampleOptions,
  WEB_1,
  WEB_2,
} from './fill-store.ts'

const START = Date.UTC(2026, 2, 4, 12)
/** Hours after the start that the posture is kept of: before all, at entries, in a gap, at the end. */
const HOURS = [-1, 0, 0.5, 1, 2, 3.5, 12, 20, 22, 23]

/** What is known of a state, as a reader of any version must find it. */
export async function describeState(store: Store) {
  const now = START + 23 * HOUR
  const postures = HOURS.map(async (hours) => {
    const at = START + hours * HOUR
    return { at, web1: await store.posture(WEB_1, { at, now }), web2: await store.posture(WEB_2, { at, now }) }
  })
  const digest = defineCheck({ check: 'firewall' }).digest
  return {
    head: await store.head(),
    assets: await store.assets(),
    checks: await store.checks(),
    renamed: (await store.events({ checks: ['old-id'] })).map(({ sequence }) => sequence),
    definition: await store.definition(digest),
    postures: await Promise.all(postures),
  }
}

async function fill(path: string): Promise<unknown> {
  const { store, clock } = await openStore(path, START)
  const report = (hours: number, checks: readonly ReportedCheck[], options?: SampleOptions) => {
    clock.now = START + hours * HOUR
    return commitReport(store, clock.now, checks, options)
  }
  const disk = reportCheck('disk', 'warn', { period: 86_400 })
  const old = reportCheck('old-id', 'fail')
  const found = (state: number) => [{ verdict: 'fail' as const, found: { state, text: 'é 中 🙂' } }]
  await report(0, [reportCheck('firewall'), disk, old, reportCheck('leaving')])
  await report(0, [reportCheck('firewall', 'error', { reason: 'gone' })], { asset: WEB_2 })
  await report(1, [reportCheck('firewall', 'fail', { evidence: found(1) }), disk, old, reportCheck('leaving')])
  const unread = { ...disk, verdict: 'error' as const, reason: 'locked' }
  await report(2, [reportCheck('firewall', 'error', { reason: 'unreadable' }), unread, old, reportCheck('leaving')])
  await report(3, [reportCheck('firewall', 'error', { reason: 'unreadable' }), disk, old, reportCheck('leaving')])
  // A silence, an id that changes, a check that leaves, a definition that changes.
  const renamed = reportCheck('new-id', 'fail', { formerly: ['old-id'], definition: defineCheck({ check: 'new-id' }) })
  const reworded = { ...disk, version: 'v2', definition: defineCheck({ check: 'disk', wording: 2 }) }
  const expected = new Set(['firewall', 'disk', 'new-id', 'manual'])
  await report(20, [reportCheck('firewall'), reworded, renamed, reportCheck('manual', 'pass', { period: null })], {
    expected,
  })
  // A clock that goes back by hours, and a selection.
  await report(22, [renamed])
  await report(21, [{ ...renamed, verdict: 'pass', evidence: [], reason: null }])
  await report(22, [reportCheck('firewall', 'fail', { evidence: found(2) })])
  await store.commit(WEB_1, ({ asset }) => ({
    entries: [
      { action: 'DOOR_OPENED', level: 'CRITICAL', observedAt: clock.now, changes: null, meta: {}, user: 'james' },
    ],
    ...(asset ? { asset: { ...asset, givenName: 'Front door', team: 'Web', labels: ['prod'] } } : {}),
  }))
  const known = await describeState(store)
  // Small enough to be kept for ever.
  store.db.pragma('journal_mode = DELETE')
  store.db.pragma('page_size = 512')
  store.db.exec('VACUUM')
  store.db.pragma('journal_mode = WAL')
  await store.close()
  return known
}

if (process.argv[1] === import.meta.filename) {
  const target = join(import.meta.dirname, '..', 'vectors', 'state')
  const folder = mkdtempSync(join(tmpdir(), 'keelson-vector-'))
  try {
    const path = join(folder, 'state.db')
    writeFileSync(join(target, `v${LATEST}.json`), `${JSON.stringify(await fill(path), undefined, 2)}\n`)
    renameSync(path, join(target, `v${LATEST}.db`))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
