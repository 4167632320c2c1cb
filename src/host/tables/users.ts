import { TableError } from '../../sql/table.ts'
import type { HostTable } from '../host-table.ts'
import { readPasswd, toSignedId, toUnsignedId } from '../passwd-file.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'

/** Local users, from /etc/passwd. */
export const users: HostTable = {
  name: 'users',
  *generate(context, host) {
    refuseNamespaces(context, 'users')
    if (context.equals('include_remote').some((value) => Number(value) === 1)) {
      throw new TableError('users: include_remote needs osquery; the embedded engine reads /etc/passwd only')
    }
    const names = new Set(context.equals('username'))
    const uids = new Set(context.equals('uid').map(toUnsignedId))
    for (const { name, uid, gid, gecos, directory, shell } of readPasswd(host)) {
      if (names.size > 0 ? !names.has(name) : uids.size > 0 && !uids.has(uid)) continue
      yield {
        uid,
        gid,
        uid_signed: toSignedId(uid),
        gid_signed: toSignedId(gid),
        username: name,
        description: gecos,
        directory,
        shell,
        pid_with_namespace: 0,
        include_remote: 0,
      }
    }
  },
}
