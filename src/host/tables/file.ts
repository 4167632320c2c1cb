import type { BigIntStats } from 'node:fs'
import type { TableRow } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'
import { nameOf, type SelectedFile, selectFiles } from '../selected-files.ts'
import { statTarget } from '../stat-target.ts'

export const file: HostTable = {
  name: 'file',
  *generate(context, host) {
    refuseNamespaces(context, 'file')
    for (const selected of selectFiles(context, host)) {
      const row = describeFile(host, selected)
      if (row) yield row
    }
  },
}

/** Everything but `symlink` and its target is that of what a link leads to, where it leads anywhere. */
function describeFile(host: Host, { path, directory }: SelectedFile): TableRow | undefined {
  const link = host.lstat(path)
  if (!link) return undefined
  const isLink = link.isSymbolicLink()
  const target = isLink ? statTarget(host, path) : link
  const stats = typeof target === 'object' ? target : link
  return {
    path,
    directory,
    filename: nameOf(path),
    inode: stats.ino,
    uid: stats.uid,
    gid: stats.gid,
    mode: (stats.mode & 0o7777n).toString(8).padStart(4, '0'),
    device: stats.rdev,
    size: stats.size,
    block_size: stats.blksize,
    atime: toSeconds(stats.atimeNs),
    mtime: toSeconds(stats.mtimeNs),
    ctime: toSeconds(stats.ctimeNs),
    btime: 0,
    hard_links: stats.nlink,
    symlink: isLink ? 1 : 0,
    type: typeof target === 'object' ? typeOf(target) : target === 'circular' ? 'error' : 'unknown',
    symlink_target_path: isLink ? host.readlink(path) : undefined,
    pid_with_namespace: 0,
  }
}

function typeOf(stats: BigIntStats): string {
  if (stats.isFile()) return 'regular'
  if (stats.isDirectory()) return 'directory'
  if (stats.isBlockDevice()) return 'block'
  if (stats.isCharacterDevice()) return 'character'
  if (stats.isFIFO()) return 'fifo'
  return stats.isSocket() ? 'socket' : 'unknown'
}

function toSeconds(nanoseconds: bigint): bigint {
  const seconds = nanoseconds / 1_000_000_000n
  return nanoseconds < 0n && seconds * 1_000_000_000n !== nanoseconds ? seconds - 1n : seconds
}
