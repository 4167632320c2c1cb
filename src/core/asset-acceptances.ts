import type { ScopedAsset } from './acceptance.ts'
import { type Attestation, findAttestation, toAttestationNote } from './attestation.ts'
import type { AttestationNote, FrameworkFacts } from './evaluate-framework.ts'
import type { AnyAcceptance } from './expiry.ts'
import { type Framework, referenceOf } from './framework.ts'
import type { KnownCheck } from './store.ts'
import type { Verdict } from './verdict.ts'
import { findWaiver, isAcceptable, type LapsedWaiver, toNote, type Waiver, type WaiverNote } from './waiver.ts'

/** What people accepted and vouched for, of one asset at one time. */
export interface AssetAcceptances {
  /** The waiver of a check's failure, whether or not it fails. */
  waiverOf(check: string): WaiverNote | undefined
  /** What is to be shown beside a verdict: the waiver that accepts it, or why one that was meant for it does not. */
  notesOf(check: string, verdict: Verdict | null, strict: boolean): WaiverNotes
  /** Who vouches for a requirement. */
  attestationOf(framework: Framework, requirement: string): AttestationNote | undefined
}

/** At most one of the two. */
export interface WaiverNotes {
  readonly waiver?: WaiverNote
  readonly lapsed?: LapsedWaiver
}

export interface AcceptanceQuestion {
  readonly asset: ScopedAsset
  /** Milliseconds since 1970. */
  readonly at: number
  /** What is known of a check on the asset at that time; null: nothing. */
  verdictOf(check: string): Verdict | null
  /** Checks whose ids were others before. */
  readonly checks?: readonly KnownCheck[]
}

export function acceptancesOf(all: readonly AnyAcceptance[], question: AcceptanceQuestion): AssetAcceptances {
  const waivers = all.filter((each): each is Waiver => each.kind === 'waiver')
  const attestations = all.filter((each): each is Attestation => each.kind === 'attestation')
  const former = new Map((question.checks ?? []).map(({ id, formerly }) => [id, formerly]))
  const latest = new Map([...former].flatMap(([id, formerly]) => formerly.map((old) => [old, id] as const)))
  const verdictOf = (check: string) => question.verdictOf(check) ?? question.verdictOf(latest.get(check) ?? check)
  const answer = (check: string) =>
    findWaiver(waivers, { ...question, check, formerly: former.get(check) ?? [], verdictOf })
  return {
    waiverOf: (check) => {
      const { waiver } = answer(check)
      return waiver && toNote(waiver)
    },
    notesOf: (check, verdict, strict) => {
      if (!isAcceptable(verdict, strict)) return {}
      const { waiver, lapsed } = answer(check)
      return waiver ? { waiver: toNote(waiver) } : lapsed ? { lapsed } : {}
    },
    attestationOf: (framework, requirement) => {
      const references = [referenceOf(framework), ...framework.formerly]
      const found = findAttestation(attestations, { ...question, references, requirement })
      return found && toAttestationNote(found)
    },
  }
}

/** What a framework is judged by, with what people accepted and vouched for. */
export function addAcceptances(
  { verdictOf }: Pick<FrameworkFacts, 'verdictOf'>,
  framework: Framework,
  acceptances: AssetAcceptances,
): Pick<FrameworkFacts, 'verdictOf' | 'attestationOf'> {
  return {
    verdictOf: (check) => {
      const finding = verdictOf(check)
      const waiver = finding && acceptances.notesOf(check, finding.verdict, true).waiver
      return finding && waiver ? { ...finding, waived: waiver.reason } : finding
    },
    attestationOf: (requirement) => acceptances.attestationOf(framework, requirement),
  }
}
