import { type Acceptance, coversAsset, holdsAt, matchesAny, type ScopedAsset } from './acceptance.ts'
import type { AttestationNote } from './evaluate-framework.ts'

/** That a person vouches for requirements of a framework on some assets for a time. */
export interface Attestation extends Acceptance {
  readonly kind: 'attestation'
  /** A reference such as `nist-800-53@5`. */
  readonly framework: string
  /** Ids of requirements, or patterns with * and ?. */
  readonly requirements: readonly string[]
  readonly by: string
  readonly statement: string
  /** What it rests on: a file, and the SHA-256 in hex that it had. */
  readonly evidence?: { readonly file: string; readonly sha256: string }
}

export interface AttestationQuestion {
  /** The references that a framework has and had. */
  readonly references: readonly string[]
  readonly requirement: string
  readonly asset: ScopedAsset
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The attestation of a requirement; of several, the one that holds longest. */
export function findAttestation(
  attestations: readonly Attestation[],
  { references, requirement, asset, at }: AttestationQuestion,
): Attestation | undefined {
  const [first] = attestations
    .filter(
      (each) =>
        references.includes(each.framework) &&
        matchesAny(each.requirements, requirement) &&
        coversAsset(each.assets, asset) &&
        holdsAt(each, at),
    )
    .sort((one, other) => other.until - one.until || (one.id < other.id ? -1 : 1))
  return first
}

export function toAttestationNote({ by, until, statement }: Attestation): AttestationNote {
  return { by, until: new Date(until).toISOString(), statement }
}
