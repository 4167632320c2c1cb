import type { Event } from './event.ts'

/** How things stand with one sink. Times are milliseconds since 1970. */
export interface SinkReport {
  readonly name: string
  readonly paused: boolean
  /** Entries that are still to be looked at for it. */
  readonly waiting: number
  /** When the oldest of them was recorded; null when nothing waits. */
  readonly oldest: number | null
  readonly delivered: number
  readonly deliveredAt: number | null
  /** What is wrong, until something is delivered again. */
  readonly failure: { readonly reason: string; readonly message: string; readonly at: number } | null
  readonly attempts: number
  readonly nextTry: number | null
  /** Assets that are held back by an event that was refused for now. */
  readonly parked: readonly {
    readonly asset: string
    readonly sequence: number
    readonly attempts: number
    readonly nextTry: number
    readonly message: string
  }[]
  readonly dead: number
  readonly suppressed: number
  readonly cursor: number
}

/** An event that a sink refused for good, or that was skipped. */
export interface DeadLetter {
  readonly sequence: number
  readonly at: number
  readonly message: string
  /** Null when it was pruned or erased. */
  readonly event: Event | null
}
