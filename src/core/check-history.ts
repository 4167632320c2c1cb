import type { DefinitionWords } from './definition-words.ts'
import type { History } from './history.ts'
import type { CheckPosture, KnownAsset, KnownCheck } from './store.ts'

/** Everything that is remembered of one check on one asset. */
export interface CheckHistory extends History {
  readonly check: KnownCheck
  readonly asset: KnownAsset
  /** Milliseconds since 1970. */
  readonly now: number
  /** What is known of it now; null where it is not in use. */
  readonly current: CheckPosture | null
  readonly words: DefinitionWords
}
