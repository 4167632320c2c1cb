import type { HostTable } from '../host-table.ts'
import { readGroups, toSignedId, toUnsignedId } from '../passwd-file.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'

/** Local groups, from /etc/group: of several with one gid the first. */
export const groups: HostTable = {
  name: 'groups',
  *generate(context, host) {
    refuseNamespaces(context, 'groups')
    const asked = new Set(context.equals('gid').map(toUnsignedId))
    const seen = new Set<number>()
    for (const { name, gid } of readGroups(host)) {
      if (seen.has(gid) || (asked.size > 0 && !asked.has(gid))) continue
      seen.add(gid)
      yield { gid, gid_signed: toSignedId(gid), groupname: name, pid_with_namespace: 0 }
    }
  },
}
