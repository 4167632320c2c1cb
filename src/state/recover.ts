import { basename } from 'node:path'
import { listBackups, nameByTime } from './backup.ts'
import { inspectState, refuseDamaged } from './inspect-state.ts'
import { openSqlite } from './open-sqlite.ts'
import { refuseStranger } from './recognise-state.ts'
import { prepareAnew, prepareFromBackup, replaceFile } from './replace-state.ts'
import { type LockOptions, RunLock } from './run-lock.ts'
import { isDamaged, StateError } from './sqlite-error.ts'
import type { SqliteStore } from './sqlite-store.ts'

export interface RecoverOptions extends LockOptions {
  readonly clock: () => number
  /** Whether the caller holds the state's lock; otherwise it is taken. */
  readonly locked: boolean
}

export interface Recovered {
  readonly store: SqliteStore
  /** What to tell the user; nothing when another process had mended it already. */
  readonly warning: string | undefined
}

/** Opens the state at the path, or makes it; one that is found damaged is recovered. @throws StateError */
export async function openOrRecover(path: string, options: RecoverOptions): Promise<Recovered> {
  let store: SqliteStore | undefined
  try {
    store = await openSqlite(path, options)
    refuseDamaged(store.db, path)
    return { store, warning: undefined }
  } catch (error) {
    await store?.close()
    if (!isDamaged(error)) throw error
    return recoverState(path, options)
  }
}

/**
 * Replaces a damaged state by its newest sound backup, or by an empty one; the ledger tells of it. What is damaged is
 * kept beside it under another name. Whoever has it open must have closed it before.
 * @throws StateError when there is no room for it, or what is there was never a state
 */
export async function recoverState(path: string, { clock, locked, ...waiting }: RecoverOptions): Promise<Recovered> {
  const lock = locked ? undefined : await RunLock.acquire(path, waiting)
  try {
    const mended = await tryOpen(path, clock)
    if (mended) return { store: mended, warning: undefined }
    const aside = nameByTime(clock(), (time) => `${path}.damaged-${time}`)
    const meta = { cause: 'damaged', kept: basename(aside) }
    const kept = `the state at ${path} is damaged; it is kept as ${aside}`
    for (const backup of listBackups(path)) {
      const prepared = await prepareFromBackup(path, backup, { clock, meta }).catch(passOver)
      if (!prepared) continue
      replaceFile(path, prepared.unfinished, aside)
      const store = await openSqlite(path, { clock })
      return { store, warning: `${kept}, and the backup ${backup} has taken its place` }
    }
    replaceFile(path, await prepareAnew(path, { clock, meta }), aside)
    const store = await openSqlite(path, { clock })
    return { store, warning: `${kept}, and since there is no sound backup, a new one was begun` }
  } finally {
    lock?.release()
  }
}

async function tryOpen(path: string, clock: () => number): Promise<SqliteStore | undefined> {
  try {
    inspectState(path)
    return await openSqlite(path, { clock })
  } catch (error) {
    if (!isDamaged(error)) throw error
    refuseStranger(path)
    return undefined
  }
}

/** A backup that is itself damaged is no help; a full disk must not make us begin anew. */
function passOver(error: unknown): undefined {
  if (error instanceof StateError && ['corrupt', 'foreign', 'newer'].includes(error.failure)) return undefined
  throw error
}
