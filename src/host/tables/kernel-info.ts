import type { HostTable } from '../host-table.ts'
import { splitFields } from '../split-fields.ts'

export const kernelInfo: HostTable = {
  name: 'kernel_info',
  *generate(_context, host) {
    const row: Record<string, string> = {}
    const others: string[] = []
    for (const argument of splitFields(host.readRequired('/proc/cmdline'), ' ')) {
      if (argument.startsWith('BOOT_IMAGE=')) row.path = argument.slice(11)
      else if (argument.startsWith('root=')) row.device = argument.slice(5)
      else others.push(argument)
    }
    row.arguments = others.join(' ')
    const [, word, version] = splitFields(host.readRequired('/proc/version'), ' ')
    if (word === 'version' && version) row.version = version
    yield row
  },
}
