import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { messageOf } from '../../core/errors.ts'
import { type TableContext, TableError } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { expandPathPattern } from '../path-pattern.ts'
import { statTarget } from '../stat-target.ts'

/** Bytes of one file, and of all files of a scan: this reads configuration, not data. */
const MOST_OF_FILE = 4 << 20
const MOST_OF_SCAN = 16 << 20

/** The lines of regular files, also through links; those that do not exist have none. */
export const fileLines: HostTable = {
  name: 'file_lines',
  *generate(context, host) {
    // osquery lets a LIMIT stand for a required column, and would take the silence for an answer.
    if (context.equals('path').length + context.likes('path').length === 0) {
      throw new TableError('file_lines must be asked for a path, by = or LIKE')
    }
    let total = 0
    for (const path of selectPaths(context, host)) {
      const bytes = readRegular(host, path)
      if (!bytes) continue
      total += bytes.length
      if (total > MOST_OF_SCAN) {
        throw new TableError(`the files that file_lines is asked for have more than ${toMiB(MOST_OF_SCAN)} together`)
      }
      const lines = bytes.toString('utf8').split('\n')
      if (lines.at(-1) === '') lines.pop()
      // A NUL would end the text on osquery's way, and hide what follows it.
      for (const [index, line] of lines.entries())
        yield { path, number: index + 1, line: line.replaceAll('\0', '\ufffd') }
    }
  },
}

function selectPaths(context: TableContext, host: Host): string[] {
  const patterns = context.likes('path').flatMap((pattern) => expandPathPattern(host, pattern))
  return [...new Set([...context.equals('path'), ...patterns])].sort()
}

/** Undefined for what is no regular file. */
function readRegular(host: Host, path: string): Buffer | undefined {
  // Looked at before it is opened, since opening a device may already do something.
  const target = statTarget(host, path)
  if (typeof target !== 'object' || !target.isFile()) return undefined
  let file: number | undefined
  try {
    // Something else may have taken its place, and some files of /proc would keep a reader waiting.
    file = openSync(host.at(path), constants.O_RDONLY | constants.O_NONBLOCK)
    return fstatSync(file).isFile() ? readAll(file, path) : undefined
  } catch (error) {
    if (error instanceof TableError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    const reason = code === 'EACCES' || code === 'EPERM' ? 'permission denied (run as root)' : messageOf(error)
    throw new TableError(`cannot read ${path}: ${reason}`, { cause: error })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** The size that a file claims says nothing in /proc. */
function readAll(file: number, path: string): Buffer {
  const chunks: Buffer[] = []
  let length = 0
  for (;;) {
    const chunk = Buffer.allocUnsafe(64 << 10)
    const read = readSync(file, chunk)
    if (read === 0) return Buffer.concat(chunks, length)
    length += read
    if (length > MOST_OF_FILE)
      throw new TableError(`${path} is larger than ${toMiB(MOST_OF_FILE)}: file_lines does not read it`)
    chunks.push(chunk.subarray(0, read))
  }
}

function toMiB(bytes: number): string {
  return `${bytes >> 20} MiB`
}
