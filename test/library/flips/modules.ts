import type { Files, Flip } from '../flip.ts'

const MODULES = '/lib/modules/6.1.0-18-amd64'
const BUILT_IN = { [`${MODULES}/modules.builtin`]: 'kernel/fs/ext4/ext4.ko\n' }

export const FLIPS: readonly Flip[] = [
  moduleOf('cramfs-module-disabled', 'fs/cramfs/cramfs'),
  moduleOf('freevxfs-module-disabled', 'fs/freevxfs/freevxfs'),
  moduleOf('hfs-module-disabled', 'fs/hfs/hfs'),
  moduleOf('hfsplus-module-disabled', 'fs/hfsplus/hfsplus'),
  moduleOf('jffs2-module-disabled', 'fs/jffs2/jffs2'),
  moduleOf('squashfs-module-disabled', 'fs/squashfs/squashfs'),
  moduleOf('udf-module-disabled', 'fs/udf/udf'),
  moduleOf('dccp-module-disabled', 'net/dccp/dccp'),
  moduleOf('sctp-module-disabled', 'net/sctp/sctp'),
  moduleOf('rds-module-disabled', 'net/rds/rds'),
  moduleOf('tipc-module-disabled', 'net/tipc/tipc'),
  moduleOf('firewire-module-disabled', 'drivers/firewire/firewire-core'),
  moduleOf('bluetooth-module-disabled', 'net/bluetooth/bluetooth'),
  { ...moduleOf('cramfs-module-disabled', 'fs/cramfs/cramfs'), plain: true, needs: ['augtool'] },
  { ...moduleOf('sctp-module-disabled', 'net/sctp/sctp'), system: 'rhel', base: extraModule('net/sctp/sctp') },
]

/** A module that the kernel has, until modprobe is told to refuse it. */
function moduleOf(check: string, module: string): Flip {
  return {
    check,
    base: { '/sys/module': { directory: true }, [`${MODULES}/kernel/${module}.ko`]: '', ...BUILT_IN },
    fail: {},
    pass: { '/etc/modprobe.d/rare.conf': `install ${nameOf(module)} /bin/false\n` },
    reason: 'modprobe is not told to refuse it',
  }
}

/** Where Red Hat keeps what is rarely used. */
function extraModule(module: string): Files {
  const folder = '/lib/modules/5.14.0-427.el9.x86_64'
  return {
    '/sys/module': { directory: true },
    [`${folder}/extra/${module}.ko.xz`]: '',
    [`${folder}/modules.builtin`]: 'kernel/fs/ext4/ext4.ko\n',
  }
}

function nameOf(module: string): string {
  return module.slice(module.lastIndexOf('/') + 1)
}
