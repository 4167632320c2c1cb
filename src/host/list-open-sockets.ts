import type { TableContext } from '../sql/table.ts'
import { attempt } from './attempt.ts'
import { decodeProcAddress } from './format-ip-address.ts'
import type { Host } from './host.ts'
import { listProcessIds } from './list-process-ids.ts'
import { splitFields } from './split-fields.ts'

const FAMILY = { unix: 1, inet: 2, inet6: 10, packet: 17 } as const

const PROTOCOLS = [
  ['icmp', 1],
  ['tcp', 6],
  ['udp', 17],
  ['udplite', 136],
  ['raw', 255],
] as const

const TCP_STATES = [
  'UNKNOWN',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSED',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
]

export interface OpenSocket {
  readonly pid: string
  readonly fd: string
  readonly socket: string
  readonly family: number
  readonly protocol: number
  readonly local_address: string
  readonly local_port: number
  readonly remote_address: string
  readonly remote_port: number
  readonly path: string
  readonly state: string
  readonly net_namespace: string
}

type Found = Omit<OpenSocket, 'pid' | 'fd' | 'net_namespace'>

/**
 * Every socket of every network namespace that some process is in. As in osquery, a socket whose owner cannot be seen
 * (another user's, when we are not root) has pid and fd -1, and a namespace that cannot be seen is 0.
 */
export function listOpenSockets(context: TableContext, host: Host): OpenSocket[] {
  const wanted = context.equals('pid')
  const isNarrowed = wanted.length > 0 && !wanted.includes('-1')
  const owners = new Map<string, { pid: string; fd: string }>()
  const byNamespace = new Map<string, Found[]>()
  for (const pid of isNarrowed ? wanted.filter((id) => /^\d+$/.test(id)) : listProcessIds(host)) {
    for (const [inode, fd] of socketsHeldBy(pid, host)) owners.set(inode, { pid, fd })
    const link = attempt(() => host.readlink(`/proc/${pid}/ns/net`)) ?? ''
    const namespace = /^net:\[(\d+)\]$/.exec(link)?.[1] ?? '0'
    if (!byNamespace.has(namespace)) byNamespace.set(namespace, socketsSeenBy(pid, host))
  }
  const sockets: OpenSocket[] = []
  for (const [net_namespace, found] of byNamespace) {
    for (const socket of found) {
      const owner = owners.get(socket.socket)
      if (!owner && isNarrowed) continue
      sockets.push({ pid: '-1', fd: '-1', ...owner, ...socket, net_namespace })
    }
  }
  return sockets
}

function* socketsHeldBy(pid: string, host: Host): Iterable<[inode: string, fd: string]> {
  for (const fd of attempt(() => host.list(`/proc/${pid}/fd`)) ?? []) {
    const link = attempt(() => host.readlink(`/proc/${pid}/fd/${fd}`))
    if (link?.startsWith('socket:[')) yield [link.slice(8, -1), fd]
  }
}

function socketsSeenBy(pid: string, host: Host): Found[] {
  // A process may end while we look: then it has no files, which is no error.
  const lines = (name: string) =>
    (attempt(() => host.read(`/proc/${pid}/net/${name}`)) ?? '')
      .split('\n')
      .slice(1)
      .map((line) => splitFields(line, ' '))
  const found: Found[] = []
  for (const [name, protocol] of PROTOCOLS) {
    for (const fields of lines(name)) add(found, inetSocket(fields, FAMILY.inet, protocol))
    for (const fields of lines(`${name}6`)) add(found, inetSocket(fields, FAMILY.inet6, protocol))
  }
  for (const [, , protocol, , , , socket, path] of lines('unix')) {
    if (socket === undefined) continue
    add(found, {
      ...NO_ADDRESS,
      socket,
      family: FAMILY.unix,
      protocol: Number.parseInt(protocol!, 10),
      path: path ?? '',
    })
  }
  for (const [, , , protocol, , , , , socket] of lines('packet')) {
    if (socket === undefined) continue
    add(found, {
      ...NO_ADDRESS,
      socket,
      family: FAMILY.packet,
      protocol: Number.parseInt(protocol!, 16),
      state: 'NONE',
    })
  }
  return found
}

const NO_ADDRESS = { local_address: '', local_port: 0, remote_address: '', remote_port: 0, path: '', state: '' }

function add(found: Found[], socket: Found | undefined): void {
  if (socket) found.push(socket)
}

function inetSocket(fields: string[], family: number, protocol: number): Found | undefined {
  const [, local, remote, state, , , , , , socket] = fields
  const [localAddress, localPort] = local?.split(':') ?? []
  const [remoteAddress, remotePort] = remote?.split(':') ?? []
  if (!socket || !localAddress || !localPort || !remoteAddress || !remotePort) return undefined
  return {
    socket,
    family,
    protocol,
    local_address: decodeProcAddress(localAddress),
    local_port: Number.parseInt(localPort, 16),
    remote_address: decodeProcAddress(remoteAddress),
    remote_port: Number.parseInt(remotePort, 16),
    path: '',
    state: protocol === 6 ? (TCP_STATES[Number.parseInt(state!, 16)] ?? 'UNKNOWN') : '',
  }
}
