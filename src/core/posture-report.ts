import { SEVERITIES } from './check.ts'
import type { DefinitionWords } from './definition-words.ts'
import type { Summary } from './report.ts'
import type { CheckPosture, KnownAsset } from './store.ts'
import { WORST_FIRST } from './verdict.ts'
import type { LapsedWaiver, WaiverNote } from './waiver.ts'

/** What was known of a check, with its own words as of then. */
export interface WordedPosture extends CheckPosture {
  readonly words: DefinitionWords
  /** That this failure was accepted then; the verdict stays what it is. */
  readonly waiver?: WaiverNote
  /** A waiver that was meant for this failure and did not hold. */
  readonly lapsed?: LapsedWaiver
}

/** What was known of an asset at a time. Times are milliseconds since 1970. */
export interface PostureReport {
  readonly asset: KnownAsset
  readonly at: number
  /** Whether `at` is now. */
  readonly current: boolean
  /** How many checks something was known of, whichever of them are told. */
  readonly known: number
  /** Where nothing was known: when the asset was first reported on; null: never. */
  readonly knownSince: number | null
  /** Worst first. */
  readonly checks: readonly WordedPosture[]
  readonly summary: Summary
}

/** Since when what is said of a check holds. */
export function sinceOf({ judged, unknown }: CheckPosture): number | null {
  return unknown?.since ?? judged?.since ?? null
}

/** Worst verdict first, then the worst severity, then by id. What is not known of a check counts as the worst. */
export function comparePostures(one: WordedPosture, other: WordedPosture): number {
  const rank = ({ words }: WordedPosture) =>
    words.severity === null ? SEVERITIES.length : SEVERITIES.indexOf(words.severity)
  return (
    WORST_FIRST.indexOf(one.verdict) - WORST_FIRST.indexOf(other.verdict) ||
    rank(other) - rank(one) ||
    (one.check < other.check ? -1 : 1)
  )
}
