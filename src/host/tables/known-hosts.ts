import type { HostTable } from '../host-table.ts'
import { splitFields } from '../split-fields.ts'
import { inHome, usersOfContext } from '../users-of-context.ts'

export const knownHosts: HostTable = {
  name: 'known_hosts',
  *generate(context, host) {
    for (const user of usersOfContext(context, host)) {
      const path = inHome(user, '.ssh/known_hosts')
      for (const key of splitFields(host.read(path) ?? '', '\n')) {
        if (key !== '' && !key.startsWith('#')) yield { uid: user.uid, key, key_file: path }
      }
    }
  },
}
