import { TableError } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { runInstalled } from '../run-installed.ts'

/** What sshd's configuration comes to (sshd -T), outside of Match blocks. Needs root. */
export const sshdEffectiveConfig: HostTable = {
  name: 'sshd_effective_config',
  *generate(_context, host) {
    for (const line of readConfiguration(host)?.split('\n') ?? []) {
      const [, option, value = ''] = /^(\S+)(?: (.*))?$/.exec(line) ?? []
      if (option !== undefined) yield { option, value }
    }
  },
}

const CONFIGURATION = ['/etc/ssh/sshd_config', '/usr/etc/ssh/sshd_config']

function readConfiguration(host: Host): string | undefined {
  try {
    return runInstalled(host, 'sshd', ['-T'], CONFIGURATION)
  } catch (error) {
    if (!(error instanceof TableError) || !error.message.includes('privilege separation directory')) throw error
    // Where systemd starts sshd for each login (ssh.socket), the folder is made by the first one.
    throw new TableError(`${error.message}: it is made by the first login, or by mkdir -m 0755 /run/sshd`, {
      cause: error,
    })
  }
}
