import type { HostTable } from '../host-table.ts'
import { splitFields } from '../split-fields.ts'

export const etcProtocols: HostTable = {
  name: 'etc_protocols',
  *generate(_context, host) {
    for (const line of splitFields(host.read('/etc/protocols') ?? '', '\n')) {
      if (line === '' || line.startsWith('#')) continue
      const [protocol = '', ...comments] = splitFields(line, '#')
      const [name, number, alias] = splitFields(protocol)
      if (number === undefined) continue
      yield { name, number, alias, comment: comments.length > 0 ? comments.join(' # ') : undefined }
    }
  },
}
