import type { DeliveryStore, Parked, Settlement, SinkState } from '../core/delivery.ts'
import type { GovernorMemory, GovernorStore } from '../core/governor-store.ts'

/** What may be sent now. */
export interface GovernedView {
  readonly state: SinkState
  readonly memory: GovernorMemory
  /** Up to here it is decided what the sink is given. */
  readonly governed: number
  /** Whether only alarms may pass. */
  readonly quiet: boolean
}

/** The store as a runner may see it: only what is decided, and only what may be sent now. */
export class GovernedStore implements DeliveryStore {
  readonly #store: DeliveryStore
  readonly #memory: GovernorStore
  #view: GovernedView | undefined
  #lanes: ReadonlyMap<string, GovernorMemory['lanes'][number]> = new Map()
  /** Up to where an asset's events were given out. */
  readonly #given = new Map<string, number>()

  constructor(store: DeliveryStore, memory: GovernorStore) {
    this.#store = store
    this.#memory = memory
  }

  show(view: GovernedView): void {
    this.#view = view
    this.#lanes = new Map(view.memory.lanes.map((lane) => [lane.asset, lane]))
  }

  async sink(name: string, from?: number): Promise<SinkState> {
    const state = await this.#store.sink(name, from)
    const parked = state.parked.map((each) =>
      this.#reach(each) >= each.sequence ? each : { ...each, nextTry: Number.POSITIVE_INFINITY },
    )
    return { ...state, parked, redrive: this.#view?.quiet ? [] : state.redrive }
  }

  async entries(query: Parameters<DeliveryStore['entries']>[0]) {
    const { asset } = query
    const { quiet = true, governed = 0 } = this.#view ?? {}
    if (asset === undefined) {
      const entries = quiet ? [] : await this.#store.entries(query)
      return entries.filter(({ sequence }) => sequence <= governed)
    }
    const upTo = this.#reach({ asset })
    this.#given.set(asset, upTo)
    return this.#store.entries({ ...query, upTo })
  }

  entriesAt(sequences: readonly number[]) {
    return this.#store.entriesAt(sequences)
  }

  owed(...given: Parameters<DeliveryStore['owed']>) {
    return this.#store.owed(...given)
  }

  tags(definition: string) {
    return this.#store.tags(definition)
  }

  async settle(name: string, settlement: Settlement): Promise<void> {
    const { state, governed = 0 } = this.#view ?? {}
    const cursor = state?.cursor ?? 0
    const held = new Map(state?.parked.map((each) => [each.asset, each]))
    // What is refused for now was decided with everything around it; what comes later of the asset was not.
    const refused = (settlement.park ?? []).filter(({ asset }) => !held.has(asset))
    if (refused.length > 0) {
      await this.#memory.write(name, { passes: refused.map(({ asset }) => ({ asset, passes: governed })) })
    }
    const stays = (settlement.unpark ?? []).flatMap((asset): Parked[] => {
      const parked = held.get(asset)
      const sequence = (this.#given.get(asset) ?? 0) + 1
      // What came while it was held back, and lies after the cursor, was passed over: it is still to be decided.
      if (!parked || (sequence === cursor + 1 && governed <= cursor)) return []
      return [{ ...parked, sequence, attempts: 0, nextTry: settlement.now }]
    })
    const staying = new Set(stays.map(({ asset }) => asset))
    const unpark = (settlement.unpark ?? []).filter((asset) => !staying.has(asset))
    await this.#store.settle(name, { ...settlement, park: [...(settlement.park ?? []), ...stays], unpark })
    if (unpark.length > 0) await this.#memory.write(name, { release: unpark })
  }

  /** Up to where an asset's events may be sent now. */
  #reach({ asset }: Pick<Parked, 'asset'>): number {
    const lane = this.#lanes.get(asset)
    return Math.min(lane?.passes ?? 0, this.#view?.quiet ? (lane?.alarm ?? 0) : Number.POSITIVE_INFINITY)
  }
}
