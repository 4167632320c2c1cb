import { TableError, type TableRow } from '../../sql/table.ts'
import type { HostTable } from '../host-table.ts'
import { runInstalled } from '../run-installed.ts'

/** The uncomplicated firewall, from `ufw status verbose`. Needs root. */
export const ufwStatus: HostTable = {
  name: 'ufw_status',
  generate(_context, host) {
    const text = runInstalled(host, 'ufw', ['status', 'verbose'], ['/etc/ufw/ufw.conf'])
    return text === undefined ? [] : readUfwStatus(text)
  },
}

const RULE = /^(\S.*?)\s+(ALLOW|DENY|REJECT|LIMIT) (IN|OUT|FWD)\s+(\S.*)$/

function readUfwStatus(text: string): TableRow[] {
  const head = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]?.trim()
  const policy = (what: string) => new RegExp(`(\\w+) \\(${what}\\)`).exec(head('Default') ?? '')?.[1]
  const status = head('Status')
  if (status === undefined) throw new TableError(`cannot understand what ufw says: ${text.trim().split('\n', 1)[0]}`)
  const firewall = {
    status,
    logging: head('Logging'),
    default_incoming: policy('incoming'),
    default_outgoing: policy('outgoing'),
    default_routed: policy('routed'),
  }
  const lines = text.split('\n')
  const start = lines.findIndex((line) => /^--\s+------\s+----$/.test(line.trim()))
  const rules = start < 0 ? [] : lines.slice(start + 1).filter((line) => line.trim() !== '')
  return rules.length === 0 ? [firewall] : rules.map((line) => ({ ...firewall, ...readRule(line.trim()) }))
}

function readRule(rule: string): TableRow {
  const [, destination, action = '', direction = '', rest = ''] = RULE.exec(rule) ?? []
  if (destination === undefined) throw new TableError(`cannot understand a rule of ufw: ${rule}`)
  const [, from = rest, comment] = /^(.*?)\s+# (.*)$/.exec(rest) ?? []
  const [, source = from, log] = /^(.*?)\s+\((log(?:-all)?)\)$/.exec(from) ?? []
  return {
    rule: rule.replace(/ {2,}/g, '  '),
    destination,
    action: action.toLowerCase(),
    direction: direction.toLowerCase(),
    source,
    ipv6: /\(v6\)/.test(`${destination} ${source}`) || /[\da-f:]*:[\da-f:]*:/i.test(`${destination} ${source}`) ? 1 : 0,
    log: log ?? '',
    comment: comment ?? '',
  }
}
