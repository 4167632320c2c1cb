import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { type BlockDevice, listBlockDevices } from '../list-block-devices.ts'
import { readCryptType } from '../read-crypt-type.ts'
import { readFileSystems } from '../read-file-systems.ts'

/**
 * Mapped by dm-crypt. dm-verity and dm-integrity are set up by the same tools and osquery counts them as encrypted;
 * they are not, so that we do not.
 */
const CRYPT = /^CRYPT-(?!VERITY|INTEGRITY)/

interface Encryption {
  readonly encrypted: 0 | 1
  readonly type: string
}

const NONE: Encryption = { encrypted: 0, type: '' }

/** One row per block device. What lies on encrypted devices only is encrypted: partitions, LVM, RAID. */
export const diskEncryption: HostTable = {
  name: 'disk_encryption',
  *generate(context, host) {
    const devices = listBlockDevices(host)
    const contents = context.uses('uuid') ? readFileSystems(devices, host) : new Map()
    const judge = createJudge(devices, context.uses('type'), host)
    for (const device of devices) {
      const { encrypted, type } = judge(device)
      yield {
        name: device.name,
        uuid: contents.get(device.name)?.uuid,
        encrypted,
        type,
        encryption_status: encrypted ? 'encrypted' : 'not encrypted',
      }
    }
  },
}

function createJudge(devices: readonly BlockDevice[], needsType: boolean, host: Host) {
  const byName = new Map(devices.map((device) => [device.name, device]))
  const judged = new Map<string, Encryption>()
  const decide = (device: BlockDevice): Encryption => {
    if (CRYPT.test(device.mapperId)) return { encrypted: 1, type: needsType ? readCryptType(device, host) : '' }
    const below = device.disk ? [device.disk] : device.below
    const judgements = below.map((name) => {
      const parent = byName.get(name)
      return parent ? judge(parent) : NONE
    })
    // Half of a volume in the clear is a volume in the clear.
    return judgements.length > 0 && judgements.every((one) => one.encrypted) ? judgements[0]! : NONE
  }
  const judge = (device: BlockDevice): Encryption => {
    const known = judged.get(device.name)
    if (known) return known
    const answer = decide(device)
    judged.set(device.name, answer)
    return answer
  }
  return judge
}
