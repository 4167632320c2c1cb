import type { HostTable } from '../host-table.ts'
import { runInstalled } from '../run-installed.ts'

/** What sshd's configuration comes to (sshd -T), outside of Match blocks. Needs root. */
export const sshdEffectiveConfig: HostTable = {
  name: 'sshd_effective_config',
  *generate(_context, host) {
    for (const line of runInstalled(host, 'sshd', ['-T'], CONFIGURATION)?.split('\n') ?? []) {
      const [, option, value = ''] = /^(\S+)(?: (.*))?$/.exec(line) ?? []
      if (option !== undefined) yield { option, value }
    }
  },
}

const CONFIGURATION = ['/etc/ssh/sshd_config', '/usr/etc/ssh/sshd_config']
