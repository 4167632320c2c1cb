import * as fs from 'node:fs'
import { dirname, join } from 'node:path'

/** What is to stand at a path. Text alone is a file of mode 0644; a folder has mode 0755 unless it says otherwise. */
export interface FileSpec {
  readonly text?: string
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  /** Unix seconds. */
  readonly mtime?: number
  readonly directory?: boolean
  /** Where it points: relative to its own folder, since an absolute one would lead out of the temporary root. */
  readonly link?: string
}

/** Paths of a machine and what is to stand there; null removes, whole folders too. */
export type Files = Readonly<Record<string, string | FileSpec | null>>

/** Writes files below a root, over what stands there. Folders that are missing are made. */
export function writeFiles(root: string, files: Files): void {
  const specs = Object.entries(files).map(([path, content]) => ({
    path: join(root, path),
    spec: typeof content === 'string' ? { text: content } : content,
  }))
  for (const { path, spec } of specs) {
    if (spec === null) fs.rmSync(path, { recursive: true, force: true })
    else writeOne(path, spec)
  }
  // Last, since a file that is written into a folder changes the folder's time.
  for (const { path, spec } of specs) {
    if (spec?.mtime !== undefined) fs.utimesSync(path, spec.mtime, spec.mtime)
  }
}

function writeOne(path: string, { text, mode, uid, gid, directory, link }: FileSpec): void {
  fs.mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  const standing = fs.lstatSync(path, { throwIfNoEntry: false })
  if (link !== undefined) {
    if (standing) fs.rmSync(path, { recursive: true })
    fs.symlinkSync(link, path)
    return
  }
  if (directory) {
    if (!standing) fs.mkdirSync(path)
  } else if (text !== undefined || !standing) {
    if (standing) fs.rmSync(path, { recursive: true })
    fs.writeFileSync(path, text ?? '')
  }
  // Given without text, what stands there keeps what it is not given.
  if (uid !== undefined || gid !== undefined) fs.chownSync(path, uid ?? ownerOf(path).uid, gid ?? ownerOf(path).gid)
  if (mode !== undefined || text !== undefined || !standing) fs.chmodSync(path, mode ?? (directory ? 0o755 : 0o644))
}

function ownerOf(path: string): fs.Stats {
  return fs.lstatSync(path)
}
