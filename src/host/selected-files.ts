import type { TableContext } from '../sql/table.ts'
import type { Host } from './host.ts'
import { expandFolderPattern, expandPathPattern } from './path-pattern.ts'
import { isFolder } from './stat-target.ts'

export interface SelectedFile {
  readonly path: string
  readonly directory: string
}

/**
 * Files that a statement's `path` and `directory` select, by `=` as written and by LIKE as patterns. They need not
 * exist. The names repeat the statement's spelling, so that SQLite finds its own constraint fulfilled.
 */
export function* selectFiles(context: TableContext, host: Host): Generator<SelectedFile> {
  const patterns = context.likes('path').flatMap((pattern) => expandPathPattern(host, pattern))
  for (const path of sorted([...context.equals('path'), ...patterns])) {
    yield { path, directory: parentOf(path) }
  }
  const folders = context.likes('directory').flatMap((pattern) => expandFolderPattern(host, pattern))
  for (const directory of sorted([...context.equals('directory'), ...folders])) {
    if (!isFolder(host, directory)) continue
    const start = directory.endsWith('/') ? directory : `${directory}/`
    for (const name of host.list(directory) ?? []) yield { path: start + name, directory }
  }
}

/** A path that ends in '/' names a file '.', and its folder is the path without the slash: osquery's rule. */
export function nameOf(path: string): string {
  if (/^\/+$/.test(path)) return '/'
  return path.endsWith('/') ? '.' : path.slice(path.lastIndexOf('/') + 1)
}

function parentOf(path: string): string {
  const end = path.lastIndexOf('/')
  if (end < 0 || /^\/+$/.test(path)) return ''
  return path.slice(0, end).replace(/\/+$/, '') || '/'
}

function sorted(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort()
}
