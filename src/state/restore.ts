import { existsSync, realpathSync } from 'node:fs'
import { basename } from 'node:path'
import type { Head } from '../core/store.ts'
import { backupFolder, copyState, nameByTime } from './backup.ts'
import { inspectState } from './inspect-state.ts'
import { refuseStranger } from './recognise-state.ts'
import { discard, writeWhole } from './replace-file.ts'
import { prepareFromBackup, replaceContent, replaceFile } from './replace-state.ts'
import { type LockOptions, RunLock } from './run-lock.ts'
import { isDamaged, StateError } from './sqlite-error.ts'

export interface RestoreOptions extends LockOptions {
  readonly clock: () => number
}

export interface Restored {
  /** Where the backup's ledger ended. */
  readonly head: Head
  /** Where the replaced ledger ended; null when it could not be read, or there was none. */
  readonly replaced: Head | null
  /** The file that keeps what was replaced. */
  readonly kept: string | null
}

/**
 * Puts a backup in the place of the state at the path. What is there now is kept beside it, and the restored ledger goes
 * on with an entry that tells of both.
 * @throws StateError when the file is not a sound state, or of a newer version; then nothing was changed
 */
export async function restoreState(path: string, backup: string, options: RestoreOptions): Promise<Restored> {
  refuseItself(path, backup)
  const lock = await RunLock.acquire(path, options)
  try {
    const { clock } = options
    const aside = existsSync(path) ? nameByTime(clock(), (time) => `${path}.before-restore-${time}`) : null
    const replaced = existsSync(path) ? readReplaced(path) : null
    const meta = { replaced, kept: aside && basename(aside) }
    const { unfinished, head } = await prepare(path, backup, { clock, meta })
    try {
      if (replaced && aside) {
        await writeWhole(aside, (file) => copyState(path, file))
        await replaceContent(path, unfinished)
      } else replaceFile(path, unfinished, aside ?? '')
    } finally {
      discard(unfinished)
    }
    return { head, replaced, kept: aside }
  } finally {
    lock.release()
  }
}

/** Null for what is damaged. @throws StateError for what is not ours to replace */
function readReplaced(path: string): Head | null {
  try {
    return inspectState(path)
  } catch (error) {
    if (!isDamaged(error)) throw error
    refuseStranger(path)
    return null
  }
}

async function prepare(path: string, backup: string, options: Parameters<typeof prepareFromBackup>[2]) {
  try {
    return await prepareFromBackup(path, backup, options)
  } catch (error) {
    if (!(error instanceof StateError) || error.failure === 'full' || error.failure === 'newer') throw error
    throw new StateError(error.failure, backup, `${backup} cannot be restored: ${error.message}`, {
      hint: `name a file that checks backup wrote, such as those in ${backupFolder(path)}; nothing was changed`,
      cause: error,
    })
  }
}

function refuseItself(path: string, backup: string): void {
  if (!existsSync(backup)) {
    throw new StateError('read-only', backup, `there is no file ${backup}`, {
      hint: `backups are in ${backupFolder(path)}`,
    })
  }
  if (existsSync(path) && realpathSync(path) === realpathSync(backup)) {
    throw new StateError('read-only', backup, `${backup} is the state itself, not a backup of it`, {
      hint: `backups are in ${backupFolder(path)}`,
    })
  }
}
