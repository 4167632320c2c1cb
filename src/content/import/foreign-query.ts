import type { Diagnostic, Place, Platform, Severity } from '../../core/check.ts'

/** What rows of a query mean where it comes from: all is well, something is at fault, or what `ztl_status` says. */
export type RowsMean = 'pass' | 'fail' | 'status'

/** A query of another product that judges a machine. */
export interface ForeignQuery {
  /** As its file calls it. */
  readonly name: string
  /** What it is and where it stands, such as `the policy "Disk encryption" of Fleet`. */
  readonly origin: string
  /** The words that its id is made of. */
  readonly words: string
  readonly title: string
  readonly why?: string
  readonly fix?: string
  readonly severity: Severity
  readonly tags: readonly string[]
  readonly schedule?: string
  readonly sql: string
  readonly rows: RowsMean
  /** Where it runs; absent: wherever its tables are. */
  readonly platforms?: readonly Platform[]
  /** SQL that must all answer rows for the query to apply. */
  readonly discovery: readonly string[]
  readonly place: Place
}

/** What was found in a file: queries, and what was not understood or cannot be carried over. */
export interface ForeignFile {
  readonly queries: readonly ForeignQuery[]
  /** Entries of which nothing comes in; an error means that the file itself is wrong. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Text of one line, at most as long as a title may be. */
export function toTitle(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`
}
