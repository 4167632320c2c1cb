import { createHash, type Hash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { messageOf } from '../../core/errors.ts'
import { TableError } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'
import { selectFiles } from '../selected-files.ts'
import { statTarget } from '../stat-target.ts'

const DIGESTS = ['md5', 'sha1', 'sha256'] as const
const CHUNK = 1 << 20

/** Digests of regular files, also through links; only those that the statement reads are computed. */
export const hash: HostTable = {
  name: 'hash',
  *generate(context, host) {
    refuseNamespaces(context, 'hash')
    const wanted = DIGESTS.filter((digest) => context.uses(digest))
    for (const { path, directory } of selectFiles(context, host)) {
      const target = statTarget(host, path)
      if (typeof target !== 'object' || !target.isFile()) continue
      const digests = digestFile(host, path, wanted)
      if (digests) yield { path, directory, ...digests, pid_with_namespace: 0 }
    }
  },
}

/** Undefined when the file has gone in the meantime. */
function digestFile(host: Host, path: string, wanted: readonly string[]): Record<string, string> | undefined {
  if (wanted.length === 0) return {}
  let file: number | undefined
  try {
    file = openSync(host.at(path), 'r')
    const hashes = wanted.map((digest): [string, Hash] => [digest, createHash(digest)])
    const chunk = Buffer.allocUnsafe(CHUNK)
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      for (const [, digest] of hashes) digest.update(chunk.subarray(0, read))
    }
    return Object.fromEntries(hashes.map(([name, digest]) => [name, digest.digest('hex')]))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    const reason = code === 'EACCES' ? 'permission denied (run as root)' : messageOf(error)
    throw new TableError(`cannot read ${path}: ${reason}`, { cause: error })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
