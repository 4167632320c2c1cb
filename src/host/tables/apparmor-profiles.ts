import { TableError, type TableRow } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'

const PROFILES = '/sys/kernel/security/apparmor/policy/profiles'
const ENABLED = '/sys/module/apparmor/parameters/enabled'

export const apparmorProfiles: HostTable = {
  name: 'apparmor_profiles',
  *generate(_context, host) {
    if (host.list(PROFILES)) {
      yield* listProfiles(PROFILES, '', host)
      return
    }
    // Without AppArmor in the kernel, or with it off, there are no profiles. Else they are there and we cannot see them.
    if (host.read(ENABLED)?.trim() !== 'Y') return
    throw new TableError(
      `cannot list ${PROFILES}: not mounted (mount -t securityfs securityfs /sys/kernel/security; not visible in a container)`,
    )
  },
}

function* listProfiles(folder: string, parent: string, host: Host): Iterable<TableRow> {
  for (const entry of host.list(folder) ?? []) {
    const read = (file: string) => host.read(`${folder}/${entry}/${file}`)?.trim()
    const name = read('name')
    if (name === undefined) continue // removed meanwhile
    yield {
      path: parent === '' ? name : `${parent}//${name}`,
      name,
      attach: read('attach'),
      mode: read('mode'),
      sha1: read('sha1'),
      sha256: read('sha256'),
    }
    yield* listProfiles(`${folder}/${entry}/profiles`, name, host)
  }
}
