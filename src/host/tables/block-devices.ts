import { attempt } from '../attempt.ts'
import type { HostTable } from '../host-table.ts'
import { listBlockDevices } from '../list-block-devices.ts'
import { readFileSystems, readUdevProperties } from '../read-file-systems.ts'

export const blockDevices: HostTable = {
  name: 'block_devices',
  *generate(context, host) {
    const devices = listBlockDevices(host)
    const needsContent = ['uuid', 'type', 'label'].some((column) => context.uses(column))
    const contents = needsContent ? readFileSystems(devices, host) : new Map()
    for (const device of devices) {
      // A driver may refuse to say what it is.
      const read = (file: string) => attempt(() => host.read(`${device.folder}/${file}`))?.trim()
      const udev = readUdevProperties(device, host)
      yield {
        name: device.name,
        // osquery names a parent only for partitions and logical volumes.
        parent: device.disk ?? (device.mapperId.startsWith('LVM-') ? device.below[0] : undefined),
        vendor: read('device/vendor'),
        model: udev.get('ID_MODEL_FROM_DATABASE') ?? udev.get('ID_MODEL'),
        serial: read('device/wwid'),
        // In units of 512 bytes, whatever block_size says.
        size: read('size'),
        block_size: read('queue/logical_block_size'),
        ...contents.get(device.name),
      }
    }
  },
}
