import {
  type AssetRecord,
  createTimestamps,
  type EntryDraft,
  type EventChanges,
  levelOf,
  toTimestamp,
  verdictChanges,
} from './event.ts'
import type {
  AssetReport,
  AssetState,
  Batch,
  Changes,
  CheckState,
  Definition,
  Gap,
  Judged,
  RefreshedEvidence,
  ReportedCheck,
} from './state.ts'

/** A verdict that nothing confirmed for this many periods is no longer known. */
export const UNCONFIRMED_PERIODS = 2
/** Evidence of an unchanged verdict is taken anew after this long. */
export const EVIDENCE_AGE = 86_400_000
/** Clocks are set back by less than this all the time. */
const CLOCK_TOLERANCE = 2000

export interface DiffOptions {
  /** The batch that the report belongs to; see describeBatch. */
  readonly batch: Batch
  /** A number that tells one evidence from another. */
  readonly tagOf: (text: string) => number
}

/**
 * What a report changes in what is known of its asset, and the entries that record it. Pure: the same state and report
 * give the same changes. An `error` never overwrites a judged verdict; it stands beside it as an inability to judge.
 */
export function diffReport(state: AssetState, report: AssetReport, { batch, tagOf }: DiffOptions): Changes {
  const diff = new ReportDiff(state, report, tagOf)
  return { ...(state.checks.size === 0 ? diff.begin() : diff.compare()), batch }
}

class ReportDiff {
  readonly #state: AssetState
  readonly #report: AssetReport
  readonly #tagOf: (text: string) => number
  readonly #timestampOf = createTimestamps()
  readonly #entries: EntryDraft[] = []
  readonly #checks: CheckState[] = []
  readonly #renames: { from: string; to: string }[] = []
  readonly #definitions: Definition[] = []
  readonly #gaps: Gap[] = []
  readonly #refreshed: RefreshedEvidence[] = []

  constructor(state: AssetState, report: AssetReport, tagOf: (text: string) => number) {
    this.#state = state
    this.#report = report
    this.#tagOf = tagOf
  }

  /** The first report of an asset: one entry with all of it. */
  begin(): Changes {
    const { observedAt, checks } = this.#report
    this.#updateAsset()
    const results = checks.map((check) => ({ title: check.title, ...factsOf(check), ...sayingOf(check) }))
    this.#write('ASSET_BASELINE', 'INFO', null, { results })
    for (const check of checks) {
      this.#definitions.push(check.definition)
      this.#checks.push(this.#newState(check, observedAt))
    }
    return this.#changes()
  }

