import { setTimeout as sleep } from 'node:timers/promises'
import { KeelsonError } from '../core/errors.ts'
import { ACTIONS, isOurs, LEVELS, type Level } from '../core/event.ts'
import { findClosest } from '../core/find-closest.ts'
import type { EventQuery, LedgerEntry, Store } from '../core/store.ts'
import { readMoment } from './posture.ts'
import { selectKnown } from './select-known.ts'
import { chooseAsset } from './state.ts'

/** Which events are meant, as a person writes it. */
export interface EventsRequest {
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly checks?: readonly string[] | undefined
  /** Names or UUIDs. */
  readonly assets?: readonly string[] | undefined
  readonly level?: string | undefined
  readonly actions?: readonly string[] | undefined
}

/** The same for the store. @throws KeelsonError for a time, check, asset, level or action that is none */
export async function toEventQuery(store: Store, request: EventsRequest, now: number): Promise<EventQuery> {
  const { since, until, checks, assets, level, actions } = request
  const from = since === undefined ? undefined : readMoment(since, '--since', now)
  const to = until === undefined ? undefined : readMoment(until, '--until', now)
  if (from !== undefined && to !== undefined && from >= to) {
    throw new KeelsonError('usage', `--since ${since} is not before --until ${until}`, { hint: 'change places' })
  }
  const meant = assets && (await Promise.all(assets.map((asset) => chooseAsset(store, asset))))
  return {
    ...(from === undefined ? {} : { since: from }),
    ...(to === undefined ? {} : { until: to }),
    ...(checks ? { checks: [...(await selectKnown(store, checks))] } : {}),
    ...(meant ? { assets: meant.map(({ uuid }) => uuid) } : {}),
    ...(level === undefined ? {} : { level: readLevel(level) }),
    ...(actions ? { actions: actions.map(readAction) } : {}),
  }
}

function readLevel(given: string): Level {
  const level = LEVELS.find((known) => known === given.toUpperCase())
  if (level) return level
  const closest = findClosest(given.toUpperCase(), LEVELS)
  throw new KeelsonError('usage', `--level may be ${LEVELS.join(', ')}, not ${given}`, {
    ...(closest ? { hint: `did you mean ${closest}?` } : {}),
  })
}

/** Applications may have any action that is not ours to name. */
function readAction(given: string): string {
  const action = given.toUpperCase()
  if (action.trim() === '') throw new KeelsonError('usage', '--action is empty', { hint: `there is ${ACTIONS[1]}` })
  if (!isOurs(action) || ACTIONS.some((known) => known === action)) return action
  const closest = findClosest(action, ACTIONS)
  throw new KeelsonError('usage', `no event has the action ${given}`, {
    hint: closest ? `did you mean ${closest}?` : `there are ${ACTIONS.join(', ')}, and those of applications`,
  })
}

/** Entries that are read, and shown, at once. */
const PAGE = 5000

export interface EventsPage {
  readonly entries: readonly LedgerEntry[]
  /** Whether there are older ones that were not asked for. */
  readonly older: boolean
}

/** The newest entries, oldest first; all of them for no limit, page by page. */
export async function* readEvents(store: Store, query: EventQuery, limit?: number): AsyncGenerator<EventsPage> {
  const most = limit ?? PAGE
  const newest = await store.events({ ...query, limit: most + 1 })
  if (newest.length <= most) yield { entries: newest, older: false }
  else if (limit !== undefined) yield { entries: newest.slice(1), older: true }
  else yield* readAll(store, query)
}

async function* readAll(store: Store, query: EventQuery): AsyncGenerator<EventsPage> {
  let after = 0
  for (;;) {
    const entries = await store.events({ ...query, after, limit: PAGE })
    const last = entries.at(-1)
    if (!last) return
    yield { entries, older: false }
    after = last.sequence
  }
}

/** Entries after a place in the ledger, as they come, for as long as somebody listens. */
export async function* followEvents(
  store: Store,
  query: EventQuery,
  { after, every }: { readonly after: number; readonly every: number },
): AsyncGenerator<readonly LedgerEntry[]> {
  let place = after
  for (;;) {
    const { sequence } = await store.head()
    while (place < sequence) {
      const entries = await store.events({ ...query, after: place, limit: PAGE })
      if (entries.length > 0) yield entries
      // What was not asked for needs no second look.
      place =
        entries.length < PAGE ? Math.max(sequence, entries.at(-1)?.sequence ?? 0) : (entries.at(-1)?.sequence ?? 0)
    }
    await sleep(every)
  }
}
