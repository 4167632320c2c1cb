import type { HostTable } from '../host-table.ts'
import { readGroups, readPasswd, toSignedId, toUnsignedId } from '../passwd-file.ts'

/** A user's own group and those that name it as a member; of several users with one uid the first. */
export const userGroups: HostTable = {
  name: 'user_groups',
  *generate(context, host) {
    const asked = new Set(context.equals('uid').map(toUnsignedId))
    const seen = new Set<number>()
    const groupsOf = new Map<string, number[]>()
    for (const { gid, members } of readGroups(host)) {
      for (const member of members) {
        const gids = groupsOf.get(member)
        if (gids) gids.push(gid)
        else groupsOf.set(member, [gid])
      }
    }
    for (const { name, uid, gid } of readPasswd(host)) {
      if (seen.has(uid) || (asked.size > 0 && !asked.has(uid))) continue
      seen.add(uid)
      // osquery shows the uid signed and the gid unsigned here.
      for (const group of new Set([gid, ...(groupsOf.get(name) ?? [])])) yield { uid: toSignedId(uid), gid: group }
    }
  },
}
