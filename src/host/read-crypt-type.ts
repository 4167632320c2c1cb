import * as fs from 'node:fs'
import { messageOf } from '../core/errors.ts'
import { TableError } from '../sql/table.ts'
import type { Host } from './host.ts'
import type { BlockDevice } from './list-block-devices.ts'
import { textAt } from './text-at.ts'

const MAGIC = Buffer.from('LUKS\xba\xbe', 'latin1')

/**
 * Such as LUKS2-aes-xts-plain64: the kind by its mapper id, the cipher by the header on the device below. Without a
 * header there (plain dm-crypt, or a detached one) it is the kind alone.
 * @throws TableError when the header may not be read: it needs root.
 */
export function readCryptType(device: BlockDevice, host: Host): string {
  const kind = device.mapperId.split('-')[1] ?? ''
  const holder = device.below[0]
  const cipher = holder && kind.startsWith('LUKS') ? readCipher(holder, host) : undefined
  return cipher ? `${kind}-${cipher}` : kind
}

function readCipher(holder: string, host: Host): string | undefined {
  const header = readStart(holder, 4096, host)
  if (!header.subarray(0, 6).equals(MAGIC)) return undefined
  if (header.readUInt16BE(6) === 1) return `${textAt(header, 8, 32)}-${textAt(header, 40, 32)}`
  const size = Number(header.readBigUInt64BE(8))
  const json = readStart(holder, size, host).subarray(4096)
  try {
    const { segments } = JSON.parse(textAt(json, 0, json.length)) as {
      segments: Record<string, { encryption?: string }>
    }
    return Object.values(segments)[0]?.encryption
  } catch (error) {
    throw new TableError(`cannot understand the LUKS header on ${holder}: ${messageOf(error)}`, { cause: error })
  }
}

/** A disk must not be read whole; headers of LUKS2 are 4 MiB at most. */
function readStart(path: string, length: number, host: Host): Buffer {
  const bytes = Buffer.alloc(Math.min(length, 4 << 20))
  try {
    const file = fs.openSync(host.at(path), 'r')
    try {
      return bytes.subarray(0, fs.readSync(file, bytes, 0, bytes.length, 0))
    } finally {
      fs.closeSync(file)
    }
  } catch (error) {
    throw new TableError(`cannot read the LUKS header on ${path}: ${messageOf(error)} (run as root)`, { cause: error })
  }
}
