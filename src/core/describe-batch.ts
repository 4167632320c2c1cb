import { UNCONFIRMED_PERIODS } from './diff.ts'
import type { AssetReport, Batch, ReportedCheck } from './state.ts'

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
    names += `${id}\n${version}\n${definition.digest}\n${period}\n`
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
