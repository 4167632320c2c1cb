import * as os from 'node:os'
import { attempt } from '../attempt.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { readHostUuid } from '../host-uuid.ts'
import { readMemoryInfo } from '../read-memory-info.ts'

export const systemInfo: HostTable = {
  name: 'system_info',
  *generate(_context, host) {
    const name = host.read('/proc/sys/kernel/hostname')?.trim() ?? os.hostname()
    const fullName = findFullName(name, host)
    yield {
      hostname: fullName,
      computer_name: name,
      local_hostname: fullName,
      uuid: readHostUuid(host),
      physical_memory: readMemoryInfo(host).get('MemTotal') ?? -1,
      ...describeProcessor(host),
      ...describeHardware(host),
    }
  },
}

/** The canonical name, as far as /etc/hosts knows it. osquery would ask DNS besides; a table should not. */
function findFullName(name: string, host: Host): string {
  for (const line of (attempt(() => host.read('/etc/hosts')) ?? '').split('\n')) {
    const [, ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (names.includes(name)) return names[0]!
  }
  return name
}

function describeProcessor(host: Host) {
  const facts = new Map<string, string>()
  const cores = new Set<string>()
  for (const processor of host.readRequired('/proc/cpuinfo').split('\n\n')) {
    const own = new Map(
      processor.split('\n').map((line) => {
        const [key = '', value = ''] = line.split(':', 2)
        return [key.trim(), value.trim()] as const
      }),
    )
    for (const [key, value] of own) facts.set(key, value)
    if (own.has('core id')) cores.add(`${own.get('physical id')}/${own.get('core id')}`)
  }
  const type = os.machine()
  const logical = os.availableParallelism()
  const siblings = Number(facts.get('siblings') ?? 0)
  return {
    cpu_type: type,
    cpu_subtype: facts.get('model') ?? '0',
    // osquery asks the processor itself, and only on x86.
    cpu_brand: type === 'x86_64' ? facts.get('model name') : undefined,
    cpu_physical_cores: cores.size || logical,
    cpu_logical_cores: logical,
    cpu_sockets: siblings > 0 ? Math.floor(logical / siblings) : undefined,
    cpu_microcode: facts.get('microcode'),
  }
}

/** The serial numbers are root's to read: they are empty for others, as in osquery. */
function describeHardware(host: Host) {
  const read = (file: string) => attempt(() => host.read(`/sys/class/dmi/id/${file}`))?.trim()
  const vendor = read('sys_vendor')
  const model = read('product_name')
  const version = read('product_version')
  // Lenovo writes the model's name where others write its version.
  const isSwapped = vendor?.toLowerCase() === 'lenovo'
  return {
    hardware_vendor: vendor,
    hardware_model: (isSwapped ? version : model) ?? '',
    hardware_version: isSwapped ? model : version,
    hardware_serial: read('product_serial'),
    board_vendor: read('board_vendor'),
    board_model: read('board_name'),
    board_version: read('board_version'),
    board_serial: read('board_serial'),
  }
}
