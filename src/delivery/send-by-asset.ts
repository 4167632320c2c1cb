import type { Outgoing, SendResult, SinkFailure } from '../core/sink.ts'
import { settle } from './send-failure.ts'

/** What became of one event: it was taken, it was refused for good, or it is to be sent again. */
export type Outcome = 'taken' | { readonly refusal: string } | SinkFailure

export interface SentByAsset extends SendResult {
  /** What was taken after the first that was not settled; it is sent again unless somebody remembers it. */
  readonly ahead: readonly Outgoing[]
}

/**
 * Sends events one by one: several at a time, but never two of one asset, and those of an asset in order. The earliest
 * event that may be sent always goes first. Once one fails, nothing after it is begun: only the events before it can
 * still be settled, and only when it alone is to blame.
 */
export async function sendByAsset(
  events: readonly Outgoing[],
  concurrency: number,
  sendOne: (outgoing: Outgoing) => Promise<Outcome>,
): Promise<SentByAsset> {
  const { heads, followers } = lineUp(events)
  const ready = heads
  const taken = new Set<number>()
  const refused: { index: number; message: string }[] = []
  const failures = new Map<number, SinkFailure>()
  let limit = events.length

  const work = async () => {
    for (let index = ready.shift(); index !== undefined && index < limit; index = ready.shift()) {
      const outcome = await sendOne(events[index] as Outgoing)
      if (outcome !== 'taken' && 'reason' in outcome) {
        failures.set(index, outcome)
        limit = outcome.reason === 'event' ? Math.min(limit, index) : -1
        continue
      }
      if (outcome === 'taken') taken.add(index)
      else refused.push({ index, message: outcome.refusal })
      const follower = followers.get(index)
      if (follower !== undefined) insert(ready, follower)
    }
  }
  // A worker that ends leaves at most as many assets behind as there are others at work.
  await Promise.all(Array.from({ length: Math.min(concurrency, heads.length) }, work))

  const done = new Set([...taken, ...refused.map(({ index }) => index)])
  const settled = events.findIndex((_, index) => !done.has(index))
  refused.sort((one, other) => one.index - other.index)
  if (settled < 0) return { ...settle(events.length, refused), ahead: [] }
  const failure = failures.get(settled) ?? [...failures.values()].find(({ reason }) => reason !== 'event')
  const ahead = events.filter((_, index) => index > settled && taken.has(index))
  return { ...settle(settled, refused), ...(failure ? { failure } : {}), ahead }
}

/** The first event of each asset, and which comes after which; events that are about no asset follow each other too. */
function lineUp(events: readonly Outgoing[]): { heads: number[]; followers: ReadonlyMap<number, number> } {
  const heads: number[] = []
  const followers = new Map<number, number>()
  const last = new Map<string, number>()
  for (const [index, { event }] of events.entries()) {
    const asset = event.asset?.uuid ?? ''
    const before = last.get(asset)
    if (before === undefined) heads.push(index)
    else followers.set(before, index)
    last.set(asset, index)
  }
  return { heads, followers }
}

function insert(ready: number[], index: number): void {
  const at = ready.findIndex((other) => other > index)
  ready.splice(at < 0 ? ready.length : at, 0, index)
}
