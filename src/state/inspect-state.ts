import Database from 'better-sqlite3'
import type { Head } from '../core/store.ts'
import { refuseForeign, refuseFragment } from './open-sqlite.ts'
import { MEND, StateError, toStateError } from './sqlite-error.ts'
import { readHead } from './verify-ledger.ts'

/**
 * Reads a database from end to end, and answers its ledger's head.
 * @throws StateError when it is damaged, of another program, of a newer version, or empty
 */
export function inspectState(path: string): Head {
  let db: Database.Database | undefined
  try {
    refuseFragment(path)
    db = new Database(path, { fileMustExist: true })
    refuseForeign(db, path)
    if (db.pragma('user_version', { simple: true }) === 0) {
      throw new StateError('foreign', path, `${path} holds no state`, { hint: 'checks backup makes files that do' })
    }
    refuseFault(db, path)
    return readHead(db)
  } catch (error) {
    throw toStateError(error, path)
  } finally {
    db?.close()
  }
}

/** Databases up to this size are read from end to end whenever they are opened to be written: a millisecond per MB. */
const SMALL = 64e6
/** Of larger ones, so many of the last rows: what was being written is what is damaged first. */
const LAST = 1000
const LAST_ROWS = [
  'SELECT count(*) FROM asset',
  `SELECT sum(length(body)) FROM (SELECT body FROM payload ORDER BY sequence DESC LIMIT ${LAST})`,
  `SELECT sum(length(hash)) FROM (SELECT hash FROM entry ORDER BY sequence DESC LIMIT ${LAST})`,
  `SELECT count(*) FROM (SELECT observed FROM entry WHERE tenant = 0 ORDER BY observed DESC LIMIT ${LAST})`,
]

/** Looks for damage where it costs little. @throws StateError */
export function refuseDamaged(db: Database.Database, path: string): void {
  try {
    const [pages, size] = ['page_count', 'page_size'].map((name) => db.pragma(name, { simple: true }) as number)
    if ((pages as number) * (size as number) <= SMALL) refuseFault(db, path)
    else for (const sql of LAST_ROWS) db.prepare(sql).get()
  } catch (error) {
    throw toStateError(error, path)
  }
}

function refuseFault(db: Database.Database, path: string): void {
  const fault = db.pragma('quick_check(1)', { simple: true })
  if (fault === 'ok') return
  throw new StateError('corrupt', path, `the state at ${path}: the database is damaged (${fault})`, {
    hint: MEND,
  })
}
