import type { BigIntStats } from 'node:fs'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { readGroups, readPasswd } from '../passwd-file.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'
import { isFolder, statTarget } from '../stat-target.ts'

/** Where osquery looks; where /bin is a link to /usr/bin, a file is there under both names. */
const FOLDERS = ['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/tmp']

export const suidBin: HostTable = {
  name: 'suid_bin',
  *generate(context, host) {
    refuseNamespaces(context, 'suid_bin')
    const users = namesById([...readPasswd(host)].map(({ uid, name }) => [uid, name]))
    const groups = namesById([...readGroups(host)].map(({ gid, name }) => [gid, name]))
    for (const folder of FOLDERS) {
      for (const { path, stats } of findPrivileged(host, folder)) {
        yield {
          path,
          username: users.get(Number(stats.uid)) ?? `${stats.uid}`,
          groupname: groups.get(Number(stats.gid)) ?? `${stats.gid}`,
          permissions: `${stats.mode & 0o4000n ? 'S' : ''}${stats.mode & 0o2000n ? 'G' : ''}`,
          pid_with_namespace: 0,
        }
      }
    }
  },
}

/** Of several names for one id the first counts. */
function namesById(entries: readonly [number, string][]): Map<number, string> {
  return new Map(entries.toReversed())
}

function* findPrivileged(host: Host, start: string): Generator<{ path: string; stats: BigIntStats }> {
  const folders = isFolder(host, start) ? [start] : []
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of host.list(folder) ?? []) {
      const path = `${folder}/${name}`
      const entry = host.lstat(path)
      if (entry?.isDirectory()) folders.push(path)
      const stats = entry?.isSymbolicLink() ? statTarget(host, path) : entry
      if (typeof stats === 'object' && stats.isFile() && (stats.mode & 0o6000n) !== 0n) yield { path, stats }
    }
  }
}
