import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { KeelsonError, messageOf } from '../core/errors.ts'
import { makeFolder } from './make-file.ts'

/** A name beside a file, for what is to take its place once it is whole. */
export function nameUnfinished(path: string): string {
  return `${path}.unfinished-${process.pid}`
}

/**
 * Writes a file through another beside it: it is there as a whole or not at all, also when the power fails.
 * @throws KeelsonError when it exists and may not be replaced, or cannot be written
 */
export async function writeWhole(
  path: string,
  write: (unfinished: string) => Promise<void> | void,
  { replace = false } = {},
): Promise<void> {
  const unfinished = nameUnfinished(path)
  try {
    if (!replace) refuseExisting(path)
    makeFolder(dirname(path))
    removeUnfinished(dirname(path), basename(path))
    await write(unfinished)
    syncFile(unfinished)
    if (!replace) refuseExisting(path)
    renameSync(unfinished, path)
    syncFile(dirname(path))
  } catch (cause) {
    discard(unfinished)
    if (cause instanceof KeelsonError) throw cause
    throw new KeelsonError('file', `cannot write ${path}: ${messageOf(cause)}`, {
      hint: 'name a place that you may write to, and that has room',
      cause,
    })
  }
}

/** @throws KeelsonError */
export function refuseExisting(path: string): void {
  if (!existsSync(path)) return
  throw new KeelsonError('file', `${path} exists, and is not replaced`, { hint: 'name another file' })
}

/** Waits until a file, or the names in a folder, are on the disk. */
export function syncFile(path: string): void {
  // Windows cannot open a folder, and needs no such thing.
  if (process.platform === 'win32') return
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Removes a database or another file, with what SQLite may have left beside it. */
export function discard(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) if (existsSync(path + suffix)) rmSync(path + suffix)
}

/** Removes what processes that were killed left in a folder, of files whose names begin so. */
export function removeUnfinished(folder: string, begin: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
  for (const name of readdirSync(folder)) {
    const writer = /\.unfinished-(\d+)(?:-wal|-shm|-journal)?$/.exec(name)?.[1]
    if (writer === undefined || !name.startsWith(begin) || isRunning(Number(writer))) continue
    rmSync(join(folder, name), { force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
