import { attempt } from '../attempt.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { readSmbios, type SmbiosStructure } from '../read-smbios.ts'

const BIOS = 0

export const platformInfo: HostTable = {
  name: 'platform_info',
  *generate(_context, host) {
    const firmware = { firmware_type: host.stat('/sys/firmware/efi') ? 'uefi' : 'bios' }
    const structures = attempt(() => ({ found: readSmbios(host) }))
    if (!structures) {
      // Not root: the kernel shows everybody the names, but neither address nor size.
      const row = fromSysfs(host)
      if (row) yield { ...row, ...firmware }
      return
    }
    for (const structure of structures.found ?? []) {
      if (structure.type !== BIOS || structure.data.length < 0x12) continue
      yield { ...fromSmbios(structure), ...firmware }
    }
  },
}

function fromSmbios({ data, string }: SmbiosStructure) {
  const byte = (offset: number) => data[offset] ?? 0
  return {
    vendor: string(byte(0x04)),
    version: string(byte(0x05)),
    date: string(byte(0x08)),
    address: `0x${data.readUInt16LE(0x06).toString(16).padStart(4, '0')}`,
    // A count of 64 KiB blocks, less one.
    size: String((byte(0x09) + 1) * 65_536),
    revision: `${byte(0x14)}.${byte(0x15)}`,
    volume_size: 0,
    extra: '',
  }
}

function fromSysfs(host: Host) {
  const read = (file: string) => host.read(`/sys/class/dmi/id/${file}`)?.trim()
  const vendor = read('bios_vendor')
  if (vendor === undefined) return undefined
  return { vendor, version: read('bios_version'), date: read('bios_date'), revision: read('bios_release'), extra: '' }
}
