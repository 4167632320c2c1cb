import { existsSync, linkSync, renameSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { EventMeta } from '../core/event.ts'
import { copyState } from './backup.ts'
import { inspectState } from './inspect-state.ts'
import { openSqlite } from './open-sqlite.ts'
import { discard, nameUnfinished, removeUnfinished, syncFile } from './replace-file.ts'
import { StateError, toStateError } from './sqlite-error.ts'

/** Pages, in one step. */
const ALL = 0x7fffffff
/** Ten seconds for whoever is writing. */
const ATTEMPTS = 100
const PAUSE = 100

export interface PrepareOptions {
  readonly clock: () => number
  /** What the ledger's entry tells besides where the backup ended. */
  readonly meta: EventMeta
}

/**
 * Makes a state beside the one at the path that is to take its place: a copy of a backup, brought up to date, whose
 * ledger tells that it was restored.
 * @throws StateError when the backup is not a sound state
 */
export async function prepareFromBackup(path: string, backup: string, { clock, meta }: PrepareOptions) {
  const unfinished = makeRoom(path)
  try {
    await copyState(backup, unfinished)
    const head = inspectState(unfinished)
    const store = await openSqlite(unfinished, { clock })
    const observedAt = clock()
    const origin = { backup: { file: basename(backup), sequence: head.sequence, hash: head.hash } }
    await store.commit(null, () => ({
      entries: [
        { action: 'LEDGER_RESTORED', level: 'WARNING', observedAt, changes: null, meta: { ...origin, ...meta } },
      ],
    }))
    await store.close()
    return { unfinished, head }
  } catch (error) {
    discard(unfinished)
    throw error
  }
}

/** Makes an empty state beside the one at the path that is to take its place; its ledger tells why. */
export async function prepareAnew(path: string, { clock, meta }: PrepareOptions): Promise<string> {
  const unfinished = makeRoom(path)
  const store = await openSqlite(unfinished, { clock, why: meta })
  await store.close()
  return unfinished
}

/**
 * Puts a prepared state in the place of one that others may have open: its content is replaced in one transaction, since
 * a file that is exchanged below a process that writes would be damaged. @throws StateError
 */
export async function replaceContent(path: string, unfinished: string): Promise<void> {
  const db = new Database(unfinished, { fileMustExist: true })
  try {
    // Without a single page it was not even begun: somebody is writing.
    for (let attempt = 0; (await db.backup(path, { progress: () => ALL })).totalPages === 0; attempt++) {
      if (attempt === ATTEMPTS) throw busy(path)
      await sleep(PAUSE)
    }
  } catch (error) {
    throw toStateError(error, path)
  } finally {
    db.close()
    discard(unfinished)
  }
}

function busy(path: string): StateError {
  return new StateError('busy', path, `the state at ${path}: another process holds it`, {
    hint: 'try again when that one is done; nothing was changed',
  })
}

/** Puts a prepared state in the place of one that nobody can use, which stays under another name with its log. */
export function replaceFile(path: string, unfinished: string, aside: string): void {
  for (const suffix of ['-wal', '-shm', '-journal']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
  if (existsSync(path)) keepUnder(path, aside)
  syncFile(unfinished)
  renameSync(unfinished, path)
  syncFile(dirname(path))
}

/** There is a state at the path at every moment, as long as the file system knows links. */
function keepUnder(path: string, aside: string): void {
  try {
    linkSync(path, aside)
  } catch {
    renameSync(path, aside)
  }
}

function makeRoom(path: string): string {
  const unfinished = nameUnfinished(path)
  removeUnfinished(dirname(path), basename(path))
  discard(unfinished)
  return unfinished
}
