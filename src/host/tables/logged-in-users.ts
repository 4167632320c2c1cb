import * as os from 'node:os'
import { TableError } from '../../sql/table.ts'
import type { HostTable } from '../host-table.ts'
import { textAt } from '../text-at.ts'

const TYPES = [
  'empty',
  'runlevel',
  'boot_time',
  'new_time',
  'old_time',
  'init',
  'login',
  'user',
  'dead',
  'accounting',
] as const

/** glibc keeps times of 32 bits in the file where 32-bit programs ran before, and of 64 bits elsewhere. */
const WIDE = { size: 400, time: 344 }
const NARROW = { size: 384, time: 340 }

export const loggedInUsers: HostTable = {
  name: 'logged_in_users',
  *generate(_context, host) {
    const records = host.readBytes('/var/run/utmp') ?? host.readBytes('/run/utmp')
    if (!records) {
      throw new TableError('cannot read /var/run/utmp: no such file; this system does not record its logins there')
    }
    const layout = /^(aarch64|riscv64|loongarch64)$/.test(os.machine()) ? WIDE : NARROW
    for (let at = 0; at + layout.size <= records.length; at += layout.size) {
      const record = records.subarray(at, at + layout.size)
      const pid = record.readInt32LE(4)
      if (pid === 1) continue
      yield {
        type: TYPES[record.readInt16LE(0)] ?? 'unknown',
        user: textAt(record, 44, 32),
        tty: textAt(record, 8, 32),
        host: textAt(record, 76, 256),
        time: layout === WIDE ? record.readBigInt64LE(layout.time) : record.readUInt32LE(layout.time),
        pid,
      }
    }
  },
}
