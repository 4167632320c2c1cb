import { TableError } from '../sql/table.ts'
import type { Host } from './host.ts'
import type { BlockDevice } from './list-block-devices.ts'

/** What lies on a block device; a property is missing when nothing was recognised. */
export interface FileSystem {
  readonly uuid?: string | undefined
  readonly type?: string | undefined
  readonly label?: string | undefined
}

/**
 * What libblkid found on each device, by device file: from udev's database, which everybody may read, else from blkid,
 * which needs root.
 * @throws TableError when neither can tell.
 */
export function readFileSystems(devices: readonly BlockDevice[], host: Host): Map<string, FileSystem> {
  if (host.list('/run/udev/data')?.length) {
    return new Map(devices.map((device) => [device.name, fromUdev(readUdevProperties(device, host))]))
  }
  const filled = devices.filter((device) => host.read(`${device.folder}/size`)?.trim() !== '0')
  if (filled.length === 0) return new Map()
  return parseExport(runBlkid(filled, host))
}

/** Properties that udev keeps of a device; empty when udev does not run here. */
export function readUdevProperties(device: BlockDevice, host: Host): Map<string, string> {
  const properties = new Map<string, string>()
  for (const line of (host.read(`/run/udev/data/b${device.number}`) ?? '').split('\n')) {
    const [, name, value] = /^E:([^=]+)=(.*)$/.exec(line) ?? []
    if (name && value) properties.set(name, value)
  }
  return properties
}

function fromUdev(properties: Map<string, string>): FileSystem {
  const plain = (name: string) =>
    properties
      .get(name)
      ?.replace(/(?:\\x[0-9a-f]{2})+/gi, (text) => Buffer.from(text.replaceAll('\\x', ''), 'hex').toString())
  return {
    uuid: plain('ID_FS_UUID_ENC') ?? plain('ID_FS_UUID'),
    type: plain('ID_FS_TYPE'),
    label: plain('ID_FS_LABEL_ENC') ?? plain('ID_FS_LABEL'),
  }
}

function runBlkid(devices: readonly BlockDevice[], host: Host): string {
  try {
    return host.run('blkid', ['-p', '-o', 'export', ...devices.map((device) => device.name)])
  } catch (error) {
    const { status, stderr, stdout } = ((error as TableError).cause ?? {}) as {
      status?: number
      stderr?: string
      stdout?: string
    }
    // Status 2 without a complaint only says that some device is empty.
    if (status === 2 && !stderr) return stdout ?? ''
    throw new TableError(`cannot tell what lies on the block devices without udev: ${(error as TableError).message}`, {
      cause: error,
    })
  }
}

function parseExport(text: string): Map<string, FileSystem> {
  const found = new Map<string, FileSystem>()
  for (const block of text.split('\n\n')) {
    const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(block)?.[1]?.replace(/\\(.)/g, '$1')
    const name = value('DEVNAME')
    if (name) found.set(name, { uuid: value('UUID'), type: value('TYPE'), label: value('LABEL') })
  }
  return found
}
