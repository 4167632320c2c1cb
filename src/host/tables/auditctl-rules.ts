import { TableError, type TableRow } from '../../sql/table.ts'
import type { HostTable } from '../host-table.ts'
import { runInstalled } from '../run-installed.ts'

/** The audit rules that the kernel has loaded, from auditctl. Needs root. */
export const auditctlRules: HostTable = {
  name: 'auditctl_rules',
  *generate(_context, host) {
    const rules = runInstalled(host, 'auditctl', ['-l'])?.split('\n') ?? []
    const enabled = /^enabled (\d+)/m.exec(runInstalled(host, 'auditctl', ['-s']) ?? '')?.[1]
    let number = 0
    for (const rule of rules.map((line) => line.trim())) {
      if (rule !== '' && rule !== 'No rules') yield { number: ++number, rule, ...readRule(rule), enabled }
    }
  },
}

function readRule(rule: string): TableRow {
  const options = [...rule.matchAll(/(?:^|\s)-(\w)\s+(.*?)(?=\s-\w\s|$)/g)].map(([, name, value = '']) => [name, value])
  const all = (...names: string[]) =>
    options.flatMap(([name = '', value = '']) => (names.includes(name) ? [value] : []))
  const [path] = all('w')
  const keys = [...all('k'), ...all('F').flatMap((field) => /^key=(.*)$/.exec(field)?.[1] ?? [])]
  const key = keys.join(',')
  if (path !== undefined) return { kind: 'watch', path, permissions: all('p')[0], key }
  // auditctl takes -a list,action and -a action,list.
  const words = all('a', 'A')[0]?.split(',')
  if (!words) throw new TableError(`cannot understand a rule of auditctl: ${rule}`)
  const action = words.find((word) => /^(?:always|never|possible)$/.test(word))
  return {
    kind: 'filter',
    list: words.find((word) => word !== action),
    action,
    arch: all('F').flatMap((field) => /^arch=(.*)$/.exec(field)?.[1] ?? [])[0],
    syscalls: all('S').join(','),
    fields: all('F', 'C')
      .filter((field) => !/^(?:key|arch)=/.test(field))
      .join(' '),
    key,
  }
}
