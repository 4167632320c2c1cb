import { hash } from 'node:crypto'
import { describeBatch } from '../../src/core/describe-batch.ts'
import { diffReport } from '../../src/core/diff.ts'
import type { AssetFacts, AssetReport, Definition, ReportedCheck } from '../../src/core/state.ts'
import type { Committed, Store } from '../../src/core/store.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import type { SqliteStore } from '../../src/state/sqlite-store.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR

export const WEB_1: AssetFacts = {
  uuid: '4e8924a8-31ff-4895-8956-92879b8c617e',
  name: 'web-1',
  platform: 'linux',
  os: 'Debian GNU/Linux 12 (bookworm)',
  osquery: '5.12.1',
}
export const WEB_2: AssetFacts = { ...WEB_1, uuid: '0f0e0d0c-31ff-4895-8956-92879b8c617e', name: 'web-2' }

const digest = (text: string) => hash('sha256', text, 'hex')
const tagOf = (text: string) => Number.parseInt(digest(text).slice(0, 12), 16)

/** A check's words as the store keeps them. */
export function defineCheck(words: Readonly<Record<string, unknown>> & { readonly check: string }): Definition {
  const body = JSON.stringify({
    title: `Title of ${words.check}`,
    severity: 'high',
    tags: ['sample'],
    why: 'Because of a reason.',
    fix: 'Turn it on.',
    schedule: null,
    platform: 'linux',
    params: {},
    document: `id: ${words.check}\n`,
    ...words,
  })
  return { digest: digest(body), body }
}

/** What a report says of a check, by default that it passes. */
export function reportCheck(id: string, verdict: Verdict = 'pass', more: Partial<ReportedCheck> = {}): ReportedCheck {
  const passes = verdict === 'pass'
  return {
    id,
    title: `Title of ${id}`,
    severity: 'high',
    formerly: [],
    version: 'v1',
    definition: defineCheck({ check: id }),
    period: 3600,
    verdict,
    reason: passes ? null : `${id} is not as it should be`,
    evidence: passes ? [] : [{ verdict, found: { state: 0 } }],
    evidenceTotal: passes ? 0 : 1,
    ...more,
  }
}

/** Opens a database at the path; the clock tells the time of the last report. */
export async function openStore(path: string, now: number): Promise<FilledStore> {
  const clock = { now }
  return { store: await openSqlite(path, { clock: () => clock.now }), clock }
}

export interface FilledStore {
  readonly store: SqliteStore
  readonly clock: { now: number }
}

export interface SampleOptions {
  readonly asset?: AssetFacts
  readonly expected?: AssetReport['expected']
}

/** What a run on the asset found. */
export function sampleReport(
  observedAt: number,
  checks: readonly ReportedCheck[],
  { asset = WEB_1, expected = null }: SampleOptions = {},
): AssetReport {
  const source = { kind: 'socket', version: asset.osquery, preview: false, reportsUnreadable: false } as const
  return { asset, source, observedAt, checks, expected }
}

/** Commits a report, as a run does. */
export function commitReport(
  store: Store,
  observedAt: number,
  checks: readonly ReportedCheck[],
  options: SampleOptions = {},
): Promise<Committed> {
  const report = sampleReport(observedAt, checks, options)
  const batch = describeBatch(report, { digest })
  return store.commit(report.asset, (state) => diffReport(state, report, { batch, tagOf }), batch)
}

/**
 * Two days of web-1: host-firewall fails for a while, disk-encryption cannot be judged at the end, reports are missed,
 * an id changes, a check goes.
 */
export async function fillStore(path: string, start: number): Promise<void> {
  const { store, clock } = await openStore(path, start)
  const report = (hours: number, checks: readonly ReportedCheck[], expected?: AssetReport['expected']) => {
    clock.now = start + hours * HOUR
    return commitReport(store, clock.now, checks, expected ? { expected } : {})
  }
  const disk = reportCheck('disk-encryption', 'warn')
  await report(0, [reportCheck('host-firewall'), disk, reportCheck('old-id'), reportCheck('leaving')])
  await report(1, [reportCheck('host-firewall', 'fail'), disk, reportCheck('old-id'), reportCheck('leaving')])
  await report(2, [reportCheck('host-firewall'), disk, reportCheck('old-id'), reportCheck('leaving')])
  const renamed = reportCheck('new-id', 'pass', { formerly: ['old-id'], definition: defineCheck({ check: 'new-id' }) })
  const unseen = reportCheck('disk-encryption', 'error', { reason: 'the table was not readable' })
  const expected = new Set(['host-firewall', 'disk-encryption', 'new-id', 'added'])
  await report(10, [reportCheck('host-firewall'), unseen, renamed, reportCheck('added', 'fail')], expected)
  await store.close()
}
