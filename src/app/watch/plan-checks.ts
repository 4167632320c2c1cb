import type { Config } from '../../config.ts'
import type { Check, Library, Platform } from '../../core/check.ts'
import { whyDue } from '../../core/due.ts'
import { nextDue, type Recurring } from '../../core/plan-due.ts'
import type { AssetFacts, AssetState } from '../../core/state.ts'
import { definesPlatform } from '../library.ts'
import { MissingParamError } from '../params.ts'
import { readRecurrence } from '../recurrence.ts'
import { tagOfText } from '../report-asset.ts'
import type { Workbench } from '../workbench.ts'
import type { DueCheck, EvaluationOrder } from './protocol.ts'

export interface PlanContext {
  readonly config: Config
  readonly library: Library
  readonly facts: AssetFacts
  /** What is known of the asset. */
  readonly before: AssetState
  /** Versions of the checks that could be compiled, by id. */
  readonly versions: ReadonlyMap<string, string>
  readonly order: Pick<EvaluationOrder, 'all' | 'owed' | 'seen'>
  readonly now: number
}

/** Every check that recurs on this asset, with the time that it is due, and why it is due now if it is. */
export function planChecks(context: PlanContext): DueCheck[] {
  const { config, library, facts, before, order, now } = context
  const owed = new Set(order.owed)
  const isOther = (known: { os: string; osquery: string } | null | undefined) =>
    known ? known.os !== facts.os || known.osquery !== facts.osquery : false
  // Somebody else's run may have told the state of the upgrade, without running every check.
  const upgraded = isOther(before.asset) || isOther(order.seen)
  const recurrences = new Map<string, Recurring>()
  return library.checks.flatMap((check) => {
    const schedule = check.schedule ?? config.schedule
    const recurrence = recurrences.get(schedule) ?? readRecurrence(schedule, now)
    recurrences.set(schedule, recurrence)
    if (recurrence.kind === 'manual' || !definesPlatform(check, facts.platform as Platform)) return []
    const own = before.checks.get(check.id)
    const state = own ?? findFormer(check, before)
    const version = context.versions.get(check.id) ?? state?.version ?? ''
    const tag = tagOfText(`${facts.uuid}\n${schedule}`)
    const nextAt = (state && nextDue(recurrence, state.seenAt, tag)) ?? now
    // A check with another id is reported under it at once: its history follows.
    const why = state && !own ? 'changed' : whyDue({ state, version, nextAt, upgraded, now })
    const { id, title, severity } = check
    return [
      {
        check: id,
        version,
        title,
        severity,
        schedule,
        nextAt,
        why: why ?? (order.all ? 'asked' : owed.has(id) ? 'owed' : undefined),
      },
    ]
  })
}

function findFormer({ formerly }: Check, { checks }: AssetState) {
  return formerly.map((id) => checks.get(id)).find(Boolean)
}

/** The versions of the checks for a platform, without those that cannot be compiled for want of a parameter. */
export function versionsOf({ checks }: Library, workbench: Workbench, platform: Platform): Map<string, string> {
  const versions = new Map<string, string>()
  for (const check of checks) {
    try {
      if (definesPlatform(check, platform)) versions.set(check.id, workbench.compile(check, platform).version)
    } catch (error) {
      if (!(error instanceof MissingParamError)) throw error
    }
  }
  return versions
}