  compare(): Changes {
    const { checks, expected, observedAt } = this.#report
    this.#noteClock()
    this.#updateAsset()
    const known = checks.map((check) => ({ check, before: this.#find(check) }))
    this.#noteGaps(known)
    for (const { check, before } of known) {
      if (before) this.#compareCheck(check, before)
      else this.#addCheck(check)
    }
    const reported = new Set([...checks.map(({ id }) => id), ...this.#renames.map(({ from }) => from)])
    for (const before of this.#state.checks.values()) {
      if (expected && !expected.has(before.check) && !reported.has(before.check) && before.removedAt === null) {
        this.#entries.push(removalOf(before, observedAt))
        this.#checks.push({ ...before, removedAt: observedAt })
      }
    }
    return this.#changes()
  }

  /** The state of a check, also under an earlier id of it: its history then goes on under the new one. */
  #find(check: ReportedCheck): CheckState | undefined {
    const { checks } = this.#state
    const before = checks.get(check.id)
    if (before) return before
    const from = check.formerly.find((id) => checks.has(id) && !this.#renames.some((rename) => rename.from === id))
    if (from === undefined) return undefined
    this.#renames.push({ from, to: check.id })
    this.#write('ASSET_CHECK_RENAMED', 'INFO', null, { check: check.id }, { id: { last: from, latest: check.id } })
    return { ...(checks.get(from) as CheckState), check: check.id }
  }

  #addCheck(check: ReportedCheck): void {
    const after = this.#newState(check, this.#report.observedAt)
    this.#definitions.push(check.definition)
    this.#checks.push(after)
    const meta = { ...this.#metaOf(check, 'first'), ...standingOf(after, this.#timestampOf) }
    this.#write('ASSET_COMPLIANCE', levelOf(check.verdict), check, meta, verdictChanges(null, check.verdict))
  }

  #compareCheck(check: ReportedCheck, before: CheckState): void {
    const { observedAt } = this.#report
    const redefined = before.definition !== check.definition.digest || before.version !== check.version
    if (redefined) this.#definitions.push(check.definition)
    const returned = before.removedAt !== null
    const after = this.#afterOf(check, before)
    const told = this.#tell(check, before, after)
    if (!told && returned) this.#restate('ASSET_CHECK_RETURNED', check, after, {})
    else if (!told && redefined) {
      const changes = {
        version: { last: before.version, latest: check.version },
        definition: { last: before.definition, latest: check.definition.digest },
      }
      this.#restate('ASSET_CHECK_CHANGED', check, after, changes)
    }
    const stale = observedAt - before.evidenceAt >= EVIDENCE_AGE || observedAt < before.evidenceAt
    const tag = told || returned || redefined || stale ? this.#tagOfCheck(check) : before.evidenceTag
    const rewritten = told || returned || redefined
    if (!rewritten && tag !== before.evidenceTag) {
      const { id, reason, evidence, evidenceTotal } = check
      this.#refreshed.push({ check: id, at: observedAt, reason, evidence, evidenceTotal })
    }
    const evidenceAt = rewritten || stale ? observedAt : before.evidenceAt
    const renamed = this.#renames.some(({ to }) => to === check.id)
    const same = before.inability?.reason === after.inability?.reason && before.period === after.period
    if (rewritten || renamed || evidenceAt !== before.evidenceAt || !same) {
      this.#checks.push({ ...after, evidenceAt, evidenceTag: tag })
    }
  }

  #afterOf(check: ReportedCheck, before: CheckState): CheckState {
    const { observedAt } = this.#report
    const { verdict, version, period } = check
    const definition = check.definition.digest
    const base = { ...before, version, definition, period, seenAt: observedAt, removedAt: null }
    if (verdict === 'error') {
      const since = before.inability?.since ?? observedAt
      return { ...base, inability: { reason: check.reason ?? UNEXPLAINED, since } }
    }
    return { ...base, verdict, since: before.verdict === verdict ? before.since : observedAt, inability: null }
  }

  /** Writes the entry of a verdict that changed, or of an inability that began or ended. */
  #tell(check: ReportedCheck, before: CheckState, after: CheckState): boolean {
    const { verdict } = check
    const ended = before.inability && !after.inability ? { inability: inabilityOf(before) } : {}
    const write = (kind: string, last: Judged | 'error' | null, meta = {}) => {
      const lastSince = {
        last_since: this.#timestampOf(
          before.inability && kind !== 'transition' ? before.inability.since : before.since,
        ),
      }
      const facts = { ...this.#metaOf(check, kind, before), ...standingOf(after, this.#timestampOf) }
      this.#write(
        'ASSET_COMPLIANCE',
        levelOf(verdict),
        check,
        { ...facts, ...lastSince, ...meta },
        verdictChanges(last, verdict),
      )
      return true
    }
    if (verdict === 'error') return !before.inability && write('inability_begun', before.verdict)
    if (before.verdict === null) return write('first', before.inability ? 'error' : null, ended)
    if (before.verdict !== verdict) return write('transition', before.verdict, ended)
    return before.inability !== null && write('inability_ended', 'error', ended)
  }

  /** An entry that says again what is known of a check, because the check itself changed. */
  #restate(action: string, check: ReportedCheck, after: CheckState, changes: EventChanges): void {
    const meta = { ...factsOf(check), ...standingOf(after, this.#timestampOf), ...sayingOf(check), ...this.#seenBy() }
    this.#write(action, 'INFO', check, meta, changes)
  }

  #newState(check: ReportedCheck, now: number): CheckState {
    const { id, verdict, version, definition, period, reason } = check
    return {
      check: id,
      verdict: verdict === 'error' ? null : verdict,
      since: now,
      version,
      definition: definition.digest,
      period,
      inability: verdict === 'error' ? { reason: reason ?? UNEXPLAINED, since: now } : null,
      seenAt: now,
      evidenceAt: now,
      evidenceTag: this.#tagOfCheck(check),
      removedAt: null,
    }
  }

  #noteClock(): void {
    const { observedAt } = this.#report
    let last = 0
    for (const { seenAt } of this.#state.checks.values()) last = Math.max(last, seenAt)
    if (observedAt >= last - CLOCK_TOLERANCE) return
    const time = { last: toTimestamp(last), latest: toTimestamp(observedAt) }
    this.#write('ASSET_CLOCK', 'WARNING', null, { reason: 'the clock went back' }, { time })
  }

  #noteGaps(known: readonly { check: ReportedCheck; before: CheckState | undefined }[]): void {
    const { observedAt } = this.#report
    for (const { check, before } of known) {
      if (!before || before.removedAt !== null || check.period === null) continue
      const since = before.seenAt + UNCONFIRMED_PERIODS * check.period * 1000
      if (since < observedAt) this.#gaps.push({ check: check.id, since, until: observedAt })
    }
    if (this.#gaps.length === 0) return
    const gaps = this.#gaps.map(({ check, since }) => ({ check, since: toTimestamp(since) }))
    this.#write('ASSET_GAP', 'WARNING', null, { until: toTimestamp(observedAt), gaps })
  }

  #updateAsset(): void {
    const before = this.#state.asset
    const facts = this.#report.asset
    if (before === null) return
    const keys = ['name', 'platform', 'os', 'osquery'] as const
    const changed = keys.filter((key) => before[key] !== facts[key] && before[key] !== '')
    if (changed.length === 0) return
    const changes = Object.fromEntries(changed.map((key) => [key, { last: before[key], latest: facts[key] }]))
    this.#write('ASSET_UPDATED', 'INFO', null, {}, changes)
  }

