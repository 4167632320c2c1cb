import { TableError } from '../../sql/table.ts'
import type { HostTable } from '../host-table.ts'
import { splitFields } from '../split-fields.ts'

export const kernelModules: HostTable = {
  name: 'kernel_modules',
  *generate(_context, host) {
    const text = host.read('/proc/modules')
    if (text === undefined) {
      throw new TableError('cannot read /proc/modules: /proc is not mounted, or this kernel is built without modules')
    }
    for (const line of text.split('\n')) {
      const fields = splitFields(line, ' ').map((field) => field.replace(/,$/, ''))
      if (fields.length < 6) continue
      const [name, size, , used_by, status, address] = fields
      yield { name, size, used_by, status, address }
    }
  },
}
