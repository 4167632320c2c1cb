import type { HostTable } from '../host-table.ts'

const PERIODS = ['1m', '5m', '15m']

/** The kernel's file has two decimals; osquery's call has more. Both are written with six. */
export const loadAverage: HostTable = {
  name: 'load_average',
  *generate(_context, host) {
    const averages = host.readRequired('/proc/loadavg').split(' ')
    for (const [i, period] of PERIODS.entries()) yield { period, average: Number(averages[i]).toFixed(6) }
  },
}
