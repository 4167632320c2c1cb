import type { TableRow } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { splitFields } from '../split-fields.ts'
import { inHome, usersOfContext } from '../users-of-context.ts'

/** Options of ssh's clients: of the users asked for, and the machine's own under uid 0. */
export const sshConfigs: HostTable = {
  name: 'ssh_configs',
  *generate(context, host) {
    for (const user of usersOfContext(context, host)) yield* readConfig(host, user.uid, inHome(user, '.ssh/config'))
    yield* readConfig(host, 0, '/etc/ssh/ssh_config')
  },
}

function* readConfig(host: Host, uid: number, path: string): Generator<TableRow> {
  let block = ''
  for (const line of splitFields(host.read(path) ?? '', '\n')) {
    const option = line.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    if (option === '' || option.startsWith('#')) continue
    if (option.startsWith('host ') || option.startsWith('match ')) block = option
    else yield { uid, block, option, ssh_config_file: path }
  }
}
