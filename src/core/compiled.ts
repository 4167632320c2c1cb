import type { Check, Platform } from './check.ts'
import type { Verdict } from './verdict.ts'

/**
 * SQL that decides, before a leaf is read, whether it can be. Without a row, `when` makes the leaf not applicable and
 * `need` makes it an error that says `reason`.
 */
export interface Gate {
  readonly kind: 'when' | 'need'
  readonly sql: string
  readonly reason: string
}

/** How a leaf reads one table. */
export interface TableUse {
  readonly table: string
  /** Whether one scan of the whole table may serve this leaf and others alike. */
  readonly shareable: boolean
  readonly columns: readonly string[]
}

/** One SELECT whose rows are judged. */
export interface Leaf {
  readonly index: number
  /** Where it stands in the check, such as `any[1]`; empty for a check that is a single clause. */
  readonly path: string
  readonly title: string
  /** What was asked, in words; absent for raw SQL. */
  readonly expected?: string
  readonly gates: readonly Gate[]
  /** The author's SELECT with its parameters filled in. */
  readonly select: string
  /** The complete scalar query, without parentheses: answers one JSON text (see judge.ts). */
  readonly sql: string
  readonly rule: 'all' | 'any'
  readonly ifEmpty: Verdict
  readonly tables: readonly TableUse[]
}

/** How leaves combine: a leaf's index, or a group. */
export type Tree =
  | number
  | { readonly all: readonly Tree[] }
  | { readonly any: readonly Tree[] }
  /** Which one is asked is known once the source is: see settle.ts. */
  | { readonly first: readonly Tree[] }
  | { readonly not: Tree }

/** A check made ready for one platform. */
export interface CompiledCheck {
  readonly check: Check
  readonly platform: Platform
  readonly version: string
  readonly fix: string | undefined
  readonly tree: Tree
  readonly leaves: readonly Leaf[]
}
