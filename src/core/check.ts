import type { Verdict } from './verdict.ts'

export const PLATFORMS = ['darwin', 'linux', 'windows'] as const
export type Platform = (typeof PLATFORMS)[number]

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What a check's SQL may do beside reading; it must be named in the check and allowed in the configuration. */
export const EFFECTS = ['network', 'carve', 'sleep'] as const
export type Effect = (typeof EFFECTS)[number]

/** Where something was written. Line and column count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export const PARAM_TYPES = ['string', 'integer', 'number', 'boolean', 'duration', 'list'] as const
export type ParamType = (typeof PARAM_TYPES)[number]
/** A duration is held in seconds. A list holds strings or integers. */
export type ParamValue = string | number | boolean | readonly (string | number)[]

export interface ParamSpec {
  readonly type: ParamType
  /** Of a list's members; `string` when absent. */
  readonly items?: 'string' | 'integer'
  readonly description?: string
  /** Absent: the parameter must be given. */
  readonly default?: ParamValue
  readonly enum?: readonly (string | number)[]
  readonly min?: number
  readonly max?: number
  /** A JavaScript regular expression that the whole text must match. */
  readonly pattern?: string
}

/** A scalar as written in a condition, or the name of a parameter that stands for it. */
export type Scalar = string | number | boolean | null
export type Operand = Scalar | { readonly param: string }
export type OperandList = readonly Operand[] | { readonly param: string }

/** What a column must be. A bare value means `eq`. Several operators must all hold. */
export interface Comparison {
  readonly eq?: Operand
  readonly ne?: Operand
  readonly lt?: Operand
  readonly le?: Operand
  readonly gt?: Operand
  readonly ge?: Operand
  readonly in?: OperandList
  readonly not_in?: OperandList
  readonly like?: Operand
  readonly glob?: Operand
  /** A regular expression of osquery's regex_match, at most 256 bytes. */
  readonly matches?: Operand
  /** Whether the column is NULL or empty text. */
  readonly empty?: boolean
  /** Versions, by osquery's version_compare. */
  readonly version_eq?: Operand
  readonly version_ne?: Operand
  readonly version_lt?: Operand
  readonly version_le?: Operand
  readonly version_gt?: Operand
  readonly version_ge?: Operand
  /** The column is a unix time at most this long ago (a duration such as 7d). */
  readonly within?: Operand
  /** The column is a unix time at least this long ago. */
  readonly older_than?: Operand
}
export type Comparisons = Readonly<Record<string, Comparison>>

/** SQL that must answer at least one row, and what to say when it answers none. */
export interface Need {
  readonly sql: string
  readonly reason?: string
}

/** One clause of a check: exactly one of sql, table, use, all, any, first, not. */
export interface Clause {
  readonly place: Place
  /** A few words that name the clause in output. */
  readonly title?: string
  readonly sql?: string
  readonly table?: string
  readonly where?: Comparisons
  readonly expect?: Comparisons
  readonly match?: 'all' | 'any' | 'none'
  readonly use?: string
  readonly with?: Readonly<Record<string, Operand | OperandList>>
  readonly all?: readonly Clause[]
  readonly any?: readonly Clause[]
  /** The first one all of whose tables an osquery has is asked, else the last one. */
  readonly first?: readonly Clause[]
  readonly not?: Clause
  /** Without a row the clause is not applicable, for this reason. */
  readonly when?: Need
  readonly needs?: readonly Need[]
  /** The verdict when the SQL answers no row; `fail` when absent, `pass` for `match: none`. */
  readonly ifEmpty?: Verdict
  /** The columns shown as evidence; all when absent. */
  readonly evidence?: readonly string[]
}

/** Where a check was watched to pass and to fail: systems with their versions. */
export interface Verified {
  readonly pass: readonly string[]
  readonly fail: readonly string[]
}

/** Whether somebody watched it both pass and fail. */
export function isSeen(verified: Verified | undefined): verified is Verified {
  return verified !== undefined && verified.pass.length > 0 && verified.fail.length > 0
}

/** A platform's clause, with what it says differently from the check. */
export interface PlatformClause extends Clause {
  readonly fix?: string
  /** Where the facts come from, beside the check's own sources. */
  readonly source?: readonly string[]
  /** Absent: it says nothing of it, or that it was seen nowhere. */
  readonly verified?: Verified
}

export type Cell = string | number | boolean | null

export interface CheckTest {
  readonly name: string
  readonly platform: Platform
  /** Rows per table. Reading a table that is not named is an error of the test. */
  readonly given: Readonly<Record<string, readonly Readonly<Record<string, Cell>>[]>>
  /** Tables that cannot be read, with the message. */
  readonly errors: Readonly<Record<string, string>>
  /** Unix seconds that `now` means. */
  readonly now?: number
  /** Whether osquery runs as root or SYSTEM (true when absent). */
  readonly root: boolean
  /** Whether somebody is logged in at the console (true when absent). */
  readonly consoleUser: boolean
  readonly params: Readonly<Record<string, ParamValue>>
  readonly verdict: Verdict
  /** Text that the reason of the result must contain. */
  readonly reason?: string
  readonly place: Place
}

/** One compliance question with an answer per platform, as loaded from YAML. */
export interface Check {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  /** Why it matters that much and not more. */
  readonly severityReason?: string
  /** Where its facts come from. */
  readonly source?: readonly string[]
  readonly tags: readonly string[]
  readonly schedule?: string
  readonly why?: string
  readonly fix?: string
  readonly params: Readonly<Record<string, ParamSpec>>
  readonly effects: readonly Effect[]
  readonly formerly: readonly string[]
  /** A failure is an alarm: it is CRITICAL, and no filter keeps it from any sink. */
  readonly alarm?: true
  readonly platforms: Readonly<Partial<Record<Platform, PlatformClause>>>
  readonly tests: readonly CheckTest[]
  readonly place: Place
  /** The YAML as it was written. */
  readonly document: string
}

/** A clause with parameters, to be used by name; it may differ per platform. */
export interface Template {
  readonly name: string
  readonly description?: string
  /** Where its facts come from. */
  readonly source?: readonly string[]
  readonly params: Readonly<Record<string, ParamSpec>>
  readonly platforms: Readonly<Partial<Record<Platform, Clause>>>
  readonly place: Place
}

/** A problem in a file: `file:line:column: message`, with a hint how to mend it. */
export interface Diagnostic {
  readonly level: 'error' | 'warning'
  /** Stable, such as `unknown-key`. */
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly place: Place
  /** The check concerned, where one is known. */
  readonly check?: string
  readonly platform?: Platform
}

/** Checks and templates from a folder of YAML, with every problem found on the way. */
export interface Library {
  readonly checks: readonly Check[]
  readonly templates: ReadonlyMap<string, Template>
  readonly diagnostics: readonly Diagnostic[]
}
