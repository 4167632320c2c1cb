import type { CheckHistory } from '../core/check-history.ts'
import { readDefinitionWords } from '../core/definition-words.ts'
import { KeelsonError } from '../core/errors.ts'
import { traceHistory } from '../core/history.ts'
import type { KnownAsset, Store } from '../core/store.ts'
import { selectKnown } from './select-known.ts'

export interface HistoryQuestion {
  /** An id, also one that the check had before. */
  readonly check: string
  readonly asset: KnownAsset
  readonly now: number
}

/** @throws KeelsonError when nothing is known of the check */
export async function readHistory(store: Store, { check, asset, now }: HistoryQuestion): Promise<CheckHistory> {
  const [id = check, ...others] = await selectKnown(store, [check])
  if (others.length > 0) {
    throw new KeelsonError('usage', `${check} means ${others.length + 1} checks`, { hint: 'name one of them' })
  }
  const known = (await store.checks()).find((one) => one.id === id) ?? { id, formerly: [] }
  const about = { assets: [asset.uuid], checks: [id] }
  const own = await store.events(about)
  const sequences = new Set(own.map(({ sequence }) => sequence))
  const general = (await store.events({ ...about, general: true })).filter(({ sequence }) => !sequences.has(sequence))
  const posture = (await store.posture(asset, { at: now, now })).find((one) => one.check === id)
  const definition = posture && (await store.definition(posture.definition))
  return {
    ...traceHistory(new Set([id, ...known.formerly]), { own, general }),
    check: known,
    asset,
    now,
    current: posture ?? null,
    words: readDefinitionWords(definition?.body),
  }
}
