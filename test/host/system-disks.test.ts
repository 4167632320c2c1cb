import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Host } from '../../src/host/host.ts'
import { createMachine, createMachineWithProgram, openSystemTables } from './open-system-tables.ts'

interface Device {
  /** Below /sys/devices, such as pci/block/sda/sda1. */
  readonly path: string
  readonly number: string
  readonly files?: Readonly<Record<string, string>>
  readonly slaves?: readonly string[]
  readonly udev?: readonly string[]
}

function createDisks(devices: readonly Device[], files: Record<string, string | Uint8Array> = {}) {
  const all: Record<string, string | Uint8Array> = { '/run/udev/data/c1:3': 'E:X=1\n', ...files }
  for (const { path, number, files = {}, slaves = [], udev } of devices) {
    const name = path.split('/').at(-1)!
    const folder = `/sys/devices/${path}`
    all[`/sys/class/block/${name}`] = `-> ../../devices/${path}`
    all[`${folder}/dev`] = `${number}\n`
    all[`${folder}/uevent`] = `DEVNAME=${name}\n`
    all[`${folder}/size`] = '2048\n'
    for (const [file, text] of Object.entries(files)) all[`${folder}/${file}`] = text
    for (const slave of slaves) all[`${folder}/slaves/${slave}/`] = ''
    if (udev) all[`/run/udev/data/b${number}`] = udev.map((line) => `E:${line}\n`).join('')
  }
  return createMachine(all)
}

function createLuks2Header(encryption: string): Buffer {
  const header = Buffer.alloc(16_384)
  header.write('LUKS\xba\xbe', 'latin1')
  header.writeUInt16BE(2, 6)
  header.writeBigUInt64BE(16_384n, 8)
  header.write(JSON.stringify({ segments: { 0: { type: 'crypt', encryption } } }), 4096)
  return header
}

function createLuks1Header(cipher: string, mode: string): Buffer {
  const header = Buffer.alloc(4096)
  header.write('LUKS\xba\xbe', 'latin1')
  header.writeUInt16BE(1, 6)
  header.write(cipher, 8)
  header.write(mode, 40)
  return header
}

const DISK: Device = {
  path: 'pci/block/sda',
  number: '8:0',
  files: { 'device/vendor': 'ATA     \n', 'device/wwid': 'naa.5000\n', 'queue/logical_block_size': '4096\n' },
  udev: ['ID_MODEL=Fast_Disk'],
}
const PARTITION: Device = {
  path: 'pci/block/sda/sda3',
  number: '8:3',
  udev: ['ID_FS_UUID_ENC=1111-aa', 'ID_FS_TYPE=crypto_LUKS', 'ID_FS_LABEL=my_data', 'ID_FS_LABEL_ENC=my\\x20data'],
}
const CRYPT: Device = {
  path: 'virtual/block/dm-0',
  number: '253:0',
  slaves: ['sda3'],
  files: { 'dm/uuid': 'CRYPT-LUKS2-1111aa-crypt\n' },
  udev: ['ID_FS_TYPE=LVM2_member'],
}
const VOLUME: Device = {
  path: 'virtual/block/dm-1',
  number: '253:1',
  slaves: ['dm-0'],
  files: { 'dm/uuid': 'LVM-abc\n' },
  udev: ['ID_FS_UUID=2222', 'ID_FS_TYPE=ext4'],
}

describe('block_devices', () => {
  it('names the disk of a partition and the physical volume of a logical one', () => {
    const ask = openSystemTables(createDisks([DISK, PARTITION, CRYPT, VOLUME]))
    expect(ask('SELECT * FROM block_devices ORDER BY name')).toMatchObject([
      { name: '/dev/dm-0', parent: '', type: 'LVM2_member' },
      { name: '/dev/dm-1', parent: '/dev/dm-0', uuid: '2222', type: 'ext4' },
      { name: '/dev/sda', vendor: 'ATA', model: 'Fast_Disk', serial: 'naa.5000', size: '2048', block_size: '4096' },
      { name: '/dev/sda3', parent: '/dev/sda', uuid: '1111-aa', type: 'crypto_LUKS', label: 'my data' },
    ])
  })

  it('needs udev or blkid only for what lies on a device', () => {
    const machine = createMachine({
      '/sys/class/block/sda': '-> ../../devices/block/sda',
      '/sys/devices/block/sda/size': '8\n',
    })
    expect(openSystemTables(machine)('SELECT name, size FROM block_devices')).toEqual([{ name: '/dev/sda', size: '8' }])
    expect(() => openSystemTables(machine)('SELECT type FROM block_devices')).toThrow(
      'cannot tell what lies on the block devices without udev: cannot run blkid',
    )
  })

  const [real] = openSystemTables(new Host())('SELECT name FROM block_devices WHERE size > 0')
  it.skipIf(!real || existsSync('/run/udev/data'))('takes what blkid prints, and its silence for nothing found', () => {
    const sql = `SELECT uuid, type, label FROM block_devices WHERE name = '${real!.name}'`
    const printed = `DEVNAME=${real!.name}\\nUUID=77\\nTYPE=ext4\\nLABEL=a\\\\ b\\n`
    const found = createMachineWithProgram('blkid', `printf '${printed}'`)
    expect(openSystemTables(found)(sql)).toEqual([{ uuid: '77', type: 'ext4', label: 'a b' }])
    const nothing = createMachineWithProgram('blkid', 'exit 2')
    expect(openSystemTables(nothing)(sql)).toEqual([{ uuid: '', type: '', label: '' }])
    const refused = createMachineWithProgram('blkid', 'echo "blkid: error: Operation not permitted" >&2; exit 2')
    expect(() => openSystemTables(refused)(sql)).toThrow('Operation not permitted')
  })

  it('is an error without sysfs', () => {
    expect(() => openSystemTables(createMachine({}))('SELECT name FROM block_devices')).toThrow('sysfs is not mounted')
  })
})

