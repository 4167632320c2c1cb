import type { CarryOver } from '../../content/carry-over.ts'
import type { AcceptanceStore, Actor, NewAcceptance } from '../../core/acceptance-store.ts'
import type { Attestation } from '../../core/attestation.ts'

export interface CarriedAttestations {
  readonly given: readonly Attestation[]
  /** Requirements that nothing takes the place of, by the attestation that names them. */
  readonly lost: readonly { readonly attestation: string; readonly id: string; readonly why: string }[]
}

/**
 * Gives anew, for the framework that takes another's place, what the state keeps of attestations that are not over (for
 * those in files: migrateFiles). The old ones stay: they vouch for the old framework. Asked again, it gives nothing twice.
 */
export async function carryAttestations(
  store: AcceptanceStore,
  options: CarryOver,
  actor: Actor,
): Promise<CarriedAttestations> {
  const all = (await store.list()).filter((each): each is Attestation => each.kind === 'attestation')
  const meant = all.filter(
    ({ framework, until, revoked }) => framework === options.from && !revoked && until >= actor.now,
  )
  const given: Attestation[] = []
  const lost: CarriedAttestations['lost'][number][] = []
  for (const old of meant) {
    const renumbered = renumberAttestation(old, options)
    lost.push(
      ...renumbered.lost.map((id) => ({ attestation: old.id, id, why: `${options.to} has nothing in its place` })),
    )
    const { attestation } = renumbered
    if (!attestation || all.some((each) => saysTheSame(each, attestation))) continue
    given.push((await store.give(attestation, actor)) as Attestation)
  }
  return { given, lost }
}

/** An attestation under the new ids; absent where none of them is left. */
export function renumberAttestation(
  { id: _, origin: __, given: ___, revoked: ____, ...old }: Attestation,
  { to, renumbering, known }: CarryOver,
): { readonly attestation?: Extract<NewAcceptance, { kind: 'attestation' }>; readonly lost: readonly string[] } {
  const found = old.requirements.map((id) => ({ id, ids: renumbering.get(id) ?? (known.has(id) ? [id] : []) }))
  const requirements = [...new Set(found.flatMap(({ ids }) => ids))]
  const lost = found.filter(({ ids }) => ids.length === 0).map(({ id }) => id)
  return requirements.length === 0 ? { lost } : { attestation: { ...old, framework: to, requirements }, lost }
}

function saysTheSame(one: Attestation, other: Extract<NewAcceptance, { kind: 'attestation' }>): boolean {
  const key = ({ framework, requirements, assets, by, statement, until }: typeof other) =>
    JSON.stringify([framework, requirements, assets, by, statement, until])
  return !one.revoked && key(one) === key(other)
}
