import type { Verdict } from './verdict.ts'

/** How much an event matters, least first. */
export const LEVELS = ['INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const
export type Level = (typeof LEVELS)[number]

/**
 * What our own entries are about; whatever else an event's action says was given by an application.
 * - `ASSET_BASELINE`: the first report of an asset, with every verdict in it
 * - `ASSET_COMPLIANCE`: a check's first verdict, a transition, an inability to judge that began or ended
 * - `ASSET_CHECK_CHANGED`, `…_RENAMED`, `…_REMOVED`, `…_RETURNED`: the check itself changed, its verdict did not
 * - `ASSET_CHECK_QUARANTINED`: a check repeatedly took too long or ended whoever evaluated it, and is asked rarely
 * - `ASSET_GAP`: nothing was heard of checks for more than two of their periods
 * - `ASSET_CLOCK`: the asset's clock went back
 * - `ASSET_UPDATED`: its name, system, osquery, owner, team, company or labels changed
 * - `ASSET_ERASED`: all that was known of an asset was erased
 * - `WAIVER_GRANTED`, `…_REVOKED`, `ATTESTATION_GIVEN`, `…_REVOKED`: what people answer for, and what they took back
 * - `WAIVER_EXPIRING`, `…_EXPIRED`, `ATTESTATION_EXPIRING`, `…_EXPIRED`: that it ends soon, or has ended; told once
 * - `LEDGER_OPENED`, `LEDGER_RESTORED`, `LEDGER_PRUNED`: what was done to the ledger itself
 * - `LEDGER_DELIVERY_CHANGED`: what an operator did to how it is delivered: sinks, filters, alarms
 * - `DELIVERY_SUMMARY`: what a sink was not given, because there was too much of it; delivered only, in no ledger
 */
export const ACTIONS = [
  'ASSET_BASELINE',
  'ASSET_COMPLIANCE',
  'ASSET_CHECK_CHANGED',
  'ASSET_CHECK_RENAMED',
  'ASSET_CHECK_REMOVED',
  'ASSET_CHECK_RETURNED',
  'ASSET_CHECK_QUARANTINED',
  'ASSET_GAP',
  'ASSET_CLOCK',
  'ASSET_UPDATED',
  'ASSET_ERASED',
  'WAIVER_GRANTED',
  'WAIVER_REVOKED',
  'WAIVER_EXPIRING',
  'WAIVER_EXPIRED',
  'ATTESTATION_GIVEN',
  'ATTESTATION_REVOKED',
  'ATTESTATION_EXPIRING',
  'ATTESTATION_EXPIRED',
  'LEDGER_OPENED',
  'LEDGER_RESTORED',
  'LEDGER_PRUNED',
  'LEDGER_DELIVERY_CHANGED',
  'DELIVERY_SUMMARY',
] as const
export type Action = (typeof ACTIONS)[number]

/** Whether an action is one of Keelson's own, or might become one; applications have no such names. */
export function isOurs(action: string): boolean {
  return /^(?:ASSET|LEDGER|WAIVER|ATTESTATION)_/.test(action) || action === 'DELIVERY_SUMMARY'
}

/** Something with a stable UUID of its own and a name for people. */
export interface Named {
  readonly uuid: string
  readonly name: string
}

export interface Change<Value> {
  readonly last: Value
  readonly latest: Value
}

export type EventChanges = Readonly<Record<string, Change<unknown>>>
export type EventMeta = Readonly<Record<string, unknown>>

/** A ledger entry as it is delivered: the keys of Zercurity's event, in its order; what is ours stands in `meta`. */
export interface Event {
  readonly uuid: string
  /** RFC 3339 with an offset: when it was observed. */
  readonly timestamp: string
  readonly level: Level
  readonly action: string
  readonly meta: EventMeta | null
  readonly changes: EventChanges | null
  /** The check: a UUIDv5 of its id, and its title. */
  readonly item: { readonly id: string; readonly name: string } | null
  readonly company: Named | null
  /** Who did it; null when nobody did, as for everything that was observed. */
  readonly user: Named | null
  readonly team: Named | null
  readonly asset: Named | null
}

/** A machine as the store knows it. */
export interface AssetRecord {
  readonly uuid: string
  /** As its reports have it; empty before the first. */
  readonly name: string
  /** Given by hand; it is shown instead of the reported one. */
  readonly givenName: string | null
  readonly platform: string
  readonly os: string
  readonly osquery: string
  readonly owner: { readonly name: string | null; readonly email: string | null }
  readonly team: string | null
  readonly company: string | null
  readonly labels: readonly string[]
}

/** What decides to write an entry; the store adds what only it knows. */
export interface EntryDraft {
  readonly action: string
  readonly level: Level
  /** Milliseconds since 1970. */
  readonly observedAt: number
  readonly check?: { readonly id: string; readonly title: string }
  readonly changes: EventChanges | null
  readonly meta: EventMeta
  /** The name of whoever did it. */
  readonly user?: string
}

export interface Written {
  readonly uuid: string
  readonly recordedAt: number
  readonly assetSequence: number
  readonly asset: AssetRecord | null
  /** The UUIDv5 of a name, the same on every machine. */
  readonly uuidOf: (name: string) => string
  /** As toTimestamp, or quicker. */
  readonly timestampOf: (milliseconds: number) => string
}

/** The event of an entry that is being written. */
export function toEvent(draft: EntryDraft, written: Written): Event {
  const { uuid, recordedAt, assetSequence, asset, uuidOf, timestampOf } = written
  const named = (kind: string, name: string | null | undefined): Named | null =>
    name ? { uuid: uuidOf(`${kind}:${name}`), name } : null
  return {
    uuid,
    timestamp: timestampOf(draft.observedAt),
    level: draft.level,
    action: draft.action,
    meta: { recorded_at: timestampOf(recordedAt), asset_sequence: assetSequence, ...draft.meta },
    changes: draft.changes,
    item: draft.check ? { id: uuidOf(`check:${draft.check.id}`), name: draft.check.title } : null,
    company: named('company', asset?.company),
    user: named('user', draft.user),
    team: named('team', asset?.team),
    asset: asset && { uuid: asset.uuid, name: nameOf(asset) },
  }
}

/** What people call an asset: the name given to it by hand, the one it reports, or else its UUID. */
export function nameOf({ givenName, name, uuid }: Pick<AssetRecord, 'givenName' | 'name' | 'uuid'>): string {
  return givenName || name || uuid
}

/** The event as readers get it: its `meta` tells the place in the ledger, which was not known when it was written. */
export function toWire<Given extends Event | null>({ sequence, event }: { sequence: number; event: Given }): Given {
  return event && { ...event, meta: { sequence, ...event.meta } }
}

/** RFC 3339 in UTC, written with an offset as in the article's event: `2026-03-04T14:18:14.000+00:00`. */
export function toTimestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, -1)}+00:00`
}

/** The same for whoever writes a few times again and again: each is written once. */
export function createTimestamps(): (milliseconds: number) => string {
  const written = new Map<number, string>()
  return (milliseconds) => {
    const before = written.get(milliseconds)
    if (before !== undefined) return before
    const text = toTimestamp(milliseconds)
    if (written.size >= MOST_TIMESTAMPS) written.clear()
    written.set(milliseconds, text)
    return text
  }
}

const MOST_TIMESTAMPS = 100

const LEVEL_OF: Readonly<Record<Verdict, Level>> = {
  pass: 'INFO',
  not_applicable: 'INFO',
  warn: 'WARNING',
  error: 'WARNING',
  fail: 'ERROR',
}

export function levelOf(verdict: Verdict): Level {
  return LEVEL_OF[verdict]
}

/** The article's word for a verdict: null where it neither passes nor fails. */
export function passedOf(verdict: Verdict | null): boolean | null {
  if (verdict === 'pass') return true
  return verdict === 'fail' || verdict === 'warn' ? false : null
}

export function verdictChanges(last: Verdict | null, latest: Verdict | null): EventChanges {
  return { passed: { last: passedOf(last), latest: passedOf(latest) }, verdict: { last, latest } }
}
