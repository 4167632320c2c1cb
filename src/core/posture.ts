import type { Event } from './event.ts'
import type { Judged } from './state.ts'
import type { CheckPosture } from './store.ts'
import type { Verdict } from './verdict.ts'

/** What an entry says of a check. */
export type Statement = Pick<
  CheckPosture,
  'verdict' | 'judged' | 'unknown' | 'version' | 'definition' | 'reason' | 'evidence' | 'evidenceTotal'
>

export const NO_LONGER_KNOWN = 'the entry that told was pruned or erased'

/** The `meta` of entries about a check; also of each result of a first report. */
interface CheckMeta {
  readonly check: string
  readonly verdict: Verdict
  readonly version: string
  readonly definition: string
  readonly reason: string | null
  readonly evidence: CheckPosture['evidence']
  readonly evidence_total: number
  readonly since?: string
  readonly judged?: { readonly verdict: Judged; readonly since: string } | null
}

/** What an event says of a check; undefined when it says nothing of it. A first report speaks of many. */
export function readStatement(event: Event | null, check: string): Statement | undefined {
  if (!event?.meta) return undefined
  const { results } = event.meta as { results?: readonly CheckMeta[] }
  const meta = results ? results.find((result) => result.check === check) : (event.meta as unknown as CheckMeta)
  if (meta?.verdict === undefined) return undefined
  const since = Date.parse(meta.since ?? event.timestamp)
  const own = meta.verdict === 'error' ? null : { verdict: meta.verdict, since: event.timestamp }
  const judged = meta.judged === undefined ? own : meta.judged
  return {
    verdict: meta.verdict,
    judged: judged && { verdict: judged.verdict, since: Date.parse(judged.since) },
    unknown: meta.verdict === 'error' ? { reason: meta.reason ?? '', since } : null,
    version: meta.version,
    definition: meta.definition,
    reason: meta.reason,
    evidence: meta.evidence ?? [],
    evidenceTotal: meta.evidence_total ?? 0,
  }
}
