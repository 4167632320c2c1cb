import type { Platform, Severity } from './check.ts'
import type { AcceptedFailure } from './compliance-report.ts'
import type { EvidenceRow, LeafJudgement } from './judge.ts'
import type { SourceInfo } from './source.ts'
import { VERDICTS, type Verdict } from './verdict.ts'
import type { LapsedWaiver } from './waiver.ts'

/** A machine, as far as its source names it. */
export interface Asset {
  /** The hardware's UUID as osquery's system_info gives it; empty when it is not known. */
  readonly uuid: string
  readonly name: string
  readonly platform: Platform
  /** The system's name and version, such as `Debian GNU/Linux 12 (bookworm)`. */
  readonly os: string
}

/** One row of evidence: what was found, with its own verdict. */
export interface Evidence {
  readonly verdict: Verdict
  /** The clause that found it, for checks of several. */
  readonly clause?: string
  readonly resource?: string
  readonly reason?: string
  readonly found: EvidenceRow
}

export interface CheckResult {
  readonly check: string
  readonly title: string
  readonly severity: Severity
  readonly tags: readonly string[]
  readonly version: string
  readonly verdict: Verdict
  /** Why it is not a pass, in a sentence; null for a pass. */
  readonly reason: string | null
  /** The same, one sentence for each clause that decided. */
  readonly reasons: readonly string[]
  /** The rows that decided, worst first; for a pass, a few that passed. */
  readonly evidence: readonly Evidence[]
  /** How many rows decided; `evidence` holds the first of them. */
  readonly evidenceTotal: number
  /** Why it could not be judged; null unless the verdict is `error`. */
  readonly error: string | null
  readonly why: string | null
  readonly fix: string | null
  /** Each clause with what was expected and found. */
  readonly clauses: readonly LeafJudgement[]
  /** What is remembered of the check; absent where nothing is. */
  readonly memory?: ResultMemory
  /** Who accepts that it fails, and until when; the verdict stays what it is. */
  readonly waiver?: AcceptedFailure
  /** A waiver that was meant for this failure and does not hold. */
  readonly lapsed?: LapsedWaiver
}

/** Times are ISO 8601, UTC. */
export interface ResultMemory {
  /** Since when the verdict holds. */
  readonly since: string
  /** The last judged verdict, where it could not be judged now. */
  readonly judged: { readonly verdict: Verdict; readonly since: string } | null
  /** What it was before this run, and since when, if that was something else; from null: it was judged for the first time. */
  readonly changed: { readonly from: Verdict | null; readonly since: string | null } | null
  /** When the result was taken: before this run for a check that was not due. */
  readonly observedAt: string
  readonly due: boolean
}

/** What a run's report was compared with. */
export interface RunMemory {
  /** The file that holds it. */
  readonly state: string
  /** When this machine was last reported on before; null: never. */
  readonly lastRunAt: string | null
  /** How many entries the run added to the ledger. */
  readonly entries: number
}

/** How many checks have each verdict; failures that are accepted are counted apart, where there are any. */
export type Summary = Readonly<Record<Verdict, number>> & { readonly waived?: number }

export interface RunReport {
  readonly asset: Asset
  readonly source: SourceInfo
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly finishedAt: string
  readonly results: readonly CheckResult[]
  readonly summary: Summary
  /** Absent for a run without state. */
  readonly memory?: RunMemory
}

export function summarize(
  results: readonly { readonly verdict: Verdict; readonly waiver?: AcceptedFailure }[],
): Summary {
  const summary = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>
  let waived = 0
  for (const { verdict, waiver } of results) {
    if (waiver) waived++
    else summary[verdict]++
  }
  return waived > 0 ? { ...summary, waived } : summary
}
