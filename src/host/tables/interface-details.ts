import { TableError } from '../../sql/table.ts'
import { attempt } from '../attempt.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'

const CLASS = '/sys/class/net'
const FLAG = { up: 0x1, running: 0x40, lowerUp: 0x10000, dormant: 0x20000 } as const
const OPERATIONAL = FLAG.running | FLAG.lowerUp | FLAG.dormant

/** Columns and the kernel's counters. */
const COUNTERS = [
  ['ipackets', 'rx_packets'],
  ['opackets', 'tx_packets'],
  ['ibytes', 'rx_bytes'],
  ['obytes', 'tx_bytes'],
  ['ierrors', 'rx_errors'],
  ['oerrors', 'tx_errors'],
  ['idrops', 'rx_dropped'],
  ['odrops', 'tx_dropped'],
  ['collisions', 'collisions'],
] as const

export const interfaceDetails: HostTable = {
  name: 'interface_details',
  *generate(_context, host) {
    const names = host.list(CLASS)
    if (!names) throw new TableError(`cannot list ${CLASS}: sysfs is not mounted at /sys`)
    for (const name of names) {
      const row = describeInterface(name, host)
      if (row) yield row
    }
  },
}

/** Undefined for what is no interface, such as the file bonding_masters. */
function describeInterface(name: string, host: Host) {
  // carrier and speed cannot be read while an interface is down: then there is none.
  const read = (file: string) => attempt(() => host.read(`${CLASS}/${name}/${file}`))?.trim()
  const flags = read('flags')
  if (flags === undefined) return undefined
  const speed = Number(read('speed') ?? 0)
  return {
    interface: name,
    mac: (read('address') || '00').padEnd(17, ':00').slice(0, 17),
    // osquery cuts the kernel's type to one byte: loopback, 772, is 4.
    type: Number(read('type')) & 0xff,
    mtu: read('mtu'),
    metric: 0,
    flags: operationalFlags(Number(flags), read('operstate') ?? '', read('carrier'), read('dormant')),
    ...Object.fromEntries(COUNTERS.map(([column, file]) => [column, cutTo32Bits(read(`statistics/${file}`))])),
    last_change: -1,
    link_speed: speed > 0 ? speed : 0,
    pci_slot: findBus(name, host),
  }
}

/** sysfs leaves out what is not configured but found: running, with a carrier, dormant. */
function operationalFlags(flags: number, state: string, carrier: string | undefined, dormant: string | undefined) {
  let all = flags & ~OPERATIONAL
  if ((flags & FLAG.up) === 0) return all
  if (state === 'up' || state === 'unknown') all |= FLAG.running
  if (carrier === '1') all |= FLAG.lowerUp
  if (dormant === '1') all |= FLAG.dormant
  return all
}

/** osquery reads the kernel's older, 32-bit counters, which begin again at 4 GiB. */
function cutTo32Bits(count: string | undefined): number | undefined {
  return count === undefined ? undefined : Number(BigInt.asUintN(32, BigInt(count)))
}

/** The PCI slot of the hardware; -1 for an interface without any. */
function findBus(name: string, host: Host): string {
  const path = attempt(() => host.readlink(`${CLASS}/${name}`))
  const folders = path?.includes('/virtual/') ? [] : (path?.split('/') ?? [])
  return folders.findLast((folder) => /^[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]$/.test(folder)) ?? '-1'
}
