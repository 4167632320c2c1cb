import type { Flags } from '../../config.ts'
import type { Severity } from '../../core/check.ts'
import type { DueReason } from '../../core/due.ts'
import type { Level } from '../../core/event.ts'
import type { Suspects } from '../../core/plan-quarantine.ts'
import type { SourceInfo } from '../../core/source.ts'

// What the watch and the process that evaluates for it say to each other. All of it is plain data.

export interface EvaluationOrder {
  /** The settings of the command line; keelson.yaml is read with the checks. */
  readonly flags: Flags
  /** The state's file. */
  readonly state: string
  /** The checks in use (packContent); absent: they are to be read anew. */
  readonly content?: Uint8Array | undefined
  /** Whether every check is due. */
  readonly all: boolean
  /** Checks that were due and could not be asked; they are due whatever their schedule says. */
  readonly owed: readonly string[]
  readonly suspects: Suspects
  /** The system and the source as the watch saw them last, to notice upgrades. */
  readonly seen?: { readonly os: string; readonly osquery: string } | undefined
  /** The source as it was last. One that was osquery's must not silently become another. */
  readonly source?: SourceInfo | undefined
  /** Whether a source that is gone is to be recorded as an inability to judge what is due. */
  readonly recordLoss: boolean
  /** Milliseconds after which no further question is asked. */
  readonly budget: number
}

/** A check and when it is due. */
export interface PlannedCheck {
  readonly check: string
  readonly version: string
  readonly title: string
  readonly severity: Severity
  readonly schedule: string
  /** Milliseconds since 1970. */
  readonly nextAt: number
}

export interface DueCheck extends PlannedCheck {
  /** Why it is due now; `owed`: it was before; `asked`: somebody wants everything. */
  readonly why: DueReason | 'owed' | 'asked' | undefined
}

/** An entry of the ledger, in a line. */
export interface Change {
  readonly action: string
  readonly level: Level
  readonly check: string | null
  readonly text: string
}

export interface Evaluated {
  readonly kind: 'evaluated'
  /** The checks that were used, where they were read anew. */
  readonly content?: Uint8Array | undefined
  /** The folders of checks, with it. */
  readonly folders?: readonly string[]
  /** Absent when the source was lost before it had named its machine. */
  readonly asset?: { readonly uuid: string; readonly name: string; readonly os: string; readonly osquery: string }
  readonly source?: SourceInfo
  /** How many checks were judged. */
  readonly judged: number
  readonly changes: readonly Change[]
  /** Absent when nothing could be planned. */
  readonly plan?: readonly PlannedCheck[]
  readonly suspects: Suspects
  /** Checks that were put into quarantine. */
  readonly quarantined: readonly string[]
  readonly owed: readonly string[]
  /** Why the source is lost; absent when it answers. */
  readonly lost?: Problem | undefined
  readonly warnings: readonly string[]
}

/** Something in the checks or the settings is wrong, so that they cannot be used. */
export interface Unsound extends Problem {
  readonly kind: 'unsound'
}

/** The state could not be read or written, or something was not foreseen. */
export interface Failed extends Problem {
  readonly kind: 'failed'
}

export interface Problem {
  readonly message: string
  readonly hint?: string | undefined
}

export type Outcome = Evaluated | Unsound | Failed

export type Progress =
  /** The checks that are being asked, with their versions. */
  | { readonly kind: 'asking'; readonly checks: Readonly<Record<string, string>> }
  /** Another run holds the state. */
  | { readonly kind: 'waiting'; readonly holder: number | undefined }
