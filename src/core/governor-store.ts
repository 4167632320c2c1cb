import type { CheckRuns } from './damping.ts'
import type { Owed } from './delivery.ts'
import type { Event } from './event.ts'
import type { Belief, Tally } from './governor.ts'
import type { Verdict } from './verdict.ts'

/** How far it is decided what a sink is given of an asset whose events wait. */
export interface Lane {
  readonly asset: string
  /** What is before was delivered or left out. */
  readonly sequence: number
  /** Up to here it is decided; smaller than `sequence`: nothing is. */
  readonly passes: number
  /** Up to here nothing is held back, since an alarm is to pass; 0: there is none. */
  readonly alarm: number
  readonly nextTry: number
  /** Why it waits. */
  readonly message: string
}

/** What a governor remembers of a sink. */
export interface GovernorMemory {
  /** Up to here it is decided what the sink is given, except of assets with a lane. */
  readonly governed: number
  /** Up to here no alarm waits. */
  readonly looked: number
  readonly lanes: readonly Pick<Lane, 'asset' | 'passes' | 'alarm'>[]
  readonly tallies: readonly Tally[]
  /** Events that tell what was left out, to be delivered. */
  readonly summaries: readonly Event[]
}

/** A transition that was left out, to be summed up with others of the tally that was full. */
export interface LeftOut extends Owed {
  /** The tally's check; empty: of all checks. */
  readonly tally: string
}

/** What a decision changes, written all at once. */
export interface GovernorChanges {
  readonly governed?: number
  readonly looked?: number
  readonly suppressed?: readonly { readonly sequence: number; readonly reason: string }[]
  readonly lanes?: readonly Lane[]
  /** Lanes in which an alarm is to pass, at once. */
  readonly alarms?: readonly { readonly asset: string; readonly alarm: number; readonly nextTry: number }[]
  /** Of assets whose events wait, since one was refused for now: up to where it is decided. */
  readonly passes?: readonly { readonly asset: string; readonly passes: number }[]
  /** Lanes that are to be looked at again at a time. */
  readonly looks?: readonly { readonly asset: string; readonly nextTry: number }[]
  /** Assets that no longer wait. */
  readonly release?: readonly string[]
  readonly tallies?: readonly Tally[]
  readonly beliefs?: readonly { readonly of: Owed; readonly belief: Belief | null }[]
  readonly leftOut?: readonly LeftOut[]
}

/** What was left out while a tally was full. */
export interface Omission {
  readonly transitions: number
  readonly assets: number
  /** The checks of which most was left out. */
  readonly checks: readonly { readonly check: string; readonly transitions: number; readonly assets: number }[]
  readonly checksTotal: number
  /** On how many assets a check has a verdict that the sink was not told of. */
  readonly standingTotal: number
}

/** A verdict that a summary tells of. */
export interface Standing {
  readonly asset: { readonly uuid: string; readonly name: string }
  readonly check: string
  readonly verdict: Verdict
}

/** What the governor of a sink asks of the store; the sink is known already. */
export interface GovernorStore {
  memory(sink: string): Promise<GovernorMemory>
  write(sink: string, changes: GovernorChanges): Promise<void>
  /** What a sink believes of these, where something else holds. */
  beliefs(sink: string, of: readonly Owed[]): Promise<readonly Belief[]>
  /** Which of these entries are known to be left out. */
  leftOut(sink: string, sequences: readonly number[]): Promise<readonly number[]>
  /** What is known of a check around one of its entries; so many statements before it. */
  runs(of: Owed, sequence: number, before: number): Promise<CheckRuns>
  /**
   * Ends a tally: what it left out is summed up in an event that is to be delivered. What was left out of assets whose
   * events wait belongs to the next tally.
   */
  sumUp(sink: string, tally: Tally, next: Tally, describe: (omission: Omission) => Event): Promise<void>
  /** Forgets a summary that was delivered. */
  forget(sink: string, uuid: string): Promise<void>
}
