import { describeBatch } from '../../core/describe-batch.ts'
import { diffReport } from '../../core/diff.ts'
import type { RunReport } from '../../core/report.ts'
import type { AssetFacts, AssetState } from '../../core/state.ts'
import type { Store } from '../../core/store.ts'
import { describeEvent } from '../../formats/describe-event.ts'
import { digestText, tagOfText, toAssetReport } from '../report-asset.ts'
import type { Content } from './content.ts'
import type { Change } from './protocol.ts'
import type { Reputation } from './reputation.ts'

export interface FindingsContext extends Content {
  readonly store: Store
  readonly facts: AssetFacts
  /** What was known before. */
  readonly before: AssetState
  readonly reputation: Reputation
  readonly clock: () => number
}

/** Commits what was found of some checks of the asset, and tells what that recorded. */
export async function commitFindings(report: RunReport, context: FindingsContext): Promise<Change[]> {
  const { store, before, reputation, clock } = context
  const selection = { patterns: [], tags: [] }
  const plain = toAssetReport(report, { ...context, selection, observedAt: clock() })
  const checks = plain.checks.map((check) => {
    const quarantine = reputation.quarantineOf(check.id)
    return quarantine ? { ...check, quarantine } : check
  })
  const observed = { ...plain, checks }
  // That a check has left the library is worth a report too.
  const isGone = [...before.checks.values()].some(
    ({ check, removedAt }) => removedAt === null && !observed.expected?.has(check),
  )
  if (checks.length === 0 && !isGone) return []
  const batch = describeBatch(observed, { digest: digestText })
  const decide = (state: AssetState) => diffReport(state, observed, { batch, tagOf: tagOfText })
  const { entries } = await store.commit(observed.asset, decide, batch)
  return entries.flatMap(({ event }) => {
    if (!event) return []
    const check = typeof event.meta?.check === 'string' ? event.meta.check : null
    return [{ action: event.action, level: event.level, check, text: describeEvent(event) }]
  })
}
