import type { TableRow } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { listFiles } from '../path-pattern.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'
import { splitFields } from '../split-fields.ts'

const FOLDERS = ['/etc/cron.d', '/var/at/tabs', '/var/spool/cron', '/var/spool/cron/crontabs']

/** Lines of the machine's and of every user's crontab. The user's name in a system crontab counts as command. */
export const crontab: HostTable = {
  name: 'crontab',
  *generate(context, host) {
    refuseNamespaces(context, 'crontab')
    for (const path of ['/etc/crontab', ...FOLDERS.flatMap((folder) => listFiles(host, folder))]) {
      yield* readCrontab(host, path)
    }
  },
}

function* readCrontab(host: Host, path: string): Generator<TableRow> {
  for (const line of splitFields(host.read(path) ?? '', '\n')) {
    const fields = splitFields(line)
    const first = fields[0]
    if (first === undefined || first.startsWith('#')) continue
    const event = first.startsWith('@') ? first : undefined
    const [minute, hour, day_of_month, month, day_of_week] = event ? [] : fields
    const command = fields.slice(event ? 1 : 5).join(' ')
    if (command === '') continue // a variable, most likely
    yield { event, minute, hour, day_of_month, month, day_of_week, command, path, pid_with_namespace: 0 }
  }
}
