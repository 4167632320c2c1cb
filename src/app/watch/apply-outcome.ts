import { suspectAfter } from '../../core/plan-quarantine.ts'
import type { SourceInfo } from '../../core/source.ts'
import type { Died } from './evaluation-process.ts'
import type { Change, Evaluated, Outcome, Problem } from './protocol.ts'
import type { WatchLog } from './watch-log.ts'
import type { WatchRecord } from './watch-record.ts'

/** What the watch knows between evaluations. */
export interface WatchState {
  readonly record: WatchRecord
  /** The checks in use; undefined before any could be used. */
  readonly content: Uint8Array | undefined
  /** Evaluations in a row that failed. */
  readonly failures: number
  /** What the last evaluation warned of: it is said once. */
  readonly warnings: readonly string[]
}

/** What somebody wants besides what is due. */
export interface Wish {
  /** The checks are to be read anew. */
  readonly reload: boolean
  /** Every check is due. */
  readonly all: boolean
}

export interface OutcomeContext {
  readonly now: number
  /** Milliseconds that the evaluation took. */
  readonly took: number
  readonly wish: Wish
  /** Milliseconds until it is tried again after so many failures. */
  readonly delayOf: (failures: number) => number
  readonly log: WatchLog
}

export interface Applied {
  readonly state: WatchState
  /** What is still wished for, because this evaluation could not do it. */
  readonly pending?: Wish
}

/** Errors that are shown by --status. */
const KEPT_ERRORS = 10

/** What an evaluation changes in what the watch knows; what is worth a line goes to the log. */
export function applyOutcome(state: WatchState, outcome: Outcome | Died, context: OutcomeContext): Applied {
  switch (outcome.kind) {
    case 'evaluated':
      return outcome.lost ? applyLoss(state, outcome, outcome.lost, context) : applyFindings(state, outcome, context)
    case 'unsound':
      return applyUnsound(state, outcome, context)
    case 'died':
      return applyDeath(state, outcome, context)
    default:
      context.log('error', 'failed', describeProblem(outcome))
      return { ...retry(state, outcome.message, context), pending: context.wish }
  }
}

function applyFindings(state: WatchState, outcome: Evaluated, context: OutcomeContext): Applied {
  const { log, now } = context
  const { record } = state
  if (record.lost) log('info', 'source', `the source answers again, after ${describeSeconds(now - record.lost.since)}`)
  if (record.unsound && outcome.content) log('info', 'checks', 'the checks can be used again')
  logFindings(state, outcome, context)
  return {
    state: {
      warnings: outcome.warnings,
      content: outcome.content ?? state.content,
      failures: 0,
      record: {
        ...toRecord(record, outcome, context),
        lost: null,
        retryAt: null,
        unsound: outcome.content ? null : record.unsound,
      },
    },
  }
}

function applyLoss(state: WatchState, outcome: Evaluated, lost: Problem, context: OutcomeContext): Applied {
  const { log, now, wish } = context
  logFindings(state, outcome, context)
  const since = state.record.lost?.since ?? now
  log('error', 'source', `the source does not answer: ${describeProblem(lost)}`, {
    since: new Date(since).toISOString(),
  })
  const kept = { ...state, content: outcome.content ?? state.content, record: toRecord(state.record, outcome, context) }
  const { record, ...rest } = retry(kept, lost.message, context).state
  const told = { since, message: lost.message, hint: lost.hint ?? null }
  // Everything that was wished for is owed; new checks, which no plan tells of yet, are due anyway.
  const owed = wish.all && !outcome.plan ? record.plan.map(({ check }) => check) : record.owed
  return { state: { ...rest, record: { ...record, owed, lost: told } } }
}

function applyUnsound(state: WatchState, outcome: Problem, context: OutcomeContext): Applied {
  const { now, log, wish } = context
  const kept = state.content ? '; the ones before stay in use' : ''
  log('error', 'checks', `the checks cannot be used as they are now${kept}: ${describeProblem(outcome)}`)
  const unsound = { since: state.record.unsound?.since ?? now, message: outcome.message }
  const record = noteError({ ...state.record, unsound }, outcome.message, now)
  return { state: { ...state, record }, pending: { reload: false, all: wish.all } }
}

/** Whoever was being asked when the process ended may have ended it: alone surely, among others perhaps. */
function applyDeath(state: WatchState, { message, asking }: Died, context: OutcomeContext): Applied {
  const { now, log, wish } = context
  const asked = Object.entries(asking)
  const suspects = { ...state.record.suspects }
  for (const [check, version] of asked) {
    const before = suspects[check]
    if (asked.length === 1) suspects[check] = suspectAfter(before, { version, reason: message, now })
    else suspects[check] = before?.version === version ? before : { version, failures: 0, reason: message, until: null }
  }
  const [only, another] = Object.keys(asking)
  const whom =
    only === undefined
      ? ''
      : another === undefined
        ? ` while ${only} was asked`
        : ` while ${asked.length} checks were asked`
  log('error', 'died', `${message}${whom}`)
  return { ...retry({ ...state, record: { ...state.record, suspects } }, `${message}${whom}`, context), pending: wish }
}

function retry(state: WatchState, message: string, { now, delayOf }: OutcomeContext): Applied {
  const failures = state.failures + 1
  const record = noteError({ ...state.record, retryAt: now + delayOf(failures) }, message, now)
  return { state: { ...state, failures, record } }
}

function toRecord(record: WatchRecord, outcome: Evaluated, { now, took }: OutcomeContext): WatchRecord {
  const { asset, source, plan, owed, suspects } = outcome
  return {
    ...record,
    evaluatedAt: now,
    took: Math.round(took),
    asset: asset ?? record.asset,
    source: source ?? record.source,
    plan: plan ?? record.plan,
    owed,
    suspects,
  }
}

function noteError(record: WatchRecord, message: string, at: number): WatchRecord {
  return { ...record, errors: [{ at, message }, ...record.errors].slice(0, KEPT_ERRORS) }
}

function logFindings(state: WatchState, outcome: Evaluated, { log, took }: OutcomeContext): void {
  const { judged, changes, quarantined, warnings, suspects, source } = outcome
  for (const warning of warnings) if (!state.warnings.includes(warning)) log('warning', 'warning', warning)
  const before = state.record.source
  if (source && (before?.kind !== source.kind || before.version !== source.version)) {
    log('info', 'source', `answers come from ${describeSource(source)}`, { kind: source.kind, version: source.version })
  }
  for (const change of changes)
    log(levelOf(change), 'change', change.check ? `${change.check}: ${change.text}` : change.text, { ...change })
  for (const check of quarantined) {
    log('warning', 'quarantine', `${check} is in quarantine: ${suspects[check]?.reason}`, { check })
  }
  if (judged > 0)
    log('info', 'evaluated', `${judged} ${judged === 1 ? 'check' : 'checks'} judged in ${describeSeconds(took)}`, {
      judged,
      took: Math.round(took),
    })
}

function levelOf({ level }: Change): 'info' | 'warning' | 'error' {
  if (level === 'INFO') return 'info'
  return level === 'WARNING' ? 'warning' : 'error'
}

/** A source in words. */
export function describeSource({ kind, version, path, preview }: SourceInfo): string {
  return kind === 'embedded' || preview
    ? `the embedded engine, a preview of osquery ${version}`
    : `osquery ${version} at ${path}`
}

function describeProblem({ message, hint }: Problem): string {
  return hint ? `${message} (${hint})` : message
}

function describeSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
