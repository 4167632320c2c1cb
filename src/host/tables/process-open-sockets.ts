import type { HostTable } from '../host-table.ts'
import { listOpenSockets } from '../list-open-sockets.ts'

export const processOpenSockets: HostTable = {
  name: 'process_open_sockets',
  *generate(context, host) {
    for (const socket of listOpenSockets(context, host)) yield { ...socket }
  },
}
