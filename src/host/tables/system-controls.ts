import type { TableRow } from '../../sql/table.ts'
import { TableError } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'

const ROOT = '/proc/sys'
const UNMOUNTED = `cannot list ${ROOT}: /proc is not mounted`

/** In osquery's order: a later file wins, although systemd-sysctl and sysctl --system hold it otherwise. */
const CONFIG_FOLDERS = [
  '/run/sysctl.d',
  '/etc/sysctl.d',
  '/usr/local/lib/sysctl.d',
  '/usr/lib/sysctl.d',
  '/lib/sysctl.d',
]

export const systemControls: HostTable = {
  name: 'system_controls',
  *generate(context, host) {
    const config = context.uses('config_value') ? readConfig(host) : new Map<string, string>()
    const names = context.equals('name')
    if (names.length > 0) {
      if (!host.stat(ROOT)) throw new TableError(UNMOUNTED)
      for (const name of names) yield* walk(`${ROOT}/${name.replaceAll('.', '/')}`, config, true, host)
      return
    }
    // Linux has no numeric ids any more.
    if (context.equals('oid').length > 0) return
    const subsystems = context.equals('subsystem')
    const found = host.list(ROOT)
    if (!found) throw new TableError(UNMOUNTED)
    for (const name of found) {
      if (subsystems.length === 0 || subsystems.includes(name)) yield* walk(`${ROOT}/${name}`, config, false, host)
    }
  },
}

/** @param isNamed the statement asks for this very control: then not to be allowed to read it is an error. */
function* walk(path: string, config: ReadonlyMap<string, string>, isNamed: boolean, host: Host): Iterable<TableRow> {
  const stat = host.stat(path)
  // For a control that this kernel does not have osquery answers a row without a value, if it is asked for by name.
  if (!stat && !isNamed) return
  if (stat?.isDirectory()) {
    for (const child of host.list(path) ?? []) yield* walk(`${path}/${child}`, config, isNamed, host)
    return
  }
  const name = path.slice(ROOT.length + 1).replaceAll('/', '.')
  yield {
    name,
    subsystem: name.split('.', 1)[0],
    current_value: stat && readValue(path, isNamed, Number(stat.mode), host),
    config_value: config.get(name),
    type: 'string',
  }
}

/** NULL where we may not look; empty where the control cannot be read by anyone (it only takes orders). */
function readValue(path: string, isNamed: boolean, mode: number, host: Host): string | undefined {
  if ((mode & 0o444) === 0) return ''
  try {
    return host.read(path)?.trim()
  } catch (error) {
    const code = ((error as TableError).cause as NodeJS.ErrnoException | undefined)?.code
    if (code !== 'EACCES' && code !== 'EPERM') return ''
    if (isNamed) throw error
    return undefined
  }
}

function readConfig(host: Host): Map<string, string> {
  const config = new Map<string, string>()
  const files = ['/etc/sysctl.conf']
  for (const folder of CONFIG_FOLDERS) {
    for (const name of host.list(folder) ?? []) {
      if (name.endsWith('.conf') && !name.startsWith('.')) files.push(`${folder}/${name}`)
    }
  }
  for (const file of files) {
    for (const line of (host.read(file) ?? '').split('\n')) {
      const [key = '', value = '', ...rest] = line.split('=').filter((part) => part !== '')
      if (/^\s*[#;]/.test(line) || rest.length > 0 || value === '') continue
      config.set(key.trim(), value.trim())
    }
  }
  return config
}
