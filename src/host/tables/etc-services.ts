import type { HostTable } from '../host-table.ts'
import { splitFields } from '../split-fields.ts'

export const etcServices: HostTable = {
  name: 'etc_services',
  *generate(_context, host) {
    for (const line of splitFields(host.read('/etc/services') ?? '', '\n')) {
      if (line === '' || line.startsWith('#')) continue
      const [service = '', ...comments] = splitFields(line, '#')
      const [name, portAndProtocol, ...aliases] = splitFields(service)
      if (portAndProtocol === undefined) continue
      const [port, protocol, ...rest] = splitFields(portAndProtocol, '/')
      if (protocol === undefined || rest.length > 0) continue
      yield { name, port, protocol, aliases: aliases.join(' '), comment: comments.join(' # ') }
    }
  },
}