describe('disk_encryption', () => {
  const sql = 'SELECT name, encrypted, type, encryption_status FROM disk_encryption ORDER BY name'

  it('passes the encryption of a LUKS2 device on to the volumes on it, and not to the disk under it', () => {
    const header = createLuks2Header('aes-xts-plain64')
    const ask = openSystemTables(createDisks([DISK, PARTITION, CRYPT, VOLUME], { '/dev/sda3': header }))
    const yes = { encrypted: '1', type: 'LUKS2-aes-xts-plain64', encryption_status: 'encrypted' }
    const no = { encrypted: '0', type: '', encryption_status: 'not encrypted' }
    expect(ask(sql)).toEqual([
      { name: '/dev/dm-0', ...yes },
      { name: '/dev/dm-1', ...yes },
      { name: '/dev/sda', ...no },
      { name: '/dev/sda3', ...no },
    ])
    expect(ask("SELECT encrypted, uuid FROM disk_encryption WHERE name = '/dev/dm-1'")).toEqual([
      { encrypted: '1', uuid: '2222' },
    ])
  })

  it('reads the cipher of LUKS1, and of plain dm-crypt only the kind', () => {
    const luks1 = { ...CRYPT, files: { 'dm/uuid': 'CRYPT-LUKS1-11-x' } }
    const plain = { ...CRYPT, files: { 'dm/uuid': 'CRYPT-PLAIN-x' } }
    const files = { '/dev/sda3': createLuks1Header('aes', 'cbc-essiv:sha256') }
    const type = "SELECT type FROM disk_encryption WHERE name = '/dev/dm-0'"
    expect(openSystemTables(createDisks([DISK, PARTITION, luks1], files))(type)).toEqual([
      { type: 'LUKS1-aes-cbc-essiv:sha256' },
    ])
    expect(openSystemTables(createDisks([DISK, PARTITION, plain], files))(type)).toEqual([{ type: 'PLAIN' }])
  })

  it('does not call a volume encrypted of which one part is not, nor dm-verity', () => {
    const clear: Device = { path: 'pci/block/sdb', number: '8:16' }
    const both: Device = { ...VOLUME, slaves: ['dm-0', 'sdb'] }
    const verity: Device = { path: 'virtual/block/dm-2', number: '253:2', files: { 'dm/uuid': 'CRYPT-VERITY-1-x' } }
    const rows = openSystemTables(createDisks([DISK, PARTITION, clear, CRYPT, both, verity]))(
      'SELECT name, encrypted FROM disk_encryption WHERE encrypted = 1',
    )
    expect(rows).toEqual([{ name: '/dev/dm-0', encrypted: '1' }])
  })

  it('is an error when the header cannot be read, and only if the type is asked for', () => {
    const ask = openSystemTables(createDisks([DISK, PARTITION, CRYPT]))
    expect(() => ask(sql)).toThrow('cannot read the LUKS header on /dev/sda3')
    expect(ask("SELECT encrypted FROM disk_encryption WHERE name = '/dev/dm-0'")).toEqual([{ encrypted: '1' }])
  })
})

describe('mounts', () => {
  it('unescapes spaces and finds the mapped device behind a link', () => {
    const ask = openSystemTables(
      createMachine({
        '/proc/mounts': '/dev/mapper/vg-home /my\\040home ext4 rw 0 0\nnone /auto autofs rw 0 0\n',
        '/dev/mapper/vg-home': '-> ../dm-1',
        '/dev/dm-1': '',
        '/my home/': '',
      }),
    )
    expect(ask('SELECT device, device_alias, path, blocks > 0 AS measured FROM mounts')).toEqual([
      { device: '/dev/mapper/vg-home', device_alias: '/dev/dm-1', path: '/my home', measured: '1' },
      { device: 'none', device_alias: 'none', path: '/auto', measured: '0' },
    ])
  })

  it('leaves sizes NULL that cannot be seen', () => {
    const ask = openSystemTables(createMachine({ '/proc/mounts': 'x /gone fuse.x rw 0 0\n' }))
    expect(ask('SELECT blocks IS NULL AS unknown FROM mounts')).toEqual([{ unknown: '1' }])
  })
})
