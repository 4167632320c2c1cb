import type { TableRow } from '../../sql/table.ts'
import type { HostTable } from '../host-table.ts'

/** Newer systems keep what the distribution ships apart; a file in /etc takes its place. */
const FILES = ['/etc/login.defs', '/usr/etc/login.defs']

/** The settings of the shadow tools, as they read them: the last line of a name counts. */
export const loginDefs: HostTable = {
  name: 'login_defs',
  generate(_context, host) {
    const path = FILES.find((file) => host.stat(file))
    const settings = new Map<string, TableRow>()
    const lines = path === undefined ? [] : (host.read(path) ?? '').split('\n')
    for (const [index, line] of lines.entries()) {
      const [, name, rest = ''] = /^\s*([^\s#]\S*)(?:\s+(.*))?$/.exec(line) ?? []
      if (name === undefined) continue
      const value = rest
        .replace(/^["\s]+/, '')
        .replace(/".*$/, '')
        .trimEnd()
      settings.set(name, { name, value, path, line: index + 1 })
    }
    return [...settings.values()]
  },
}
