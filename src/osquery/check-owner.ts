import { lstat, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export interface OwnerOptions {
  /** The user who may own sockets besides root; the process's own unless given. */
  readonly uid?: number
  readonly platform?: NodeJS.Platform
}

/** Where to connect (free of symbolic links to its folder), or why not to. */
export type OwnerVerdict = { readonly path: string } | { readonly why: string; readonly absent: boolean }

/**
 * Whether a socket can be trusted: it and its folder must belong to root or to us, and nobody else may be able to put
 * another in its place. Whoever serves the socket decides every verdict, so anyone else could answer that all is well.
 */
export async function checkOwner(path: string, options: OwnerOptions = {}): Promise<OwnerVerdict> {
  // Node cannot tell a pipe's owner; osquery gives its pipe to SYSTEM, administrators and its own user.
  if ((options.platform ?? process.platform) === 'win32') return { path }
  const uid = options.uid ?? process.getuid?.() ?? 0
  try {
    const target = await resolveLink(path)
    const folder = dirname(target)
    const why = judgeSocket(await lstat(target), target, uid) ?? judgeFolder(await stat(folder), folder, uid)
    return why ? { why, absent: false } : { path: target }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const absent = code === 'ENOENT' || code === 'ENOTDIR'
    return { absent, why: absent ? `there is no ${path}` : `cannot look at ${path} (${code}); run as root` }
  }
}

/** Follows links first, so that what is connected to is what was checked. */
async function resolveLink(path: string): Promise<string> {
  const target = join(await realpath(dirname(path)), basename(path))
  return (await lstat(target)).isSymbolicLink() ? await realpath(target) : target
}

interface Found {
  readonly uid: number
  readonly gid: number
  readonly mode: number
  isSocket(): boolean
}

function judgeSocket(found: Found, path: string, uid: number): string | undefined {
  if (!found.isSocket()) return `${path} is not a socket`
  return isOurs(found, uid) ? undefined : `the socket belongs to user ${found.uid}, neither to root nor to us`
}

function judgeFolder(found: Found, path: string, uid: number): string | undefined {
  if (!isOurs(found, uid)) return `its folder ${path} belongs to user ${found.uid}, neither to root nor to us`
  const sticky = (found.mode & 0o1000) !== 0
  // Members of root's own group can do no more than root.
  const group = (found.mode & 0o020) !== 0 && found.gid !== 0
  const others = (found.mode & 0o002) !== 0
  if (!sticky && (group || others)) return `others may replace the socket: its folder ${path} is writable for them`
  return undefined
}

function isOurs(found: Found, uid: number): boolean {
  return found.uid === 0 || found.uid === uid
}