  #metaOf(check: ReportedCheck, kind: string, before?: CheckState) {
    const cause = before && before.version !== check.version ? 'definition_changed' : 'observed'
    return { kind, ...factsOf(check), cause, ...sayingOf(check), ...this.#seenBy() }
  }

  #seenBy() {
    const { source, asset } = this.#report
    return { source: { kind: source.kind, version: source.version, preview: source.preview }, os: asset.os }
  }

  #write(
    action: string,
    level: EntryDraft['level'],
    check: ReportedCheck | null,
    meta: EntryDraft['meta'],
    changes: EventChanges | null = null,
  ): void {
    const { observedAt } = this.#report
    const about = check ? { check: { id: check.id, title: check.title } } : {}
    this.#entries.push({ action, level, observedAt, ...about, changes, meta })
  }

  #tagOfCheck({ reason, evidence, evidenceTotal }: ReportedCheck): number {
    return this.#tagOf(JSON.stringify([reason, evidence, evidenceTotal]))
  }

  #changes(): Changes {
    const asset: AssetRecord = { ...(this.#state.asset ?? UNKNOWN_ASSET), ...this.#report.asset }
    return {
      entries: this.#entries,
      asset,
      checks: this.#checks,
      renames: this.#renames,
      definitions: this.#definitions,
      gaps: this.#gaps,
      refreshed: this.#refreshed,
    }
  }
}

const UNEXPLAINED = 'it could not be judged'

/** What is known of an asset before anything is. */
export const UNKNOWN_ASSET: AssetRecord = {
  uuid: '',
  name: '',
  givenName: null,
  platform: '',
  os: '',
  osquery: '',
  owner: { name: null, email: null },
  team: null,
  company: null,
  labels: [],
}

function factsOf({ id, severity, version, definition, verdict }: ReportedCheck) {
  return { check: id, severity, version, definition: definition.digest, verdict }
}

function sayingOf({ reason, evidence, evidenceTotal }: ReportedCheck) {
  return { reason, evidence, evidence_total: evidenceTotal }
}

/** Since when what is said holds, and the last judged verdict beside it. */
function standingOf({ verdict, since, inability }: CheckState, timestampOf: (time: number) => string) {
  return {
    since: timestampOf(inability?.since ?? since),
    judged: verdict === null ? null : { verdict, since: timestampOf(since) },
  }
}

function inabilityOf({ inability }: CheckState) {
  return inability && { since: toTimestamp(inability.since), reason: inability.reason }
}

function removalOf(before: CheckState, observedAt: number): EntryDraft {
  const { check, verdict, version, definition, since } = before
  const meta = { check, version, definition, verdict, since: toTimestamp(since) }
  return {
    action: 'ASSET_CHECK_REMOVED',
    level: 'INFO',
    observedAt,
    check: { id: check, title: check },
    changes: null,
    meta,
  }
}

/** What reports of the same checks have in common. */
export type BatchPlan = Pick<Batch, 'name' | 'members' | 'patience'>

export interface BatchOptions {
  readonly digest: (text: string) => string
  /** From planBatch, for reports that ask the same of one asset after another; computed when absent. */
  readonly plan?: BatchPlan
}

/** The part of a batch that depends on what was asked only: checks, versions, definitions and periods. */
export function planBatch(
  {
    checks,
    expected,
  }: Pick<AssetReport, 'expected'> & {
    readonly checks: readonly Pick<ReportedCheck, 'id' | 'version' | 'definition' | 'period'>[]
  },
  { digest }: BatchOptions,
): BatchPlan {
  let patience = Number.MAX_SAFE_INTEGER
  let names = ''
  for (const { id, version, definition, period } of checks) {
    names += `${id}\n${version}\n${definition.digest}\n`
    if (period !== null) patience = Math.min(patience, UNCONFIRMED_PERIODS * period * 1000)
  }
  // A check that the library no longer holds changes what is known, though every other one says the same.
  if (expected) names += `${[...expected].sort().join('\n')}\n`
  return { name: digest(names), members: checks.map(({ id }) => id), patience }
}

/** The batch of a report: what names it, and what tells whether it says anything new. */
export function describeBatch(report: AssetReport, options: BatchOptions): Batch {
  const { checks, asset, observedAt } = report
  let verdicts = `${asset.name}\n${asset.os}\n${asset.osquery}\n`
  for (const { verdict, reason } of checks) verdicts += verdict === 'error' ? `error ${reason}\n` : `${verdict}\n`
  const { name, members, patience } = options.plan ?? planBatch(report, options)
  return { name, members, digest: options.digest(verdicts), seenAt: observedAt, patience }
}
