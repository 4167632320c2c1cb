import type { Platform, Severity } from './check.ts'
import type { EvidenceRow, LeafJudgement } from './judge.ts'
import type { SourceInfo } from './source.ts'
import { VERDICTS, type Verdict } from './verdict.ts'

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
}

export type Summary = Readonly<Record<Verdict, number>>

export interface RunReport {
  readonly asset: Asset
  readonly source: SourceInfo
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly finishedAt: string
  readonly results: readonly CheckResult[]
  readonly summary: Summary
}

export function summarize(results: readonly { readonly verdict: Verdict }[]): Summary {
  const summary = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>
  for (const { verdict } of results) summary[verdict]++
  return summary
}
