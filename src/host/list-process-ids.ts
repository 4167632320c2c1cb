import { TableError } from '../sql/table.ts'
import type { Host } from './host.ts'

/** The processes that we can see. @throws TableError when /proc is not there. */
export function listProcessIds(host: Host): string[] {
  const names = host.list('/proc')
  const ids = names?.filter((name) => /^[1-9]\d*$/.test(name)) ?? []
  if (ids.length === 0) throw new TableError('cannot list the processes: /proc is not mounted')
  return ids
}
