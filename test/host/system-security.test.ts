import { describe, expect, it } from 'vitest'
import { createMachine, openSystemTables } from './open-system-tables.ts'

const EFI = '/sys/firmware/efi/efivars'
const GUID = '8be4df61-93ca-11d2-aa0d-00e098032b8c'

describe('secureboot', () => {
  const sql = 'SELECT * FROM secureboot'

  it('reads the byte after the attributes', () => {
    const machine = createMachine({
      [`${EFI}/SecureBoot-${GUID}`]: Uint8Array.of(6, 0, 0, 0, 1),
      [`${EFI}/SetupMode-${GUID}`]: Uint8Array.of(6, 0, 0, 0, 0),
    })
    expect(openSystemTables(machine)(sql)).toEqual([{ secure_boot: '1', setup_mode: '0' }])
  })

  it('gives -1 for a value that means nothing, and NULL for a variable that is not there', () => {
    const machine = createMachine({ [`${EFI}/SecureBoot-${GUID}`]: Uint8Array.of(6, 0, 0, 0, 7) })
    expect(openSystemTables(machine)(sql)).toEqual([{ secure_boot: '-1', setup_mode: '' }])
  })

  it('is an error when the machine has UEFI but its variables are not mounted', () => {
    expect(() => openSystemTables(createMachine({ '/sys/firmware/efi/fw_platform_size': '64' }))(sql)).toThrow(
      `cannot read ${EFI}: not mounted`,
    )
  })
})

describe('selinux_settings', () => {
  it('reads root keys, booleans, contexts and class permissions from where selinuxfs is', () => {
    const root = '/sys/fs/selinux'
    const ask = openSystemTables(
      createMachine({
        '/proc/mounts': `selinuxfs ${root} selinuxfs rw 0 0\n`,
        [`${root}/enforce`]: '1',
        [`${root}/mls`]: '0',
        [`${root}/booleans/httpd_can_network_connect`]: '1 1',
        [`${root}/booleans/pending`]: '0 1',
        [`${root}/initial_contexts/kernel`]: 'system_u:system_r:kernel_t:s0\0',
        [`${root}/class/file/index`]: '6',
        [`${root}/class/file/perms/read`]: '2',
      }),
    )
    expect(ask("SELECT scope, key, value FROM selinux_settings WHERE value <> ''")).toEqual([
      { scope: '', key: 'enforce', value: '1' },
      { scope: '', key: 'mls', value: '0' },
      { scope: 'booleans', key: 'httpd_can_network_connect', value: 'on' },
      { scope: 'booleans', key: 'pending', value: 'off' },
      { scope: 'initial_contexts', key: 'kernel', value: 'system_u:system_r:kernel_t:s0' },
      { scope: 'class', key: 'file/perms', value: 'read' },
    ])
  })
})

describe('apparmor_profiles', () => {
  it('lists profiles and those inside them, whichever hash the kernel gives', () => {
    const root = '/sys/kernel/security/apparmor/policy/profiles'
    const profile = (folder: string, name: string) => ({
      [`${root}/${folder}/name`]: `${name}\n`,
      [`${root}/${folder}/attach`]: '/usr/bin/x\n',
      [`${root}/${folder}/mode`]: 'enforce\n',
      [`${root}/${folder}/sha256`]: 'abc\n',
    })
    const machine = createMachine({ ...profile('man.1', 'man'), ...profile('man.1/profiles/filter.2', 'filter') })
    const common = { attach: '/usr/bin/x', mode: 'enforce', sha1: '', sha256: 'abc' }
    expect(openSystemTables(machine)('SELECT * FROM apparmor_profiles')).toEqual([
      { path: 'man', name: 'man', ...common },
      { path: 'man//filter', name: 'filter', ...common },
    ])
  })

  it('has no rows where AppArmor is off, and is an error where it is on but cannot be seen', () => {
    const enabled = (value: string) => createMachine({ '/sys/module/apparmor/parameters/enabled': `${value}\n` })
    expect(openSystemTables(enabled('N'))('SELECT * FROM apparmor_profiles')).toEqual([])
    expect(() => openSystemTables(enabled('Y'))('SELECT * FROM apparmor_profiles')).toThrow('not mounted')
  })
})

describe('kernel_modules', () => {
  it('lists modules without the last comma of their users', () => {
    const text =
      'nf_tables 352256 2 nft_ct,nft_fib, Live 0xffffffffc0a1b000\nloop 40960 0 - Live 0x0000000000000000 (E)\n'
    expect(openSystemTables(createMachine({ '/proc/modules': text }))('SELECT * FROM kernel_modules')).toEqual([
      { name: 'nf_tables', size: '352256', used_by: 'nft_ct,nft_fib', status: 'Live', address: '0xffffffffc0a1b000' },
      { name: 'loop', size: '40960', used_by: '-', status: 'Live', address: '0x0000000000000000' },
    ])
  })

  it('is an error where the list cannot be seen', () => {
    expect(() => openSystemTables(createMachine({}))('SELECT * FROM kernel_modules')).toThrow(
      'cannot read /proc/modules',
    )
  })
})

describe('system_controls', () => {
  const ask = openSystemTables(
    createMachine({
      '/proc/sys/net/ipv4/ip_forward': '0\n',
      '/proc/sys/net/ipv4/tcp_rmem': '4096\t131072\t6291456\n',
      '/proc/sys/vm/swappiness': '60\n',
      '/etc/sysctl.conf': '# net.ipv4.ip_forward=0\nnet.ipv4.ip_forward = 1\nbroken\n',
      '/etc/sysctl.d/10-a.conf': ';x=1\nvm.swappiness=10\n',
      '/usr/lib/sysctl.d/50-b.conf': 'vm.swappiness=20\n',
      '/etc/sysctl.d/readme': 'vm.swappiness=30\n',
    }),
  )

  it('walks everything, or a subsystem, or below a name', () => {
    expect(ask('SELECT name FROM system_controls')).toHaveLength(3)
    expect(ask("SELECT name FROM system_controls WHERE subsystem = 'vm'")).toEqual([{ name: 'vm.swappiness' }])
    expect(ask("SELECT current_value FROM system_controls WHERE name = 'net.ipv4.tcp_rmem'")).toEqual([
      { current_value: '4096\t131072\t6291456' },
    ])
    const absent = "SELECT name, current_value IS NULL AS none FROM system_controls WHERE name = 'net.nothing'"
    expect(ask(absent)).toEqual([{ name: 'net.nothing', none: '1' }])
    expect(ask("SELECT name FROM system_controls WHERE oid = '1.2'")).toEqual([])
  })

  it('takes the configured value from the last file that has it, in the order of osquery', () => {
    expect(ask("SELECT name, config_value FROM system_controls WHERE config_value <> ''")).toEqual([
      { name: 'net.ipv4.ip_forward', config_value: '1' },
      { name: 'vm.swappiness', config_value: '20' },
    ])
  })
})

describe('iptables', () => {
  it('has no rows without legacy tables and is an error with them', () => {
    const names = (text: string) => openSystemTables(createMachine({ '/proc/net/ip_tables_names': text }))
    expect(names('')('SELECT * FROM iptables')).toEqual([])
    expect(() => names('filter\n')('SELECT * FROM iptables')).toThrow('cannot read the legacy iptables rules here')
  })
})
