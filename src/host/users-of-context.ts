import type { TableContext } from '../sql/table.ts'
import type { Host } from './host.ts'
import { type PasswdEntry, readPasswd, toUnsignedId } from './passwd-file.ts'

/** Whose files a per-user table reads: those of the uids asked for, else only the current user's, as in osquery. */
export function usersOfContext(context: TableContext, host: Host): PasswdEntry[] {
  const asked = context.equals('uid')
  const uids = new Set(asked.length > 0 ? asked.map(toUnsignedId) : [process.getuid?.()])
  return [...readPasswd(host)].filter(({ uid }) => uids.has(uid))
}

/** Where a file of the user's home lies. */
export function inHome({ directory }: PasswdEntry, name: string): string {
  return directory === '' || directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`
}
