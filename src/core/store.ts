import type { AssetRecord, Event, Level } from './event.ts'
import type { Evidence } from './report.ts'
import type { AssetState, Batch, Changes, Definition } from './state.ts'
import type { Verdict } from './verdict.ts'

/** Which asset is meant; null is the ledger itself, for entries that are about no asset. */
export type AssetKey = { readonly uuid: string } | null

/** An entry as it stands in the ledger. */
export interface LedgerEntry {
  /** The place in the whole ledger, from 1, without holes. */
  readonly sequence: number
  /** SHA-256 in hex over the previous entry's hash, the sequence and the payload's digest. */
  readonly hash: string
  readonly observedAt: number
  readonly recordedAt: number
  /** Null when the payload was pruned or erased. */
  readonly event: Event | null
}

export interface Committed {
  /** False when the batch said the same as before, and only that it was heard of again was written. */
  readonly decided: boolean
  /** What was recorded, in order. */
  readonly entries: readonly LedgerEntry[]
}

export interface EventQuery {
  /** Observed at or after, before: milliseconds since 1970. */
  readonly since?: number
  readonly until?: number
  /** Ids or patterns with `*` and `?`; an earlier id leads to its check. */
  readonly checks?: readonly string[]
  /** With `checks`: also what is about no single check, such as first reports and gaps. */
  readonly general?: boolean
  /** UUIDs. */
  readonly assets?: readonly string[]
  /** This level and worse. */
  readonly level?: Level
  readonly actions?: readonly string[]
  /** Only entries after this sequence. */
  readonly after?: number
  /** At most so many: the newest, or the oldest when `after` is given. */
  readonly limit?: number
}

/** What was known of a check on an asset at a time. */
export interface CheckPosture {
  readonly check: string
  /** `error` when it could not be judged, or when nothing confirmed the last verdict for two periods. */
  readonly verdict: Verdict
  /** The last judged verdict, and since when it held; null when there was none. */
  readonly judged: { readonly verdict: Verdict; readonly since: number } | null
  /** Why the verdict is `error`, and since when; null otherwise. */
  readonly unknown: { readonly reason: string; readonly since: number } | null
  /** When a report last confirmed it; null where only the entry is known. */
  readonly seenAt: number | null
  readonly version: string
  readonly definition: string
  readonly reason: string | null
  readonly evidence: readonly Evidence[]
  readonly evidenceTotal: number
  /** The entry that says so. */
  readonly sequence: number
  /** The entry's payload is gone: verdict and evidence cannot be told. */
  readonly pruned: boolean
}

/** A check that something is known of, on whatever asset. */
export interface KnownCheck {
  readonly id: string
  /** Ids that it had before. */
  readonly formerly: readonly string[]
}

export interface Head {
  /** Names this ledger among all. */
  readonly ledger: string
  /** 0 and 64 zeros for an empty ledger. */
  readonly sequence: number
  readonly hash: string
}

export interface KnownAsset extends AssetRecord {
  readonly firstSeenAt: number
  /** Null when nothing was reported yet. */
  readonly lastSeenAt: number | null
}

/** Where verdicts are remembered. Every method may be called while others are under way. */
export interface Store {
  /**
   * Runs `decide` on what is known of the asset, under its lock, and writes what it answers: all of it, sealed, or
   * nothing. `decide` must be pure, since it may be run again. With `unchanged`, a batch whose digest is the one last
   * stored only confirms what is known, and `decide` is not asked.
   */
  commit(asset: AssetKey, decide: (state: AssetState) => Changes, unchanged?: Batch): Promise<Committed>
  /** What is known of an asset: as `decide` would be given it. */
  read(asset: { readonly uuid: string }): Promise<AssetState>
  assets(): Promise<readonly KnownAsset[]>
  /** Every check that was ever reported. */
  checks(): Promise<readonly KnownCheck[]>
  /** Sealed entries in the order of the ledger. */
  events(query: EventQuery): Promise<readonly LedgerEntry[]>
  /** What was known of an asset's checks at a time. */
  posture(asset: { readonly uuid: string }, options: PostureOptions): Promise<readonly CheckPosture[]>
  definition(digest: string): Promise<Definition | undefined>
  head(): Promise<Head>
  close(): Promise<void>
}

export interface PostureOptions {
  /** Milliseconds since 1970. At or after `now`, what is known now is told. */
  readonly at: number
  readonly now: number
}
