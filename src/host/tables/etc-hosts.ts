import type { HostTable } from '../host-table.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'
import { splitFields } from '../split-fields.ts'

export const etcHosts: HostTable = {
  name: 'etc_hosts',
  *generate(context, host) {
    refuseNamespaces(context, 'etc_hosts')
    for (const line of splitFields(host.read('/etc/hosts') ?? '', '\n')) {
      const [address, ...names] = splitFields(line)
      if (address === undefined || address.startsWith('#')) continue
      const comment = names.findIndex((name) => name.startsWith('#'))
      yield {
        address,
        hostnames: names.slice(0, comment < 0 ? names.length : comment).join(' '),
        pid_with_namespace: 0,
      }
    }
  },
}
