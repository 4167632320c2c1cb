import { TableError } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'

const EFIVARS = '/sys/firmware/efi/efivars'
const GLOBAL = '8be4df61-93ca-11d2-aa0d-00e098032b8c'

export const secureboot: HostTable = {
  name: 'secureboot',
  *generate(_context, host) {
    // Booted without UEFI: there is nothing that could be on or off.
    if (!host.stat('/sys/firmware/efi')) return
    if (!host.list(EFIVARS)?.length) {
      throw new TableError(`cannot read ${EFIVARS}: not mounted (mount -t efivarfs efivarfs ${EFIVARS})`)
    }
    yield { secure_boot: readFlag('SecureBoot', host), setup_mode: readFlag('SetupMode', host) }
  },
}

/** Four bytes of attributes, then the value; NULL when the firmware has no such variable. */
function readFlag(name: string, host: Host): number | undefined {
  const value = host.readBytes(`${EFIVARS}/${name}-${GLOBAL}`)?.[4]
  return value === undefined || value <= 1 ? value : -1
}
