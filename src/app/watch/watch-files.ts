import { type FSWatcher, readdirSync, realpathSync, statSync, watch } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { listFiles } from '../../content/list-files.ts'

export interface WatchFilesOptions {
  /** Folders of checks. */
  readonly folders: readonly string[]
  /** Single files, such as keelson.yaml; they need not exist. */
  readonly files: readonly string[]
  readonly onChange: () => void
}

export interface WatchedFiles {
  /** Looks for changes that nobody told of: network file systems do not tell, and watches run out. */
  look(): void
  close(): void
}

/** Milliseconds of quiet after the last change: editors write, rename and remove in a row. */
const QUIET = 300
const LONGEST_QUIET = 2_000
/** Folders that are watched at most; the others are only looked at. */
const MOST_FOLDERS = 1000

/** Tells when files of checks were changed, added, renamed or removed, once for what happens together. */
export function watchFiles({ folders, files, onChange }: WatchFilesOptions): WatchedFiles {
  const watchers = new Map<string, FSWatcher>()
  let known = fingerprint(folders, files)
  let timer: NodeJS.Timeout | undefined
  const look = () => {
    clearTimeout(timer)
    timer = undefined
    follow()
    const now = fingerprint(folders, files)
    if (now === known) return
    known = now
    onChange()
  }
  let stirredAt = 0
  const stir = () => {
    const now = performance.now()
    if (!timer) stirredAt = now
    clearTimeout(timer)
    // Where it is never quiet, it is looked all the same.
    timer = setTimeout(look, now - stirredAt > LONGEST_QUIET ? 0 : QUIET)
  }
  /** Watches the folders that there are now. */
  function follow(): void {
    const wanted = new Set(folders.flatMap((folder) => [...listFolders(folder)]))
    // In the folder above, only what it says of the one that is meant counts: it tells when that is replaced.
    const above = new Map<string, Set<string>>()
    for (const path of [...folders, ...files]) {
      const names = above.get(dirname(path)) ?? new Set()
      above.set(dirname(path), names.add(basename(path)))
    }
    for (const [path, watcher] of watchers) if (!wanted.has(path) && !above.has(path)) watcher.close()
    for (const path of [...wanted, ...above.keys()].slice(0, MOST_FOLDERS)) {
      if (watchers.has(path)) continue
      try {
        const isMeant = (name: string | null) => wanted.has(path) || name === null || above.get(path)?.has(name)
        const watcher = watch(path, { persistent: false }, (_, name) => isMeant(name) && stir())
        const forget = () => void (watchers.get(path) === watcher && watchers.delete(path))
        watcher.on('error', () => watcher.close()).on('close', forget)
        watchers.set(path, watcher)
      } catch {
        // What cannot be watched is looked at now and then.
      }
    }
  }
  follow()
  return {
    look,
    close() {
      clearTimeout(timer)
      for (const watcher of watchers.values()) watcher.close()
    },
  }
}

/** The real paths of a folder and the folders in it. */
function listFolders(folder: string, seen = new Set<string>()): Set<string> {
  try {
    const real = realpathSync(folder)
    if (seen.has(real) || seen.size > MOST_FOLDERS) return seen
    seen.add(real)
    for (const entry of readdirSync(real, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
      if (entry.isDirectory() || entry.isSymbolicLink()) listFolders(join(real, entry.name), seen)
    }
  } catch {
    // A link to a file, or a folder that has just gone.
  }
  return seen
}

/** A text that is another one when any of the files is. */
function fingerprint(folders: readonly string[], files: readonly string[]): string {
  const listed = folders.flatMap((folder) => {
    const { files: found, diagnostics } = listFiles(folder)
    return [...found.map(({ file }) => file), ...diagnostics.map(({ message }) => message)]
  })
  return [...listed, ...files].map((file) => `${file} ${describeFile(file)}`).join('\n')
}

function describeFile(file: string): string {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stats ? `${stats.ino} ${stats.size} ${stats.mtimeNs}` : 'absent'
}
