import { existsSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { makeFile } from './make-file.ts'
import { MEND, StateError, toStateError } from './sqlite-error.ts'
import { APPLICATION_ID, LATEST, migrate } from './sqlite-schema.ts'
import { SqliteStore } from './sqlite-store.ts'

export interface OpenOptions {
  readonly clock: () => number
  /** False: a database that does not exist is an error, and none is made. */
  readonly create?: boolean
  /** Said in the ledger's first entry, such as why it was begun anew. */
  readonly why?: Readonly<Record<string, unknown>>
}

/** The smallest page of SQLite. */
const LEAST = 512
/** Milliseconds to wait for another process that is writing. */
const BUSY = 10_000
/** Pages of 4 kB kept in memory: 32 MB. */
const CACHE = 8000

/**
 * Opens the state in a SQLite database, makes it or brings it up to date.
 * @throws StateError; a database of a newer version, or of another program, is left as it is
 */
export async function openSqlite(path: string, options: OpenOptions): Promise<SqliteStore> {
  const existed = existsSync(path)
  if (!existed && options.create === false) {
    throw new StateError('read-only', path, `there is no state at ${path}`, {
      hint: 'checks run makes it; or name another with --state PATH',
    })
  }
  makeFile(path)
  refuseFragment(path)
  let db: Database.Database | undefined
  try {
    db = new Database(path, { timeout: BUSY })
    refuseForeign(db, path)
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma(`cache_size = ${CACHE}`)
    migrate(db)
    const store = new SqliteStore(db, options)
    await store.begin(options.why)
    return store
  } catch (error) {
    db?.close()
    throw toStateError(error, path)
  }
}

/** SQLite takes a file that is too short to be a database for a new one. @throws StateError */
export function refuseFragment(path: string): void {
  const { size } = statSync(path)
  if (size === 0 || size >= LEAST) return
  throw new StateError(
    'corrupt',
    path,
    `the state at ${path}: the database is damaged (${size} bytes are left of it)`,
    {
      hint: MEND,
    },
  )
}

/** @throws StateError for the database of another program, or of a newer version */
export function refuseForeign(db: Database.Database, path: string): void {
  // Tables first: another process that is just making them marks the file as ours in the same transaction.
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number
  const id = db.pragma('application_id', { simple: true }) as number
  const version = db.pragma('user_version', { simple: true }) as number
  if (tables > 0 && id !== APPLICATION_ID) {
    throw new StateError('foreign', path, `${path} is a database of another program`, {
      hint: 'name another place with --state PATH',
    })
  }
  if (version > LATEST) {
    throw new StateError(
      'newer',
      path,
      `the state at ${path} was written by a newer Keelson (version ${version} of the database; this one knows ${LATEST})`,
      { hint: 'update Keelson, or name another place with --state PATH; the state was not touched' },
    )
  }
}
