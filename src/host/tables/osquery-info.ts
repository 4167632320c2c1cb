import { EMULATED_OSQUERY_VERSION } from '../emulated-version.ts'
import type { HostTable } from '../host-table.ts'
import { readHostUuid } from '../host-uuid.ts'

/** @param startTime unix seconds at which this process began to serve. */
export function createOsqueryInfo(instanceId: string, startTime: number): HostTable {
  return {
    name: 'osquery_info',
    *generate(_context, host) {
      yield {
        pid: process.pid,
        uuid: readHostUuid(host),
        instance_id: instanceId,
        version: EMULATED_OSQUERY_VERSION,
        config_hash: '',
        config_valid: 1,
        extensions: 'active',
        build_platform: 'linux',
        // Tells our engine from a real osquery.
        build_distro: 'keelson',
        start_time: startTime,
        watcher: -1,
        platform_mask: 9,
      }
    },
  }
}
