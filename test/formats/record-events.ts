import { toDeliveryEntry } from '../../src/core/delivery-act.ts'
import { describeBatch } from '../../src/core/describe-batch.ts'
import { diffReport } from '../../src/core/diff.ts'
import { editAsset } from '../../src/core/edit-asset.ts'
import { toEmittedEntry } from '../../src/core/emit-event.ts'
import type { EntryDraft, Event, EventMeta, Level } from '../../src/core/event.ts'
import { toEvent, toTimestamp, toWire } from '../../src/core/event.ts'
import type { AssetFacts, AssetState, Changes, CheckState, ReportedCheck } from '../../src/core/state.ts'
import { createUuidOf } from '../../src/state/uuid-of.ts'
import { sampleAcceptanceEntries } from '../core/sample-acceptances.ts'
import { HOUR, reportCheck, WEB_1 } from '../state/fill-store.ts'
import { sampleSummary } from './sample-summary.ts'

export const START = Date.UTC(2026, 2, 4, 14)
export const LEDGER = '9b2c7f0e-1d3a-4a57-8a5e-2f6d1c0b9a88'

const uuidOf = createUuidOf()

/** The article's own event: of another program, and without `meta`. */
export const ARTICLE_EVENT: Event = {
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

/** Keeps what a store would, without one, and gives the events of what changes as they are delivered. */
export class Recorder {
  readonly events: Event[] = []
  #state: AssetState = { asset: null, checks: new Map() }
  readonly #facts: AssetFacts

  constructor(facts: AssetFacts = WEB_1) {
    this.#facts = facts
  }

  /** Reports checks so many hours after the start. With `expected`, any other check is out of use. */
  report(hours: number, checks: readonly ReportedCheck[], expected: readonly string[] | null = null): Event[] {
    const observedAt = START + hours * HOUR
    const asset = this.#facts
    const source = { kind: 'socket', version: asset.osquery, preview: false, reportsUnreadable: false } as const
    const report = { asset, source, observedAt, checks, expected: expected && new Set(expected) }
    const batch = describeBatch(report, { digest: (text) => text })
    return this.#apply(diffReport(this.#state, report, { batch, tagOf: (text) => text.length }))
  }

  edit(hours: number, edit: Parameters<typeof editAsset>[0]): Event[] {
    const context = { uuid: this.#facts.uuid, user: 'ann', now: START + hours * HOUR }
    return this.#apply(editAsset(edit, context)(this.#state))
  }

  /** Writes an entry that is about no asset. */
  write(draft: EntryDraft): Event {
    return this.#write(draft, false)
  }

  #apply({ entries, asset, checks = [], renames = [] }: Changes): Event[] {
    const known = new Map<string, CheckState>(this.#state.checks)
    for (const { from } of renames) known.delete(from)
    for (const check of checks) known.set(check.check, check)
    this.#state = { asset: asset ?? this.#state.asset, checks: known }
    return entries.map((entry) => this.#write(entry, true))
  }

  #write(draft: EntryDraft, ofAsset: boolean): Event {
    const sequence = this.events.length + 1
    const event = toEvent(draft, {
      uuid: uuidOf(`event:${sequence}`),
      recordedAt: draft.observedAt + 1500,
      assetSequence: sequence,
      asset: ofAsset ? this.#state.asset : null,
      uuidOf,
      timestampOf: toTimestamp,
    })
    this.events.push(toWire({ sequence, event }))
    return this.events.at(-1) as Event
  }
}

/** An entry that is about the ledger, as the store writes it. */
export function draftEntry(action: string, meta: EventMeta, level: Level = 'INFO'): EntryDraft {
  return { action, level, observedAt: START, changes: null, meta }
}

/** At least one event of each of our actions, of each kind of change, and of applications. */
export function recordEvents(): Event[] {
  const recorder = new Recorder()
  const firewall = (verdict: ReportedCheck['verdict'], more: Partial<ReportedCheck> = {}) =>
    reportCheck('host-firewall', verdict, { title: 'Host firewall is on', ...more })
  const disk = reportCheck('disk-encryption', 'warn')
  recorder.write(draftEntry('LEDGER_OPENED', { ledger: LEDGER }))
  recorder.report(0, [firewall('pass'), disk, reportCheck('old-id'), reportCheck('leaving', 'fail')])
  recorder.edit(0.1, { name: 'James (laptop)', team: 'Platform', company: 'Zercurity' })
  for (const [hours, verdict] of [
    [1, 'fail'],
    [2, 'error'],
    [3, 'fail'],
    [4, 'warn'],
    [5, 'fail'],
    [6, 'not_applicable'],
    [7, 'pass'],
    [8, 'error'],
    [9, 'pass'],
  ] as const) {
    recorder.report(hours, [firewall(verdict), disk, reportCheck('old-id'), reportCheck('leaving', 'fail')])
  }
  const renamed = reportCheck('new-id', 'pass', { formerly: ['old-id'] })
  recorder.report(
    20,
    [firewall('pass', { version: 'v2' }), disk, renamed, reportCheck('added', 'fail')],
    ['host-firewall', 'disk-encryption', 'new-id', 'added'],
  )
  recorder.report(21, [reportCheck('leaving', 'fail'), reportCheck('unseen', 'error', { reason: null })])
  const quarantine = { until: START + 30 * HOUR, failures: 3 }
  recorder.report(22, [firewall('error', { version: 'v2', quarantine, reason: 'it took longer than 30 s' })])
  recorder.report(1, [firewall('pass', { version: 'v2' })])
  recorder.write(draftEntry('ASSET_ERASED', { payloads: 3 }, 'WARNING'))
  recorder.write(draftEntry('LEDGER_PRUNED', { reason: 'older than a year', before: '2025-03-04', payloads: 12 }))
  recorder.write(draftEntry('LEDGER_RESTORED', { from: 'backup.db' }, 'WARNING'))
  recorder.write(toDeliveryEntry({ act: 'pause', sink: 'siem', user: 'ann', now: START }))
  const filter = { action: 'ASSET_*', levels: ['INFO' as const] }
  recorder.write(toDeliveryEntry({ act: 'filter_added', filter, user: 'ann', now: START }))
  for (const draft of sampleAcceptanceEntries(START)) recorder.write(draft)
  for (const severity of ['success', 'information', 'warning', 'error', 'critical']) {
    const emission = { type: 'SESSION_AUTH', message: 'Ann logged in', originator: 'ann', actor: 'portal', severity }
    recorder.write(toEmittedEntry({ ...emission, data: { port: 443, host: { name: 'a' } } }, START))
  }
  recorder.write(toEmittedEntry({ type: 'DOOR', message: 'It was forced', alarm: true }, START))
  return [...recorder.events, sampleSummary(START)]
}
