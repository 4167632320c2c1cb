import * as os from 'node:os'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'

const COLUMNS: Readonly<Record<string, string>> = {
  NAME: 'name',
  VERSION: 'version',
  BUILD_ID: 'build',
  ID: 'platform',
  ID_LIKE: 'platform_like',
  VERSION_CODENAME: 'codename',
}

export const osVersion: HostTable = {
  name: 'os_version',
  *generate(context, host) {
    refuseNamespaces(context, 'os_version')
    yield {
      name: 'Unknown',
      major: '0',
      minor: '0',
      patch: '0',
      platform: 'posix',
      ...fromOsRelease(host.read('/etc/os-release') ?? ''),
      ...fromOlderFile(host),
      arch: os.machine(),
      pid_with_namespace: 0,
    }
  },
}

function fromOsRelease(text: string): Record<string, string> {
  const row: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const at = line.indexOf('=')
    const key = line.slice(0, at).trim()
    let value = line.slice(at + 1).trim()
    if (at < 1 || value === '') continue
    if (value.startsWith('"')) value = value.slice(1, -1)
    if (key === 'VERSION_ID') {
      const [major, minor, ...patch] = value.split('.').filter((part) => part !== '')
      if (major) row.major = major
      if (minor) row.minor = minor
      if (patch.length > 0) row.patch = patch.join('.')
      continue
    }
    // Some distributions name it otherwise, such as UBUNTU_CODENAME.
    const column = COLUMNS[key] ?? (key.includes('CODENAME') ? 'codename' : undefined)
    if (column) row[column] = value
  }
  return row
}

/** Red Hat's and Gentoo's own file wins over os-release. */
function fromOlderFile(host: Host): Record<string, string> {
  const redhat = host.read('/etc/redhat-release')
  const text = redhat ?? host.read('/etc/gentoo-release')
  if (text === undefined) return {}
  const platform = redhat === undefined ? 'gentoo' : 'rhel'
  const version = text.trim().replace(/\s+/g, ' ')
  const [, name, major, minor, patch] = /([\w+\s]+) .* ([0-9]+)\.([0-9]+)\.?(\w+)?/.exec(version) ?? []
  const numbers = name && major && minor ? { name, major, minor, patch: patch ?? '0' } : {}
  return { platform, platform_like: platform, ...numbers, version, build: '' }
}
