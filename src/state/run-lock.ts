import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { makeFile } from './make-file.ts'
import { toStateError } from './sqlite-error.ts'

export interface LockOptions {
  /** Told once, when another process holds it; its id where it is known. */
  readonly onWait?: (holder: number | undefined) => void
  /** Ends the waiting; `acquire` then rejects with its reason. */
  readonly signal?: AbortSignal
}

/** Milliseconds between two attempts. */
const PAUSE = 100

/**
 * Lets one process at a time work on a state: a lock on a small database beside it, which the operating system frees
 * when the process ends, however it ends. Reading, and single commits, need no lock.
 */
export class RunLock {
  readonly #db: Database.Database

  private constructor(db: Database.Database) {
    this.#db = db
  }

  /** Waits until nobody else holds the state's lock, and takes it. @throws StateError when it cannot be kept there */
  static async acquire(path: string, { onWait, signal }: LockOptions = {}): Promise<RunLock> {
    const file = `${path}.lock`
    makeFile(file)
    let db: Database.Database | undefined
    try {
      db = new Database(file, { timeout: 0 })
      for (let told = false; !take(db); told = true) {
        if (!told) onWait?.(readHolder(db))
        await sleep(PAUSE, undefined, { ...(signal ? { signal } : {}) })
      }
      return new RunLock(db)
    } catch (error) {
      db?.close()
      throw signal?.aborted ? signal.reason : toStateError(error, file)
    }
  }

  /** The process that holds a state's lock, 0 where its id is not known; undefined when nobody does. */
  static holderOf(path: string): number | undefined {
    const file = `${path}.lock`
    if (!existsSync(file)) return undefined
    let db: Database.Database | undefined
    try {
      db = new Database(file, { timeout: 0, fileMustExist: true })
      db.exec('BEGIN IMMEDIATE; ROLLBACK')
      return undefined
    } catch (error) {
      if (db && isBusy(error)) return readHolder(db) ?? 0
      throw toStateError(error, file)
    } finally {
      db?.close()
    }
  }

  release(): void {
    this.#db.close()
  }
}

/** Takes the lock that keeps others from writing but not from reading, so that they can tell who holds it. */
function take(db: Database.Database): boolean {
  try {
    db.exec('BEGIN IMMEDIATE')
    if (db.pragma('user_version', { simple: true }) === process.pid) return true
    // Only what was committed can be read by others. Whoever comes in between has the lock, and we wait.
    db.pragma(`user_version = ${process.pid}`)
    db.exec('COMMIT; BEGIN IMMEDIATE')
    return true
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    if (isBusy(error)) return false
    throw error
  }
}

function readHolder(db: Database.Database): number | undefined {
  try {
    return (db.pragma('user_version', { simple: true }) as number) || undefined
  } catch {
    return undefined
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
}
