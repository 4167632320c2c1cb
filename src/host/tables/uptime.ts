import type { HostTable } from '../host-table.ts'
import { readUptime } from '../read-uptime.ts'

export const uptime: HostTable = {
  name: 'uptime',
  *generate(_context, host) {
    const total = readUptime(host)
    yield {
      days: Math.floor(total / 86_400),
      hours: Math.floor(total / 3600) % 24,
      minutes: Math.floor(total / 60) % 60,
      seconds: total % 60,
      total_seconds: total,
    }
  },
}
