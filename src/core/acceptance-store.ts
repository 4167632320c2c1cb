import type { Attestation } from './attestation.ts'
import type { AnyAcceptance, ExpiryNotice } from './expiry.ts'
import type { LedgerEntry } from './store.ts'
import type { Waiver } from './waiver.ts'

/** What is given to the store; it names it itself. */
export type NewAcceptance =
  | Omit<Waiver, 'id' | 'origin' | 'given' | 'revoked'>
  | Omit<Attestation, 'id' | 'origin' | 'given' | 'revoked'>

/** Who does something, and when. */
export interface Actor {
  readonly user: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What became of taking something back. */
export type Revocation = 'revoked' | 'unknown' | 'already'

/** Where waivers and attestations are kept that were given by commands. Each change is told by an entry of the ledger. */
export interface AcceptanceStore {
  /** Everything that was ever given, also what was revoked or has ended, in the order given. */
  list(): Promise<readonly AnyAcceptance[]>
  give(acceptance: NewAcceptance, actor: Actor): Promise<AnyAcceptance>
  revoke(kind: AnyAcceptance['kind'], id: string, actor: Actor & { readonly reason: string }): Promise<Revocation>
  /**
   * Records each notice that was not recorded yet, however often and by however many processes it is asked. Answers the
   * new entries. That something ends soon is not told any more once its end was told.
   */
  tell(notices: readonly ExpiryNotice[], now: number): Promise<readonly LedgerEntry[]>
}
