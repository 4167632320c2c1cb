import type { DeliveryStore, SinkState } from '../core/delivery.ts'
import type { GovernorMemory, GovernorStore, Lane } from '../core/governor-store.ts'

/** What is known at the beginning of a step. */
export interface Situation {
  readonly state: SinkState
  readonly memory: GovernorMemory
  readonly governed: number
  readonly lanes: readonly Lane[]
  readonly now: number
}

interface ReadOptions {
  readonly name: string
  readonly store: DeliveryStore
  readonly memory: GovernorStore
}

/** Reads how far a sink has come, and what its governor remembers. */
export async function readSituation(options: ReadOptions, now: number): Promise<Situation> {
  const { store, memory: remembered, name } = options
  const state = await store.sink(name)
  let memory = await remembered.memory(name)
  const governed = Math.max(memory.governed, state.cursor)
  const known = new Set(memory.lanes.map(({ asset }) => asset))
  // Held back before there was a governor.
  const passes = state.parked.flatMap(({ asset }) => (known.has(asset) ? [] : [{ asset, passes: governed }]))
  // Begun by a clock that has been set back since.
  const tallies = memory.tallies.flatMap((tally) => (tally.start > now ? [{ ...tally, start: now }] : []))
  if (passes.length > 0 || tallies.length > 0) {
    await remembered.write(name, { passes, tallies })
    memory = await remembered.memory(name)
  }
  const rows = new Map(memory.lanes.map((lane) => [lane.asset, lane]))
  const lanes = state.parked.map(({ asset, sequence, nextTry, failure }) => {
    const { passes = 0, alarm = 0 } = rows.get(asset) ?? {}
    return { asset, sequence, nextTry, message: failure.message, passes, alarm }
  })
  return { state, memory, governed, lanes, now }
}
