import { compileSegment, expandBraces, isMagic, unescapeSegment } from './glob-segment.ts'
import type { Host } from './host.ts'
import { isFolder } from './stat-target.ts'

const DEEPEST = 63

/** What a pattern led to. A folder's path ends in '/'. */
interface Found {
  readonly path: string
  readonly isFolder: boolean
  /** Whether a link or a dot folder lies on the way below the pattern's start. */
  readonly throughLink: boolean
}

/**
 * Paths that a LIKE pattern on a path column stands for, as osquery expands it: `%` is any name (not of a dot file)
 * within one segment, `%%` at the end goes down up to 63 levels; `_` is itself, and case matters. Sorted.
 * @throws TableError when a folder on the way cannot be listed
 */
export function expandPathPattern(host: Host, pattern: string): string[] {
  return expand(host, pattern).map(({ path }) => path)
}

/** The folders that a LIKE pattern on a directory column stands for. */
export function expandFolderPattern(host: Host, pattern: string): string[] {
  // Seen of osquery: here, unlike for a path, %% takes dot folders too, and links to folders without following them.
  if (pattern.endsWith('/%%')) {
    return expandPathPattern(host, pattern.slice(0, -2))
      .flatMap((start) => listFoldersBelow(host, start))
      .sort()
  }
  return expand(host, pattern).flatMap(({ path, isFolder }) => (isFolder ? [path] : []))
}

/** Files of a folder that are no folders and no dot files, sorted, with the folder's path in front. */
export function listFiles(host: Host, folder: string): string[] {
  const start = folder.endsWith('/') ? folder : `${folder}/`
  const names = (host.list(folder) ?? []).filter((name) => !name.startsWith('.'))
  return names.map((name) => start + name).filter((path) => !isFolder(host, path))
}

function expand(host: Host, pattern: string): Found[] {
  const glob = toAbsolute(host, pattern.replaceAll('%', '*'))
  const found = new Map<string, Found>()
  for (const alternative of expandBraces(glob)) {
    let level = findMatches(host, alternative)
    for (const match of level) found.set(match.path, match)
    // A single character may follow the stars: osquery's own rule.
    const stars = alternative.lastIndexOf('**')
    if (stars < 0 || stars + 3 < alternative.length) continue
    const seen = new Set<string>()
    let followsLinks = true
    for (let depth = 1; depth < DEEPEST && level.length > 0; depth++) {
      // A folder met twice means a loop of links. osquery stops there; real folders are safe to go on with.
      if (level.some((match) => match.isFolder && isRepeated(host, match.path, seen))) followsLinks = false
      level = level.flatMap((match) =>
        match.isFolder && (followsLinks || !match.throughLink) ? listEntries(host, match) : [],
      )
      for (const match of level) found.set(match.path, match)
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

function toAbsolute(host: Host, pattern: string): string {
  const isShort = pattern.length <= 3
  return pattern.startsWith('/') || pattern.startsWith('~') || isShort || !host.isReal
    ? pattern
    : `${process.cwd().replace(/\/$/, '')}/${pattern}`
}

function findMatches(host: Host, pattern: string): Found[] {
  const [first = '', ...segments] = pattern.split('/')
  let starts = pattern.startsWith('/') ? ['/'] : matchSegment(host, '', first).map((path) => `${path}/`)
  if (segments.length === 0) starts = starts.map((path) => path.slice(0, -1))
  for (const [index, segment] of segments.entries()) {
    if (segment === '') continue
    const isLast = index === segments.length - 1
    starts = starts.flatMap((start) => matchSegment(host, start, segment)).map((path) => (isLast ? path : `${path}/`))
  }
  return starts.flatMap((path) => {
    const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
    if (!host.lstat(bare || '.')) return []
    const folder = isFolder(host, bare || '.')
    if (path.endsWith('/') && !folder) return []
    return [{ path: folder && !path.endsWith('/') ? `${path}/` : path, isFolder: folder, throughLink: false }]
  })
}

function matchSegment(host: Host, start: string, segment: string): string[] {
  if (!isMagic(segment)) return [start + unescapeSegment(segment)]
  const names = isFolder(host, start || '.') ? (host.list(start || '.') ?? []) : []
  const matcher = compileSegment(segment)
  return [...(segment.startsWith('.') ? ['.', '..'] : []), ...names]
    .filter((name) => matcher.test(name))
    .map((name) => start + name)
}

function listEntries(host: Host, { path: start, throughLink }: Found): Found[] {
  const wayIsLink = throughLink || /(^|\/)\.\.?\/$/.test(start) || isLink(host, start.slice(0, -1))
  return (host.list(start) ?? []).flatMap((name) => {
    if (name.startsWith('.')) return []
    const folder = isFolder(host, start + name)
    return [{ path: start + name + (folder ? '/' : ''), isFolder: folder, throughLink: wayIsLink }]
  })
}

function listFoldersBelow(host: Host, start: string): string[] {
  return (host.list(start) ?? []).flatMap((name) => {
    const path = start + name
    if (!isFolder(host, path)) return []
    return isLink(host, path) ? [path] : [path, ...listFoldersBelow(host, `${path}/`)]
  })
}

function isRepeated(host: Host, path: string, seen: Set<string>): boolean {
  const stats = host.lstat(path.slice(0, -1) || '/')
  if (!stats) return false
  const identity = `${stats.dev}:${stats.ino}`
  if (seen.has(identity)) return true
  seen.add(identity)
  return false
}

function isLink(host: Host, path: string): boolean {
  return host.lstat(path)?.isSymbolicLink() ?? false
}
