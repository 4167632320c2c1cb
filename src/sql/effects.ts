import type { Effect } from '../core/check.ts'
import type { Preparation } from './engine.ts'
import { FUNCTION_EFFECTS, factsOf } from './table-facts.ts'

/** A table or function by which a statement does more than read. */
export interface CausedEffect {
  readonly cause: string
  readonly effect: Effect
}

/** What running a statement would do beside reading. */
export function findEffects({ reads, functions }: Preparation): CausedEffect[] {
  return [
    ...[...reads.keys()].flatMap((table) =>
      (factsOf(table)?.effects ?? []).map((effect) => ({ cause: `the table ${table}`, effect })),
    ),
    ...[...functions].flatMap((name) => {
      const effect = FUNCTION_EFFECTS[name]
      return effect === undefined ? [] : [{ cause: `${name}()`, effect }]
    }),
  ]
}
