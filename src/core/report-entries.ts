import {
  createTimestamps,
  type EntryDraft,
  type EventChanges,
  type EventMeta,
  levelOf,
  verdictChanges,
} from './event.ts'
import type { AssetReport, CheckState, Gap, Judged, ReportedCheck } from './state.ts'

/** The entries that a report leaves in the ledger, in their order. */
export class ReportEntries {
  readonly list: EntryDraft[] = []
  readonly #report: AssetReport
  readonly #timestampOf = createTimestamps()

  constructor(report: AssetReport) {
    this.#report = report
  }

  addBaseline(): void {
    const results = this.#report.checks.map((check) => ({
      title: check.title,
      ...factsOf(check),
      ...alarmOf(check),
      ...sayingOf(check),
    }))
    const alarm = this.#report.checks.some(isAlarm)
    this.#write('ASSET_BASELINE', alarm ? 'CRITICAL' : 'INFO', alarm ? { alarm, results } : { results })
  }

  addUpdate(changes: EventChanges): void {
    this.#write('ASSET_UPDATED', 'INFO', {}, { changes })
  }

  addClock(last: number): void {
    const time = { last: this.#timestampOf(last), latest: this.#timestampOf(this.#report.observedAt) }
    this.#write('ASSET_CLOCK', 'WARNING', { reason: 'the clock went back' }, { changes: { time } })
  }

  addGaps(gaps: readonly Gap[]): void {
    const told = gaps.map(({ check, since }) => ({ check, since: this.#timestampOf(since) }))
    this.#write('ASSET_GAP', 'WARNING', { until: this.#timestampOf(this.#report.observedAt), gaps: told })
  }

  /** A check's first verdict on an asset that is known already. */
  addFirst(check: ReportedCheck, after: CheckState): void {
    const meta = { ...this.#metaOf(check, 'first'), ...this.#standingOf(after) }
    this.#write('ASSET_COMPLIANCE', levelOfCheck(check), meta, {
      check,
      changes: verdictChanges(null, check.verdict),
    })
  }

  /** A verdict that changed, or an inability to judge that began or ended. False when nothing of that happened. */
  addChange(check: ReportedCheck, before: CheckState, after: CheckState): boolean {
    const { verdict } = check
    const ended = before.inability && !after.inability ? { inability: this.#inabilityOf(before) } : {}
    const add = (kind: string, last: Judged | 'error' | null, meta = {}) => {
      const lastSince = before.inability && kind !== 'transition' ? before.inability.since : before.since
      const standing = { ...this.#standingOf(after), last_since: this.#timestampOf(lastSince) }
      this.#write(
        'ASSET_COMPLIANCE',
        levelOfCheck(check),
        { ...this.#metaOf(check, kind, before), ...standing, ...meta },
        { check, changes: verdictChanges(last, verdict) },
      )
      return true
    }
    if (verdict === 'error') return !before.inability && add('inability_begun', before.verdict)
    if (before.verdict === null) return add('first', before.inability ? 'error' : null, ended)
    if (before.verdict !== verdict) return add('transition', before.verdict, ended)
    return before.inability !== null && add('inability_ended', 'error', ended)
  }

  addRename(from: string, check: ReportedCheck, before: CheckState, after: CheckState): void {
    const redefinition = isRedefined(check, before) ? redefinitionOf(check, before) : {}
    this.#restate('ASSET_CHECK_RENAMED', check, after, { id: { last: from, latest: check.id }, ...redefinition })
  }

  addReturn(check: ReportedCheck, after: CheckState): void {
    this.#restate('ASSET_CHECK_RETURNED', check, after, {})
  }

  addRedefinition(check: ReportedCheck, before: CheckState, after: CheckState): void {
    this.#restate('ASSET_CHECK_CHANGED', check, after, redefinitionOf(check, before))
  }

  /** It is asked no more for a while; what is known of it is said again. */
  addQuarantine(
    check: ReportedCheck,
    after: CheckState,
    { until, failures }: { until: number; failures: number },
  ): void {
    const told = { until: this.#timestampOf(until), failures }
    const meta = { ...factsOf(check), ...this.#standingOf(after), ...sayingOf(check), ...this.#seenBy(), ...told }
    this.#write('ASSET_CHECK_QUARANTINED', 'WARNING', meta, { check })
  }

  addRemoval({ check: id, verdict, version, definition, since }: CheckState): void {
    const meta = { check: id, version, definition, verdict, since: this.#timestampOf(since) }
    this.#write('ASSET_CHECK_REMOVED', 'INFO', meta, { check: { id, title: id } })
  }

  /** Says again what is known of a check, because the check itself changed. */
  #restate(action: string, check: ReportedCheck, after: CheckState, changes: EventChanges): void {
    const meta = { ...factsOf(check), ...this.#standingOf(after), ...sayingOf(check), ...this.#seenBy() }
    this.#write(action, 'INFO', meta, { check, changes })
  }

  #metaOf(check: ReportedCheck, kind: string, before?: CheckState) {
    const cause = before && before.version !== check.version ? 'definition_changed' : 'observed'
    return { kind, ...factsOf(check), ...alarmOf(check), cause, ...sayingOf(check), ...this.#seenBy() }
  }

  /** Since when what is said holds, and the last judged verdict beside it. */
  #standingOf({ verdict, since, inability }: CheckState) {
    return {
      since: this.#timestampOf(inability?.since ?? since),
      judged: verdict === null ? null : { verdict, since: this.#timestampOf(since) },
    }
  }

  #inabilityOf({ inability }: CheckState) {
    return inability && { since: this.#timestampOf(inability.since), reason: inability.reason }
  }

  #seenBy() {
    const { source, asset } = this.#report
    return { source: { kind: source.kind, version: source.version, preview: source.preview }, os: asset.os }
  }

  #write(
    action: string,
    level: EntryDraft['level'],
    meta: EventMeta,
    { check, changes = null }: { check?: { id: string; title: string }; changes?: EventChanges | null } = {},
  ): void {
    const { observedAt } = this.#report
    const about = check ? { check: { id: check.id, title: check.title } } : {}
    this.list.push({ action, level, observedAt, ...about, changes, meta })
  }
}

export function isRedefined(check: ReportedCheck, before: CheckState): boolean {
  return before.definition !== check.definition.digest || before.version !== check.version
}

function redefinitionOf(check: ReportedCheck, before: CheckState): EventChanges {
  return {
    version: { last: before.version, latest: check.version },
    definition: { last: before.definition, latest: check.definition.digest },
  }
}

function factsOf({ id, severity, version, definition, verdict }: ReportedCheck) {
  return { check: id, severity, version, definition: definition.digest, verdict }
}

/** A failure of a check whose author says that it is one. */
function isAlarm({ alarm, verdict }: ReportedCheck): boolean {
  return alarm === true && verdict === 'fail'
}

function alarmOf(check: ReportedCheck) {
  return isAlarm(check) ? { alarm: true } : {}
}

function levelOfCheck(check: ReportedCheck): EntryDraft['level'] {
  return isAlarm(check) ? 'CRITICAL' : levelOf(check.verdict)
}

function sayingOf({ reason, evidence, evidenceTotal }: ReportedCheck) {
  return { reason, evidence, evidence_total: evidenceTotal }
}
