import { closeSync, existsSync, openSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import Database from 'better-sqlite3'
import type { Head } from '../core/store.ts'
import { inspectState } from './inspect-state.ts'
import { refuseForeign } from './open-sqlite.ts'
import { removeUnfinished, writeWhole } from './replace-file.ts'
import { toStateError } from './sqlite-error.ts'

export interface BackupOptions {
  /** Milliseconds since 1970: names the file, where none is given. */
  readonly now: number
  /** The file to write; by default one of its own in the folder of backups. */
  readonly file?: string | undefined
  /** How many backups in the folder of backups stay. */
  readonly keep?: number | undefined
}

export interface BackedUp {
  readonly file: string
  readonly head: Head
  /** Older backups that were removed. */
  readonly removed: readonly string[]
}

/** Pages that are copied at a time. */
const PAGES = 5000

/**
 * Copies the state at the path, as it is at one moment, while others go on writing to it. The copy is one file that only
 * its owner may read, and is there only when it is whole and sound.
 * @throws KeelsonError
 */
export async function backUpState(path: string, { now, file, keep }: BackupOptions): Promise<BackedUp> {
  const target = file ?? nameByTime(now, (time) => join(backupFolder(path), `${stemOf(path)}-${time}.db`))
  removeUnfinished(dirname(target), file === undefined ? `${stemOf(path)}-` : basename(file))
  let head: Head | undefined
  await writeWhole(target, async (unfinished) => {
    await copyState(path, unfinished)
    head = inspectState(unfinished)
  })
  const removed = keep === undefined ? [] : listBackups(path).slice(keep)
  for (const old of removed) rmSync(old)
  return { file: target, head: head as Head, removed }
}

/** Copies a state, with what is still in its log, into a new file that needs no other beside it. @throws StateError */
export async function copyState(from: string, to: string): Promise<void> {
  rmSync(to, { force: true })
  closeSync(openSync(to, 'wx', 0o600))
  const source = openSource(from)
  try {
    await source.backup(to, { progress: () => PAGES })
    const copy = new Database(to)
    copy.pragma('journal_mode = DELETE')
    copy.close()
  } catch (error) {
    throw toStateError(error, isDamage(error) ? from : to)
  } finally {
    source.close()
  }
}

/** Opens what is copied in a transaction that reads: it stays the same, whatever others write meanwhile. */
function openSource(path: string): Database.Database {
  let db: Database.Database | undefined
  try {
    db = new Database(path, { fileMustExist: true, timeout: 10_000 })
    db.exec('BEGIN')
    refuseForeign(db, path)
    return db
  } catch (error) {
    db?.close()
    throw toStateError(error, path)
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof Database.SqliteError && /CORRUPT|NOTADB/.test(error.code)
}

/** The backups of a state in its folder of backups, newest first. */
export function listBackups(path: string): string[] {
  const folder = backupFolder(path)
  if (!existsSync(folder)) return []
  const begin = `${stemOf(path)}-`
  const names = readdirSync(folder).filter(
    (name) => name.startsWith(begin) && /^\d{8}T\d{6}Z\.db$/.test(name.slice(begin.length)),
  )
  return names
    .sort()
    .reverse()
    .map((name) => join(folder, name))
}

export function backupFolder(path: string): string {
  return join(dirname(path), 'backups')
}

function stemOf(path: string): string {
  return basename(path, extname(path))
}

/** What names files that keep an earlier state. */
const KEPT = /^\.(?:before-restore|damaged)-\d{8}T\d{6}Z/

/** Every file at the usual places that holds an earlier state: backups, and what was replaced. */
export function listCopies(path: string): string[] {
  const folder = dirname(path)
  const name = basename(path)
  const kept = readdirSync(folder).filter((file) => file.startsWith(name) && KEPT.test(file.slice(name.length)))
  return [...listBackups(path), ...kept.map((file) => join(folder, file))]
}

/** The name of a file that does not exist yet, with the time in it as `20260304T141814Z`: the next free second. */
export function nameByTime(now: number, toName: (time: string) => string): string {
  for (let time = now; ; time += 1000) {
    const name = toName(`${new Date(time).toISOString().replace(/[-:]|\.\d+Z$/g, '')}Z`)
    if (!existsSync(name)) return name
  }
}
