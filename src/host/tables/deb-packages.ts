import type { HostTable } from '../host-table.ts'
import { parseDpkgStatus } from '../parse-dpkg-status.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'

export const debPackages: HostTable = {
  name: 'deb_packages',
  *generate(context, host) {
    refuseNamespaces(context, 'deb_packages')
    const asked = context.equals('admindir')
    for (const admindir of asked.length > 0 ? asked : ['/var/lib/dpkg']) {
      // Without a status file this is no dpkg database: nothing is installed that way.
      const status = host.read(`${admindir}/status`)
      if (status === undefined) continue
      // An interrupted dpkg leaves its last steps in numbered files, which dpkg itself reads on top.
      const updates = (host.list(`${admindir}/updates`) ?? []).filter((name) => /^\d+$/.test(name))
      const later = updates.map((name) => host.read(`${admindir}/updates/${name}`) ?? '')
      for (const row of parseDpkgStatus([status, ...later], context)) yield { ...row, admindir, pid_with_namespace: 0 }
    }
  },
}
