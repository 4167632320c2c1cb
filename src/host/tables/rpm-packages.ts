import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'

const FOLDERS = ['/var/lib/rpm', '/usr/lib/sysimage/rpm', '/usr/share/rpm']
const DATABASES = ['rpmdb.sqlite', 'Packages.db', 'Packages']

/** Columns and rpm's tags. */
const TAGS = [
  ['name', 'NAME'],
  ['version', 'VERSION'],
  ['release', 'RELEASE'],
  ['source', 'SOURCERPM'],
  ['size', 'SIZE'],
  ['sha1', 'SHA1HEADER'],
  ['arch', 'ARCH'],
  ['epoch', 'EPOCH'],
  ['install_time', 'INSTALLTIME'],
  ['vendor', 'VENDOR'],
  ['package_group', 'GROUP'],
] as const

/** A missing tag is empty text, which in a numeric column is NULL. */
const FORMAT = `${TAGS.map(([, tag]) => `%|${tag}?{%{${tag}}}:{}|`).join('\\t')}\\n`

export const rpmPackages: HostTable = {
  name: 'rpm_packages',
  *generate(context, host) {
    refuseNamespaces(context, 'rpm_packages')
    if (!hasDatabase(host)) return
    // rpm takes its arguments for patterns: only plain names may narrow it.
    const names = context.equals('name')
    const isPlain = names.length > 0 && names.every((name) => /^\w[\w.+-]*$/.test(name))
    const text = host.run('rpm', ['-qa', '--queryformat', FORMAT, ...(isPlain ? names : [])])
    for (const line of text.split('\n')) {
      if (line === '') continue
      const values = line.split('\t')
      yield { ...Object.fromEntries(TAGS.map(([column], i) => [column, values[i]])), pid_with_namespace: 0 }
    }
  },
}

function hasDatabase(host: Host): boolean {
  return FOLDERS.some((folder) => DATABASES.some((file) => host.stat(`${folder}/${file}`)))
}
