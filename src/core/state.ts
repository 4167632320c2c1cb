import type { Severity } from './check.ts'
import type { AssetRecord, EntryDraft } from './event.ts'
import type { Evidence } from './report.ts'
import type { SourceInfo } from './source.ts'
import type { Verdict } from './verdict.ts'

/** A verdict that says something of the asset; `error` says only that nothing could be said. */
export type Judged = Exclude<Verdict, 'error'>

/** What is known of one check on one asset. Times are milliseconds since 1970. */
export interface CheckState {
  readonly check: string
  /** The last judged verdict; null when there never was one. */
  readonly verdict: Judged | null
  /** Since when that verdict holds; without one, since when it could not be judged. */
  readonly since: number
  readonly version: string
  /** The digest of the check's definition. */
  readonly definition: string
  /** Seconds between two reports; null for a check that is run by hand. */
  readonly period: number | null
  /** Why it cannot be judged now, beside the last verdict. */
  readonly inability: { readonly reason: string; readonly since: number } | null
  /** When a report last confirmed all this. */
  readonly seenAt: number
  /** When the evidence was taken, and what tells it from other evidence. */
  readonly evidenceAt: number
  readonly evidenceTag: number
  /** When the check was taken out of use; null while it is in use. */
  readonly removedAt: number | null
}

export interface AssetState {
  /** Null for one that was never heard of. */
  readonly asset: AssetRecord | null
  readonly checks: ReadonlyMap<string, CheckState>
}

/** What a source says of its machine. */
export interface AssetFacts {
  readonly uuid: string
  readonly name: string
  readonly platform: string
  readonly os: string
  readonly osquery: string
}

/** The verdict of one check in a report. */
export interface ReportedCheck {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  /** Whether its failure is an alarm. */
  readonly alarm?: true
  readonly formerly: readonly string[]
  readonly version: string
  readonly definition: Definition
  /** Seconds between two reports; null for a check that is run by hand. */
  readonly period: number | null
  readonly verdict: Verdict
  /** Why it is not a pass. */
  readonly reason: string | null
  readonly evidence: readonly Evidence[]
  readonly evidenceTotal: number
  /** Given when it was put into quarantine just now: until when, in milliseconds since 1970, after so many failures. */
  readonly quarantine?: { readonly until: number; readonly failures: number }
}

/** A check's document as written, with the parameters it was asked with: JSON text, and its SHA-256 in hex. */
export interface Definition {
  readonly digest: string
  readonly body: string
}

/** What one evaluation found on one asset. */
export interface AssetReport {
  readonly asset: AssetFacts
  readonly source: SourceInfo
  readonly observedAt: number
  readonly checks: readonly ReportedCheck[]
  /** Every check that the asset is to answer; those it no longer names are taken out of use. Null: not known. */
  readonly expected: ReadonlySet<string> | null
}

/** Reports of the same checks. One that says the same again is told by its digest, without looking at each check. */
export interface Batch {
  /** Names the checks with their versions, definitions and periods. */
  readonly name: string
  readonly members: readonly string[]
  /** Of the verdicts, the reasons of errors, and the asset's facts. */
  readonly digest: string
  readonly seenAt: number
  /** Milliseconds that may pass before silence must be recorded as a gap. */
  readonly patience: number
}

export interface Gap {
  readonly check: string
  /** When the last report had lost its worth. */
  readonly since: number
  readonly until: number
}

/** Evidence newer than the transition's. */
export interface RefreshedEvidence {
  readonly check: string
  readonly at: number
  readonly reason: string | null
  readonly evidence: readonly Evidence[]
  readonly evidenceTotal: number
}

/** What a decision writes, all of it or nothing. */
export interface Changes {
  readonly entries: readonly EntryDraft[]
  readonly asset?: AssetRecord
  /** The asset's clock was set back to this: nothing that is known of it may lie later. */
  readonly setBackTo?: number
  /** New states; `seenAt` is the batch's. */
  readonly checks?: readonly CheckState[]
  readonly renames?: readonly { readonly from: string; readonly to: string }[]
  readonly definitions?: readonly Definition[]
  readonly gaps?: readonly Gap[]
  readonly refreshed?: readonly RefreshedEvidence[]
  readonly batch?: Batch
}
