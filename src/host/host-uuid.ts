import { attempt } from './attempt.ts'
import type { Host } from './host.ts'

/** Makers leave these in thousands of machines; osquery does not take them for an identity either. */
const PLACEHOLDERS = [
  '00000000-0000-0000-0000-000000000000',
  '03000200-0400-0500-0006-000700080009',
  '03020100-0504-0706-0809-0a0b0c0d0e0f',
  '10000000-0000-8000-0040-000000000000',
]

/**
 * The firmware's UUID. Where osquery invents a random one and keeps it in its database, we have no database:
 * then it is /etc/machine-id, which stays the same too. Empty when there is neither.
 */
export function readHostUuid(host: Host): string {
  const firmware = attempt(() => host.read('/sys/class/dmi/id/product_uuid'))?.trim() ?? ''
  if (firmware !== '' && !PLACEHOLDERS.includes(firmware.toLowerCase())) return firmware
  const machine = attempt(() => host.read('/etc/machine-id'))?.trim() ?? ''
  return machine.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
