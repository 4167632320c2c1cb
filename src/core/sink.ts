import type { Event } from './event.ts'

/** An event on its way to a sink. */
export interface Outgoing {
  /** Its place in the ledger. */
  readonly sequence: number
  /** As it is on the wire: with `meta.sequence`. */
  readonly event: Event
  /** The same as a document of the sink's format. */
  readonly document: unknown
}

/**
 * Why a sink did not take an event.
 * - `unreachable`, `timeout`: nobody answered, or not in time; its name did not resolve; the connection broke
 * - `unauthorized`: our credentials or its certificate are not in order
 * - `rate_limited`: it asks for patience
 * - `server`: it says that the fault is its own
 * - `local`: something on this machine: a full disk, a folder that is gone, a program that failed
 * - `event`: it refuses this one event for now, and may well take others
 */
export type SinkFailureReason =
  | 'unreachable'
  | 'timeout'
  | 'unauthorized'
  | 'rate_limited'
  | 'server'
  | 'local'
  | 'event'

export interface SinkFailure {
  readonly reason: SinkFailureReason
  /** For people; never with a secret. */
  readonly message: string
  /** Milliseconds that the sink asks to be left alone. */
  readonly retryAfter?: number
}

/** What became of a batch, which is always taken in order. */
export interface SendResult {
  /** How many of the first events need not be sent again: they were delivered, or refused for good. */
  readonly settled: number
  /** Which of these were refused for good, by their position, and why. */
  readonly refused?: readonly { readonly index: number; readonly message: string }[]
  /** Why the others were not settled; absent when all were. With `event` only the next one's asset is held back. */
  readonly failure?: SinkFailure
}

/** A place that events are delivered to. */
export interface Sink {
  /** Delivers in order, at least once. Never rejects: what went wrong is in the answer. Ends soon after `signal`. */
  send(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult>
  close(): Promise<void>
}

/** One option of a kind of sink, as it is written in keelson.yaml. */
export interface SinkOption {
  readonly type: 'text' | 'secret' | 'integer' | 'boolean' | 'duration' | 'texts' | 'mapping'
  readonly required?: boolean
  readonly default?: string | number | boolean
  readonly choices?: readonly string[]
  readonly min?: number
  readonly max?: number
  /** A path: a relative one is meant from the folder of keelson.yaml. */
  readonly path?: true
  /** Others on the machine may see it, as in the list of processes, so that no secret belongs there. */
  readonly visible?: true
  /** What it means, in a few words, for `checks help sinks`. */
  readonly help: string
}

/** Options that were read: text, numbers, booleans, durations in seconds, lists of texts, mappings of texts. */
export type SinkOptions = Readonly<
  Record<string, string | number | boolean | readonly string[] | Readonly<Record<string, string>>>
>

export interface SinkContext {
  /** The sink's name in keelson.yaml. */
  readonly name: string
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Tells the operator something that is no failure of a send, such as that a file was rotated. */
  readonly log: (message: string) => void
}

/** A kind of sink. */
export interface SinkKind {
  readonly type: string
  /** One line on what it does. */
  readonly help: string
  readonly options: Readonly<Record<string, SinkOption>>
  /** The most events that one `send` is given. */
  readonly batch: number
  /** It writes for people, event by event, in words of its own: the sink's format says nothing. */
  readonly forPeople?: true
  /** Two processes must not send at the same time. */
  readonly alone?: true
  /** Opens it without reaching out: what cannot be reached is found by the first send. @throws KeelsonError for wrong options */
  open(options: SinkOptions, context: SinkContext): Sink
}
