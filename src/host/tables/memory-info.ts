import type { HostTable } from '../host-table.ts'
import { readMemoryInfo } from '../read-memory-info.ts'

export const memoryInfo: HostTable = {
  name: 'memory_info',
  *generate(_context, host) {
    const sizes = readMemoryInfo(host)
    yield {
      memory_total: sizes.get('MemTotal'),
      memory_free: sizes.get('MemFree'),
      memory_available: sizes.get('MemAvailable'),
      buffers: sizes.get('Buffers'),
      cached: sizes.get('Cached'),
      swap_cached: sizes.get('SwapCached'),
      active: sizes.get('Active'),
      inactive: sizes.get('Inactive'),
      swap_total: sizes.get('SwapTotal'),
      swap_free: sizes.get('SwapFree'),
    }
  },
}
