import * as os from 'node:os'
import { describe, expect, it } from 'vitest'
import { createMachine, createMachineWithProgram, openSystemTables } from './open-system-tables.ts'

const CPU = (id: number, core: number) =>
  `processor\t: ${id}\nmodel\t\t: 85\nmodel name\t: Some CPU @ 2.00GHz\nmicrocode\t: 0x1\nphysical id\t: 0\nsiblings\t: 1\ncore id\t\t: ${core}\n`

describe('system_info', () => {
  const files = {
    '/proc/sys/kernel/hostname': 'web1\n',
    '/etc/hosts': '127.0.0.1 localhost\n10.0.0.1 web1.example.org web1 # here\n',
    '/proc/meminfo': 'MemTotal:       2048 kB\n',
    '/proc/cpuinfo': [CPU(0, 0), CPU(1, 0), CPU(2, 1)].join('\n'),
    '/sys/class/dmi/id/sys_vendor': 'LENOVO\n',
    '/sys/class/dmi/id/product_name': '20XW\n',
    '/sys/class/dmi/id/product_version': 'ThinkPad X1\n',
  }

  it('describes the machine; Lenovo keeps its model where others keep the version', () => {
    const [row] = openSystemTables(createMachine(files))('SELECT * FROM system_info')
    expect(row).toMatchObject({
      hostname: 'web1.example.org',
      local_hostname: 'web1.example.org',
      computer_name: 'web1',
      physical_memory: '2097152',
      cpu_type: os.machine(),
      cpu_subtype: '85',
      cpu_physical_cores: '2',
      cpu_logical_cores: `${os.availableParallelism()}`,
      cpu_microcode: '0x1',
      hardware_vendor: 'LENOVO',
      hardware_model: 'ThinkPad X1',
      hardware_version: '20XW',
      hardware_serial: '',
    })
  })

  it('takes the uuid of the firmware, unless it is a placeholder, and else that of the installation', () => {
    const uuid = (more: Record<string, string>) =>
      openSystemTables(createMachine({ ...files, ...more }))('SELECT uuid FROM system_info')[0]!.uuid
    const machineId = { '/etc/machine-id': '0123456789abcdef0123456789abcdef\n' }
    const product = (text: string) => ({ '/sys/class/dmi/id/product_uuid': `${text}\n` })
    expect(uuid({ ...machineId, ...product('4C4C4544-0031-3510-8051-B4C04F4E3132') })).toBe(
      '4C4C4544-0031-3510-8051-B4C04F4E3132',
    )
    expect(uuid({ ...machineId, ...product('03000200-0400-0500-0006-000700080009') })).toBe(
      '01234567-89ab-cdef-0123-456789abcdef',
    )
    expect(uuid({})).toBe('')
  })
})

describe('platform_info', () => {
  it('reads the BIOS structure of the firmware table', () => {
    const data = Buffer.alloc(0x18)
    data.set([0, 0x18, 0, 0, 1, 2, 0x00, 0xf0, 3, 0xff])
    data.set([2, 7], 0x14)
    const strings = Buffer.from('ACME\0 1.2.3 \x0005/01/2024\0\0')
    const end = Buffer.from([127, 4, 1, 0, 0, 0])
    const machine = createMachine({
      '/sys/firmware/dmi/tables/DMI': Buffer.concat([data, strings, end]),
      '/sys/firmware/efi/runtime': '',
    })
    expect(openSystemTables(machine)('SELECT * FROM platform_info')).toEqual([
      {
        ...{ vendor: 'ACME', version: '1.2.3', date: '05/01/2024', revision: '2.7', extra: '', firmware_type: 'uefi' },
        ...{ address: '0xf000', size: '16777216', volume_size: '0' },
      },
    ])
  })

  it('shows what everybody may see when the table may not be read', () => {
    const machine = createMachine({
      '/sys/firmware/dmi/tables/DMI/': '',
      '/sys/class/dmi/id/bios_vendor': 'ACME\n',
      '/sys/class/dmi/id/bios_release': '2.7\n',
    })
    expect(openSystemTables(machine)('SELECT vendor, revision, firmware_type, size FROM platform_info')).toEqual([
      { vendor: 'ACME', revision: '2.7', firmware_type: 'bios', size: '' },
    ])
  })
})

describe('kernel_info', () => {
  it('takes image and root device out of the arguments', () => {
    const machine = createMachine({
      '/proc/cmdline': 'BOOT_IMAGE=/vmlinuz-6.1 root=/dev/sda1 ro  quiet\n',
      '/proc/version': 'Linux version 6.1.0-18-amd64 (x@y) #1 SMP\n',
    })
    expect(openSystemTables(machine)('SELECT * FROM kernel_info')).toEqual([
      { version: '6.1.0-18-amd64', arguments: 'ro quiet', path: '/vmlinuz-6.1', device: '/dev/sda1' },
    ])
  })
})

