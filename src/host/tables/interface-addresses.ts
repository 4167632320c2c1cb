import { messageOf } from '../../core/errors.ts'
import { TableError } from '../../sql/table.ts'
import { formatMask } from '../format-ip-address.ts'
import type { HostTable } from '../host-table.ts'

interface IpLink {
  readonly ifname: string
  readonly flags: readonly string[]
  readonly addr_info: ReadonlyArray<{
    readonly family: string
    readonly local?: string
    readonly prefixlen: number
    readonly broadcast?: string
    /** The other end, when it is not the same. */
    readonly address?: string
    readonly label?: string
    readonly scope?: string
  }>
}

/**
 * From `ip` (iproute2): Node itself leaves out interfaces that are not running, whose addresses osquery lists, and it
 * does not know broadcast addresses.
 */
export const interfaceAddresses: HostTable = {
  name: 'interface_addresses',
  *generate(_context, host) {
    for (const { ifname, flags, addr_info } of parseLinks(host.run('ip', ['-json', 'address', 'show']))) {
      for (const { family, local, prefixlen, broadcast, address, label, scope } of addr_info) {
        if (!local || (family !== 'inet' && family !== 'inet6')) continue
        const isIpv4 = family === 'inet'
        // The kernel gives an IPv4 address another end in any case: broadcast, peer, or itself.
        const other = isIpv4 ? (broadcast ?? address ?? local) : address
        yield {
          interface: label ?? ifname,
          // The C library adds the interface to an address that means nothing without.
          address: !isIpv4 && scope === 'link' ? `${local}%${ifname}` : local,
          mask: formatMask(prefixlen, isIpv4 ? 4 : 6),
          [flags.includes('BROADCAST') ? 'broadcast' : 'point_to_point']: other,
          type: 'unknown',
        }
      }
    }
  },
}

function parseLinks(text: string): IpLink[] {
  try {
    return JSON.parse(text) as IpLink[]
  } catch (error) {
    throw new TableError(`cannot understand what ip prints (iproute2 4.13 or newer is needed): ${messageOf(error)}`, {
      cause: error,
    })
  }
}
