import { KeelsonError } from '../core/errors.ts'
import { findClosest } from '../core/find-closest.ts'
import { toExpression } from '../core/select.ts'
import type { Store } from '../core/store.ts'

/**
 * The ids of checks that are remembered, by id, earlier id or pattern; all of them for no patterns.
 * @throws KeelsonError for a pattern that matches none
 */
export async function selectKnown(store: Store, patterns: readonly string[]): Promise<ReadonlySet<string>> {
  const known = await store.checks()
  if (patterns.length === 0) return new Set(known.map(({ id }) => id))
  const chosen = new Set<string>()
  for (const pattern of patterns) {
    const expression = toExpression(pattern)
    const matching = known.filter(({ id }) => expression.test(id))
    const meant =
      matching.length > 0 ? matching : known.filter(({ formerly }) => formerly.some((id) => expression.test(id)))
    if (meant.length === 0)
      throw unknownCheck(
        pattern,
        known.flatMap(({ id, formerly }) => [id, ...formerly]),
      )
    for (const { id } of meant) chosen.add(id)
  }
  return chosen
}

function unknownCheck(pattern: string, known: readonly string[]): KeelsonError {
  const closest = findClosest(pattern, known)
  return new KeelsonError('unknown-check', `nothing is known of a check called ${pattern}`, {
    hint: closest ? `did you mean ${closest}?` : 'checks status shows those that something is known of',
  })
}
