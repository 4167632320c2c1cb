import type { HostTable } from '../host-table.ts'

/** @param tableNames asked at every scan, since extensions come and go. */
export function createOsqueryRegistry(tableNames: () => string[]): HostTable {
  return {
    name: 'osquery_registry',
    *generate() {
      for (const name of tableNames()) yield { registry: 'table', name, owner_uuid: 0, internal: 0, active: 1 }
    },
  }
}
