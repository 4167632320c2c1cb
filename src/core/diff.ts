import type { AssetRecord } from './event.ts'
import { beginState, continueState, notLaterThan } from './next-state.ts'
import { isRedefined, ReportEntries } from './report-entries.ts'
import type {
  AssetReport,
  AssetState,
  Batch,
  Changes,
  CheckState,
  Definition,
  Gap,
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
  /** The batch that the report belongs to: describeBatch. */
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
  readonly #entries: ReportEntries
  readonly #checks: CheckState[] = []
  readonly #renames: { from: string; to: string }[] = []
  readonly #definitions: Definition[] = []
  readonly #refreshed: RefreshedEvidence[] = []
  #gaps: Gap[] = []
  #setBackTo: number | undefined

  constructor(state: AssetState, report: AssetReport, tagOf: (text: string) => number) {
    this.#state = state
    this.#report = report
    this.#tagOf = tagOf
    this.#entries = new ReportEntries(report)
  }

  /** The first report of an asset: one entry with all of it. */
  begin(): Changes {
    const { observedAt, checks } = this.#report
    this.#noteUpdate()
    // A report of nothing is not yet a first one.
    if (checks.length > 0) this.#entries.addBaseline()
    for (const check of checks) {
      this.#definitions.push(check.definition)
      this.#checks.push(beginState(check, observedAt, this.#tagOfCheck(check)))
    }
    return this.#changes()
  }

  compare(): Changes {
    const { checks, observedAt } = this.#report
    const known = checks.map((check) => ({ check, ...this.#find(check) }))
    const gone = this.#findGone()
    const befores = [...known.flatMap(({ before }) => before ?? []), ...gone]
    this.#noteClock(befores)
    this.#noteUpdate()
    this.#noteGaps(befores)
    for (const { check, before, from } of known) {
      if (before) this.#compareCheck(check, notLaterThan(observedAt, before), from)
      else this.#addCheck(check)
    }
    for (const before of gone) {
      const state = notLaterThan(observedAt, before)
      this.#entries.addRemoval(state)
      this.#checks.push({ ...state, removedAt: observedAt })
    }
    return this.#changes()
  }

  /** The state of a check, also under an earlier id of it: its history then goes on under the new one. */
  #find(check: ReportedCheck): { before?: CheckState; from?: string } {
    const { checks } = this.#state
    const before = checks.get(check.id)
    if (before) return { before }
    const from = check.formerly.find((id) => checks.has(id) && this.#isGivenUp(id))
    if (from === undefined) return {}
    this.#renames.push({ from, to: check.id })
    return { before: { ...(checks.get(from) as CheckState), check: check.id }, from }
  }

  /** Whether nothing else goes by that id, so that its history may go on under another. */
  #isGivenUp(id: string): boolean {
    const { checks, expected } = this.#report
    return !expected?.has(id) && !checks.some((check) => check.id === id) && !this.#isRenamed(id)
  }

  #isRenamed(id: string): boolean {
    return this.#renames.some(({ from }) => from === id)
  }

  /** What the asset is no longer to answer. */
  #findGone(): CheckState[] {
    const { checks, expected } = this.#report
    if (!expected) return []
    const reported = new Set(checks.map(({ id }) => id))
    return [...this.#state.checks.values()].filter(
      ({ check, removedAt }) =>
        removedAt === null && !expected.has(check) && !reported.has(check) && !this.#isRenamed(check),
    )
  }

  #addCheck(check: ReportedCheck): void {
    const after = beginState(check, this.#report.observedAt, this.#tagOfCheck(check))
    this.#definitions.push(check.definition)
    this.#checks.push(after)
    this.#entries.addFirst(check, after)
  }

  #compareCheck(check: ReportedCheck, before: CheckState, from: string | undefined): void {
    const { observedAt } = this.#report
    const after = continueState(check, before, observedAt)
    const redefined = isRedefined(check, before)
    const renamed = from !== undefined
    const returned = before.removedAt !== null
    if (redefined) this.#definitions.push(check.definition)
    if (renamed) this.#entries.addRename(from, check, before, after)
    const told = this.#entries.addChange(check, before, after)
    if (!told && returned) this.#entries.addReturn(check, after)
    else if (!told && redefined && !renamed) this.#entries.addRedefinition(check, before, after)
    if (check.quarantine) this.#entries.addQuarantine(check, after, check.quarantine)
    const rewritten = told || returned || redefined || renamed || check.quarantine !== undefined
    const stale = observedAt - before.evidenceAt >= EVIDENCE_AGE || observedAt < before.evidenceAt
    const tag = rewritten || stale ? this.#tagOfCheck(check) : before.evidenceTag
    if (!rewritten && tag !== before.evidenceTag) {
      const { id, reason, evidence, evidenceTotal } = check
      this.#refreshed.push({ check: id, at: observedAt, reason, evidence, evidenceTotal })
    }
    const evidenceAt = rewritten || stale ? observedAt : before.evidenceAt
    const same = before.inability?.reason === after.inability?.reason && before.period === after.period
    if (rewritten || evidenceAt !== before.evidenceAt || !same) {
      this.#checks.push({ ...after, evidenceAt, evidenceTag: tag })
    }
  }

  /** Only by what it says of the same checks does a report show that the clock went back. */
  #noteClock(befores: readonly CheckState[]): void {
    const { observedAt } = this.#report
    let last = 0
    for (const { seenAt, removedAt } of befores) last = Math.max(last, seenAt, removedAt ?? 0)
    if (observedAt >= last) return
    this.#setBackTo = observedAt
    if (observedAt < last - CLOCK_TOLERANCE) this.#entries.addClock(last)
  }

  #noteUpdate(): void {
    const before = this.#state.asset
    const facts = this.#report.asset
    if (before === null) return
    const keys = ['name', 'platform', 'os', 'osquery'] as const
    // What a source could not tell this time did not change.
    const changed = keys.filter((key) => before[key] !== facts[key] && before[key] !== '' && facts[key] !== '')
    if (changed.length === 0) return
    this.#entries.addUpdate(Object.fromEntries(changed.map((key) => [key, { last: before[key], latest: facts[key] }])))
  }

  #noteGaps(befores: readonly CheckState[]): void {
    const { observedAt } = this.#report
    this.#gaps = befores.flatMap(({ check, period, seenAt, removedAt }) => {
      if (removedAt !== null || period === null) return []
      const since = seenAt + UNCONFIRMED_PERIODS * period * 1000
      return since < observedAt ? [{ check, since, until: observedAt }] : []
    })
    if (this.#gaps.length > 0) this.#entries.addGaps(this.#gaps)
  }

  #tagOfCheck({ reason, evidence, evidenceTotal }: ReportedCheck): number {
    return this.#tagOf(JSON.stringify([reason, evidence, evidenceTotal]))
  }

  #changes(): Changes {
    const before = this.#state.asset ?? UNKNOWN_ASSET
    const { uuid, name, platform, os, osquery } = this.#report.asset
    const asset: AssetRecord = {
      ...before,
      uuid,
      name: name || before.name,
      platform: platform || before.platform,
      os: os || before.os,
      osquery: osquery || before.osquery,
    }
    return {
      entries: this.#entries.list,
      asset,
      ...(this.#setBackTo === undefined ? {} : { setBackTo: this.#setBackTo }),
      checks: this.#checks,
      renames: this.#renames,
      definitions: this.#definitions,
      gaps: this.#gaps,
      refreshed: this.#refreshed,
    }
  }
}

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
