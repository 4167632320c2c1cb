import { TableError } from '../../sql/table.ts'
import type { HostTable } from '../host-table.ts'

const NAMES = '/proc/net/ip_tables_names'

/**
 * osquery reads only the old ip_tables, through libiptc. Where rules live in nf_tables, as on every newer system, it has
 * no rows, and neither have we. Rules that are in the old tables we cannot read, and say so.
 */
export const iptables: HostTable = {
  name: 'iptables',
  generate(_context, host) {
    if (!host.read(NAMES)?.trim()) return []
    throw new TableError(
      'cannot read the legacy iptables rules here: install osquery, or look with iptables-legacy-save',
    )
  },
}
