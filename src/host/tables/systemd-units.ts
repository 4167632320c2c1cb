import { TableError } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'

/** Columns and systemd's properties. */
const PROPERTIES = [
  ['id', 'Id'],
  ['description', 'Description'],
  ['load_state', 'LoadState'],
  ['active_state', 'ActiveState'],
  ['sub_state', 'SubState'],
  ['unit_file_state', 'UnitFileState'],
  ['following', 'Following'],
  ['fragment_path', 'FragmentPath'],
  ['source_path', 'SourcePath'],
  ['user', 'User'],
] as const

/** Every unit that systemd has in memory; osquery stops at 1000 of them, we do not. */
export const systemdUnits: HostTable = {
  name: 'systemd_units',
  *generate(_context, host) {
    if (!host.stat('/run/systemd/system')) {
      throw new TableError('systemd_units needs systemd: it is not running here (no /run/systemd/system)')
    }
    const names = [...PROPERTIES.map(([, property]) => property), 'Job'].join(',')
    const units = parseUnits(host.run('systemctl', ['show', '*', '--all', '--no-pager', `--property=${names}`]))
    const jobTypes = units.some((unit) => unit.get('Job')) ? readJobTypes(host) : new Map<string, string>()
    for (const unit of units) {
      const job = unit.get('Job') || '0'
      yield {
        ...Object.fromEntries(PROPERTIES.map(([column, property]) => [column, unit.get(property) ?? ''])),
        object_path: `/org/freedesktop/systemd1/unit/${escapeBusLabel(unit.get('Id')!)}`,
        job_id: job,
        job_type: jobTypes.get(job) ?? '',
        job_path: job === '0' ? '/' : `/org/freedesktop/systemd1/job/${job}`,
      }
    }
  },
}

function parseUnits(text: string): Map<string, string>[] {
  const units = text.split('\n\n').map((block) => {
    const unit = new Map<string, string>()
    for (const line of block.split('\n')) {
      const at = line.indexOf('=')
      if (at > 0) unit.set(line.slice(0, at), line.slice(at + 1))
    }
    return unit
  })
  return units.filter((unit) => unit.get('Id'))
}

/** Each line: job, unit, type, state. */
function readJobTypes(host: Host): Map<string, string> {
  const lines = host.run('systemctl', ['list-jobs', '--no-legend', '--no-pager', '--plain', '--full']).split('\n')
  return new Map(lines.map((line) => line.trim().split(/\s+/)).map(([job = '', , type = '']) => [job, type]))
}

/** How a unit's name stands in its D-Bus path: ssh.service is ssh_2eservice, and a leading digit is escaped too. */
function escapeBusLabel(name: string): string {
  const hex = (byte: number) => `_${byte.toString(16).padStart(2, '0')}`
  return Array.from(Buffer.from(name), (byte, i) => {
    const character = String.fromCharCode(byte)
    return (i === 0 ? /[A-Za-z]/ : /[A-Za-z0-9]/).test(character) ? character : hex(byte)
  }).join('')
}
