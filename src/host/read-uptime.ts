import { TableError } from '../sql/table.ts'
import type { Host } from './host.ts'

/** Seconds since boot. sysinfo(2), which osquery asks, counts a begun second as a whole one. */
export function readUptime(host: Host): number {
  const seconds = Number.parseFloat(host.readRequired('/proc/uptime'))
  if (Number.isNaN(seconds)) throw new TableError('cannot read /proc/uptime: no number in it')
  return Math.floor(seconds) + 1
}
