import type { LoadedWaivers } from '../../content/load-waivers.ts'
import type { ScopedAsset } from '../../core/acceptance.ts'
import type { AcceptanceStore } from '../../core/acceptance-store.ts'
import { type AssetAcceptances, acceptancesOf } from '../../core/asset-acceptances.ts'
import type { AnyAcceptance } from '../../core/expiry.ts'
import type { KnownAsset, Store } from '../../core/store.ts'

export interface AcceptancesQuestion {
  readonly store: Store
  /** What commands gave (OpenedState). */
  readonly acceptances: AcceptanceStore
  /** What stands in files now (openWaivers); what they held in the past nobody knows. */
  readonly files: Pick<LoadedWaivers, 'waivers' | 'attestations'>
  readonly asset: KnownAsset
  /** Milliseconds since 1970. */
  readonly at: number
  readonly now: number
}

/** What people accepted and vouched for, of one asset at one time: from files and from the state. */
export async function readAcceptances(question: AcceptancesQuestion): Promise<AssetAcceptances> {
  const { store, acceptances, files, asset, at, now } = question
  const all = joinAcceptances(files, await acceptances.list())
  const known = needsVerdicts(all) ? await store.posture(asset, { at, now }) : []
  const verdicts = new Map(known.map(({ check, verdict }) => [check, verdict]))
  const verdictOf = (check: string) => verdicts.get(check) ?? null
  const checks = all.length === 0 ? [] : await store.checks()
  return acceptancesOf(all, { asset: toScoped(asset), at, verdictOf, checks })
}

export function joinAcceptances(
  { waivers, attestations }: Pick<LoadedWaivers, 'waivers' | 'attestations'>,
  kept: readonly AnyAcceptance[],
): AnyAcceptance[] {
  return [...waivers, ...attestations, ...kept]
}

/** Whether some of it depends on what is known of other checks. */
export function needsVerdicts(all: readonly AnyAcceptance[]): boolean {
  return all.some((each) => each.kind === 'waiver' && each.compensating !== undefined)
}

export function toScoped({ uuid, name, givenName, labels }: KnownAsset): ScopedAsset {
  return { uuid, names: givenName ? [givenName, name] : [name], labels }
}
