import type { HostTable } from '../host-table.ts'
import { listOpenSockets } from '../list-open-sockets.ts'

const UNIX = 1
const INTERNET = [2, 10]

/** Sockets without a peer: that is how osquery finds the listening ones, so bound UDP sockets count too. */
export const listeningPorts: HostTable = {
  name: 'listening_ports',
  *generate(context, host) {
    for (const { pid, fd, socket, family, protocol, net_namespace, ...ends } of listOpenSockets(context, host)) {
      if (family === UNIX && ends.path === '') continue
      if (INTERNET.includes(family) && ends.remote_port !== 0) continue
      const place =
        family === UNIX
          ? { port: 0, path: ends.path, socket: '0' }
          : { port: ends.local_port, address: ends.local_address, socket }
      yield { pid, fd, family, protocol, net_namespace, ...place }
    }
  },
}
