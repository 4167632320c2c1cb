import type { Database } from 'better-sqlite3'

/** From this share of unused pages on, what a smaller file saves is worth writing it anew. */
const WORTHWHILE = 0.25
/** Pages of 4 kB that are not worth anything: 4 MB. */
const LITTLE = 1000

/**
 * Gives unused space back to the disk, where there is enough of it. SQLite uses freed pages again, but keeps them;
 * VACUUM costs as much as writing what is left (150 MB/s), while others wait.
 * @returns bytes given back. @throws what SQLite throws, such as when the disk has no room for both
 */
export function compactDatabase(db: Database): number {
  const [pages, free, size] = ['page_count', 'freelist_count', 'page_size'].map(
    (name) => db.pragma(name, { simple: true }) as number,
  ) as [number, number, number]
  if (free < LITTLE || free < pages * WORTHWHILE) return 0
  rewriteDatabase(db)
  return (pages - (db.pragma('page_count', { simple: true }) as number)) * size
}

/**
 * Writes the whole database anew, so that nothing is left of what was deleted, and empties its log.
 * @returns false when another process still reads what was there before; the log then goes when that one ends
 */
export function rewriteDatabase(db: Database): boolean {
  emptyLog(db)
  db.exec('VACUUM')
  return emptyLog(db)
}

function emptyLog(db: Database): boolean {
  const [{ busy }] = db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }]
  return busy === 0
}
