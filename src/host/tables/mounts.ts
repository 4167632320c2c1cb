import * as fs from 'node:fs'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { listMounts } from '../list-mounts.ts'

const SIZES = ['blocks_size', 'blocks', 'blocks_free', 'blocks_available', 'inodes', 'inodes_free']

export const mounts: HostTable = {
  name: 'mounts',
  *generate(context, host) {
    const needsSizes = SIZES.some((column) => context.uses(column))
    for (const { device, path, type, flags } of listMounts(host)) {
      yield {
        device,
        device_alias: context.uses('device_alias') ? resolveDevice(device, host) : undefined,
        path,
        type,
        flags,
        ...(needsSizes ? measure(path, type, host) : {}),
      }
    }
  },
}

/** /dev/mapper/vg-root is a link to /dev/dm-0, which is what the disk tables call it. */
function resolveDevice(device: string, host: Host): string {
  if (!device.startsWith('/')) return device
  try {
    const real = fs.realpathSync(host.at(device))
    return host.isReal ? real : real.slice(fs.realpathSync(host.root).length)
  } catch {
    return device
  }
}

/** Sizes that we may not see (another user's FUSE mount) are NULL; osquery's 0 would be a claim. */
function measure(path: string, type: string, host: Host) {
  // Looking into an automount would mount it.
  if (type === 'autofs') return Object.fromEntries(SIZES.map((column) => [column, 0]))
  try {
    const { bsize, blocks, bfree, bavail, files, ffree } = fs.statfsSync(host.at(path), { bigint: true })
    return {
      blocks_size: bsize,
      blocks,
      blocks_free: bfree,
      blocks_available: bavail,
      inodes: files,
      inodes_free: ffree,
    }
  } catch {
    return {}
  }
}