describe('os_version', () => {
  it('takes the older file of Red Hat over os-release', () => {
    const machine = createMachine({
      '/etc/os-release': 'NAME="CentOS Linux"\nID="centos"\nVERSION_ID="7"\n',
      '/etc/redhat-release': 'CentOS Linux release 7.9.2009 (Core)\n',
    })
    expect(openSystemTables(machine)('SELECT * FROM os_version')).toMatchObject([
      {
        name: 'CentOS Linux',
        version: 'CentOS Linux release 7.9.2009 (Core)',
        major: '7',
        minor: '9',
        patch: '2009',
        platform: 'rhel',
      },
    ])
  })
})

describe('interfaces', () => {
  it('give broadcast addresses, peers, aliases and the interface of a link-local address', () => {
    const links = [
      {
        ifname: 'eth0',
        flags: ['BROADCAST', 'MULTICAST', 'UP'],
        addr_info: [
          {
            family: 'inet',
            local: '10.0.0.5',
            prefixlen: 24,
            broadcast: '10.0.0.255',
            scope: 'global',
            label: 'eth0:1',
          },
          { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' },
        ],
      },
      {
        ifname: 'tun0',
        flags: ['POINTOPOINT'],
        addr_info: [{ family: 'inet', local: '10.8.0.2', address: '10.8.0.1', prefixlen: 32, scope: 'global' }],
      },
    ]
    const host = createMachineWithProgram('ip', `echo '${JSON.stringify(links)}'`)
    expect(openSystemTables(host)('SELECT * FROM interface_addresses')).toMatchObject([
      { interface: 'eth0:1', address: '10.0.0.5', mask: '255.255.255.0', broadcast: '10.0.0.255', point_to_point: '' },
      { interface: 'eth0', address: 'fe80::1%eth0', mask: 'ffff:ffff:ffff:ffff::', broadcast: '', point_to_point: '' },
      { interface: 'tun0', address: '10.8.0.2', mask: '255.255.255.255', broadcast: '', point_to_point: '10.8.0.1' },
    ])
  })

  it('count in 32 bits as osquery does, and name the PCI slot of hardware', () => {
    const eth0 = '/sys/devices/pci0000:00/0000:00:03.0/virtio2/net/eth0'
    const machine = createMachine({
      '/sys/class/net/bonding_masters': '',
      '/sys/class/net/eth0': `-> ../../devices/pci0000:00/0000:00:03.0/virtio2/net/eth0`,
      [`${eth0}/flags`]: '0x1002\n',
      [`${eth0}/type`]: '1\n',
      [`${eth0}/address`]: '02:fc:00:00:00:01\n',
      [`${eth0}/speed`]: '1000\n',
      [`${eth0}/statistics/rx_bytes`]: '4294967297\n',
    })
    expect(
      openSystemTables(machine)('SELECT interface, mac, flags, ibytes, link_speed, pci_slot FROM interface_details'),
    ).toEqual([
      {
        interface: 'eth0',
        mac: '02:fc:00:00:00:01',
        flags: '4098',
        ibytes: '1',
        link_speed: '1000',
        pci_slot: '0000:00:03.0',
      },
    ])
  })
})

describe('logged_in_users', () => {
  const isWide = /^(aarch64|riscv64|loongarch64)$/.test(os.machine())

  function createRecord(type: number, pid: number, user: string) {
    const record = Buffer.alloc(isWide ? 400 : 384)
    record.writeInt16LE(type, 0)
    record.writeInt32LE(pid, 4)
    record.write('pts/0', 8)
    record.write(user, 44)
    record.write('10.0.0.9', 76)
    record.writeUInt32LE(1_700_000_000, isWide ? 344 : 340)
    return record
  }

  it('reads the records, without those of process 1', () => {
    const records = Buffer.concat([createRecord(2, 0, 'reboot'), createRecord(7, 321, 'ann'), createRecord(1, 1, 'x')])
    const ask = openSystemTables(createMachine({ '/var/run/utmp': records }))
    expect(ask("SELECT * FROM logged_in_users WHERE type = 'user'")).toEqual([
      { type: 'user', user: 'ann', tty: 'pts/0', host: '10.0.0.9', time: '1700000000', pid: '321' },
    ])
    expect(ask('SELECT type FROM logged_in_users')).toEqual([{ type: 'boot_time' }, { type: 'user' }])
  })

  it('is an error where logins are not recorded', () => {
    expect(() => openSystemTables(createMachine({}))('SELECT * FROM logged_in_users')).toThrow('/var/run/utmp')
  })
})
