import type { TableRow } from '../../sql/table.ts'
import type { HostTable } from '../host-table.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'
import { splitFields } from '../split-fields.ts'
import { inHome, usersOfContext } from '../users-of-context.ts'

/** The kinds of keys that osquery knows, in the order in which it looks for them; it leaves out lines of any other. */
const KEY_TYPES = ['ssh-rsa', 'ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521']

export const authorizedKeys: HostTable = {
  name: 'authorized_keys',
  *generate(context, host) {
    refuseNamespaces(context, 'authorized_keys')
    for (const user of usersOfContext(context, host)) {
      for (const name of ['.ssh/authorized_keys', '.ssh/authorized_keys2']) {
        const path = inHome(user, name)
        for (const line of splitFields(host.read(path) ?? '', '\n')) {
          const key = line.startsWith('#') ? undefined : parseKey(line)
          if (key) yield { ...key, uid: user.uid, key_file: path, pid_with_namespace: 0 }
        }
      }
    }
  },
}

function parseKey(line: string): TableRow | undefined {
  for (const algorithm of KEY_TYPES) {
    const at = line.indexOf(algorithm)
    const after = line.slice(at + algorithm.length)
    if (at < 0 || !/^[\t ]/.test(after)) continue
    const [, key, comment] = /^[\t ]+([^\t ]+)(?:[\t ]+(.*))?$/s.exec(after) ?? []
    return key === undefined ? undefined : { algorithm, key, comment, options: trimEnd(line.slice(0, at)) }
  }
  return splitFields(line, ',').some((option) => option.startsWith('zos-key-ring-label='))
    ? { options: line }
    : undefined
}

function trimEnd(text: string): string | undefined {
  return text.replace(/[\t ]+$/, '') || undefined
}
