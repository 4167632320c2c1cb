import type { TableRow } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { listMounts } from '../list-mounts.ts'

const ROOT_KEYS = ['checkreqprot', 'deny_unknown', 'enforce', 'mls', 'policyvers', 'reject_unknown']
const SCOPES = ['booleans', 'policy_capabilities', 'initial_contexts']

/** No rows where selinuxfs is not mounted: SELinux is off there. */
export const selinuxSettings: HostTable = {
  name: 'selinux_settings',
  *generate(_context, host) {
    const root = listMounts(host).find((mount) => mount.type === 'selinuxfs')?.path
    if (root === undefined) return
    for (const key of ROOT_KEYS) yield { scope: '', key, value: readValue(`${root}/${key}`, host) }
    for (const scope of SCOPES) {
      for (const key of host.list(`${root}/${scope}`) ?? []) {
        const value = readValue(`${root}/${scope}/${key}`, host)
        yield { scope, key, value: scope === 'booleans' ? nameBoolean(value) : value }
      }
    }
    yield* listClasses(`${root}/class`, host)
  },
}

function* listClasses(root: string, host: Host): Iterable<TableRow> {
  for (const name of host.list(root) ?? []) {
    for (const permission of host.list(`${root}/${name}/perms`) ?? []) {
      yield { scope: 'class', key: `${name}/perms`, value: permission }
    }
  }
}

function readValue(path: string, host: Host): string | undefined {
  return host.read(path)?.replace(/\0.*$/s, '')
}

/** The file holds the current and the pending value. osquery drops a boolean with a pending change; it is known, though. */
function nameBoolean(value: string | undefined): string | undefined {
  return value?.startsWith('1') ? 'on' : value?.startsWith('0') ? 'off' : undefined
}
