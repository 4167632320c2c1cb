import { existsSync, lstatSync, realpathSync } from 'node:fs'
import type { Config } from '../config.ts'
import type { AcceptanceStore } from '../core/acceptance-store.ts'
import { KeelsonError } from '../core/errors.ts'
import { findClosest } from '../core/find-closest.ts'
import type { KnownAsset, Store } from '../core/store.ts'
import { findOther, locateState, whereabouts } from '../state/locate.ts'
import type { Recovered } from '../state/recover.ts'
import type { RunLock } from '../state/run-lock.ts'
import { SqliteAcceptances } from '../state/sqlite-acceptances.ts'
import { isDamaged, StateError } from '../state/sqlite-error.ts'
import type { SqliteStore } from '../state/sqlite-store.ts'

// A run without state need not load SQLite's driver.
const openSqlite: typeof import('../state/open-sqlite.ts').openSqlite = async (...args) =>
  (await import('../state/open-sqlite.ts')).openSqlite(...args)

const acquireLock: typeof import('../state/run-lock.ts').RunLock.acquire = async (...args) =>
  (await import('../state/run-lock.ts')).RunLock.acquire(...args)

export interface OpenedState {
  readonly store: SqliteStore
  /** Waivers and attestations that were given by commands. */
  readonly acceptances: AcceptanceStore
  readonly path: string
  /** What a person should know of it, such as that another state exists too. */
  readonly warnings: readonly string[]
  /** Closes the store, and lets others have it. */
  close(): Promise<void>
  /**
   * After an error of the store: the state that takes its place when the database is damaged, with a warning that tells
   * of it; this one is closed then. Undefined for any other error, which leaves this one as it is.
   */
  recover(error: unknown): Promise<OpenedState | undefined>
}

export interface OpenStateOptions {
  readonly clock: () => number
  /** Whether a state that does not exist yet is made. */
  readonly create: boolean
  /** Given: nobody else may run with this state meanwhile. Told once, with the process that has to be waited for. */
  readonly onWait?: (holder: number | undefined) => void
}

/** The file of the state; undefined where none is wanted. */
export function statePathOf({ state }: Pick<Config, 'state'>): string | undefined {
  return state === false ? undefined : followLink(state ?? locateState(whereabouts()).own)
}

/** The file that a link stands for: what is beside it, such as the lock, must be the same for all of its names. */
function followLink(path: string): string {
  return existsSync(path) && lstatSync(path).isSymbolicLink() ? realpathSync(path) : path
}

/** Opens the state that the configuration names. @throws KeelsonError */
export async function openState(config: Config, { clock, create, onWait }: OpenStateOptions): Promise<OpenedState> {
  if (config.state === false) {
    throw new KeelsonError('state/none', 'there is no state: it is switched off', {
      hint: 'leave out --no-state (or state: false in keelson.yaml)',
    })
  }
  const places = locateState(whereabouts())
  const path = followLink(config.state ?? places.own)
  const other = config.state === undefined ? findOther(places) : undefined
  const warnings = other ? [`another state exists at ${other}, and this one is ${path}: name one with --state`] : []
  const lock = onWait && (await acquireLock(path, { onWait }))
  const place = { path, warnings, clock, lock }
  try {
    if (!create) return toOpened({ store: await openSqlite(path, { clock, create }), warning: undefined }, place)
    const { openOrRecover } = await import('../state/recover.ts')
    return toOpened(await openOrRecover(path, { clock, locked: lock !== undefined }), place)
  } catch (error) {
    lock?.release()
    if (!create && isDamaged(error)) (await import('../state/recognise-state.ts')).refuseStranger(path)
    throw error
  }
}

interface Place {
  readonly path: string
  readonly warnings: readonly string[]
  readonly clock: () => number
  readonly lock: RunLock | undefined
}

function toOpened({ store, warning }: Recovered, { path, warnings, clock, lock }: Place): OpenedState {
  const close = async () => {
    await store.close()
    lock?.release()
  }
  const recover = async (error: unknown) => {
    if (!isDamaged(error)) return undefined
    const { recoverState } = await import('../state/recover.ts')
    await store.close()
    const recovered = await recoverState(path, { clock, locked: lock !== undefined })
    return toOpened(recovered, { path, warnings: [], clock, lock })
  }
  const told = warning === undefined ? warnings : [...warnings, warning]
  return { store, acceptances: new SqliteAcceptances(store), path, warnings: told, close, recover }
}

/** Whether a state that cannot be kept should not keep a run from being made: nobody asked for it by name. */
export function isOptional(config: Config, error: unknown): error is StateError {
  return config.state === undefined && error instanceof StateError && error.failure === 'read-only'
}

/**
 * The asset that is meant: by UUID or name; without either, the one that was reported last.
 * @throws KeelsonError
 */
export async function chooseAsset(store: Store, given?: string): Promise<KnownAsset> {
  const assets = await store.assets()
  if (given === undefined) {
    const [newest] = [...assets].sort((one, other) => (other.lastSeenAt ?? 0) - (one.lastSeenAt ?? 0))
    if (newest) return newest
    throw new KeelsonError('no-asset', 'nothing is known of any machine yet', { hint: 'checks run' })
  }
  if (given === '') {
    // An asset that never reported has no name either, and is not meant by an empty variable of a script.
    throw new KeelsonError('usage', 'the name of the asset is empty', { hint: 'checks assets lists them' })
  }
  // No name that somebody gives a machine may stand in the way of another one's UUID.
  const own = assets.filter(({ uuid }) => uuid === given.toLowerCase())
  const meant = own.length > 0 ? own : assets.filter(({ name, givenName }) => givenName === given || name === given)
  const [asset, another] = meant
  if (!asset) {
    const closest = findClosest(
      given,
      assets.flatMap(({ name, givenName }) => [name, givenName ?? name]),
    )
    throw new KeelsonError('no-asset', `no asset is called ${given}`, {
      hint: closest ? `did you mean ${closest}?` : 'checks assets lists them',
    })
  }
  if (another) {
    throw new KeelsonError('many-assets', `${meant.length} assets are called ${given}`, {
      hint: `name one by its UUID: ${meant.map(({ uuid }) => uuid).join(', ')}`,
    })
  }
  return asset
}
