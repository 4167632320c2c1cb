import { TableError } from '../sql/table.ts'
import type { Host } from './host.ts'

/** A disk, partition or mapped device, as the kernel lists it. */
export interface BlockDevice {
  /** The device file, such as /dev/sda1. */
  readonly name: string
  /** Its folder: /sys/class/block/sda1. */
  readonly folder: string
  /** major:minor */
  readonly number: string
  /** The disk that a partition is on. */
  readonly disk: string | undefined
  /** The devices that it is made of: below a dm-crypt, LVM or RAID device. */
  readonly below: readonly string[]
  /** Device mapper's id of it, such as CRYPT-LUKS2-… or LVM-…; empty when it is not a mapped device. */
  readonly mapperId: string
}

const CLASS = '/sys/class/block'

/** Sorted by the kernel's name. @throws TableError when sysfs is not there. */
export function listBlockDevices(host: Host): BlockDevice[] {
  const names = host.list(CLASS)
  if (!names) {
    if (host.list('/sys/class')?.length) return []
    throw new TableError(`cannot list ${CLASS}: sysfs is not mounted at /sys`)
  }
  const files = new Map(names.map((name) => [name, deviceFile(name, host)]))
  return names.map((name) => {
    const folder = `${CLASS}/${name}`
    return {
      name: files.get(name)!,
      folder,
      number: host.read(`${folder}/dev`)?.trim() ?? '',
      disk: files.get(diskOf(name, host) ?? ''),
      below: (host.list(`${folder}/slaves`) ?? []).map((slave) => files.get(slave) ?? `/dev/${slave}`),
      mapperId: host.read(`${folder}/dm/uuid`)?.trim() ?? '',
    }
  })
}

/** A name such as cciss!c0d0 is the file /dev/cciss/c0d0: only uevent says so. */
function deviceFile(name: string, host: Host): string {
  const uevent = host.read(`${CLASS}/${name}/uevent`) ?? ''
  return `/dev/${/^DEVNAME=(.+)$/m.exec(uevent)?.[1] ?? name}`
}

/** The link of a partition goes through its disk: ../../devices/…/block/sda/sda1. */
function diskOf(name: string, host: Host): string | undefined {
  const link = host.readlink(`${CLASS}/${name}`)
  const above = link?.split('/').at(-2)
  return above === 'block' ? undefined : above
}
