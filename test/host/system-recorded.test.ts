import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Host } from '../../src/host/host.ts'
import { createMachine, createMachineWithProgram, openSystemTables } from './open-system-tables.ts'

type Rows = Record<string, string>[]

const tables = JSON.parse(readFileSync(new URL('../vectors/tables.json', import.meta.url), 'utf8')) as Record<
  string,
  { columns: [string, string][]; sql?: string; rows: Rows | null }
>
const parsers = JSON.parse(readFileSync(new URL('../vectors/parsers.json', import.meta.url), 'utf8')) as {
  table: string
  sql: string
  files: Record<string, string>
  rows: Rows
}[]

function recorded(table: string): { sql: string; rows: Rows } {
  const { sql, rows } = tables[table]!
  return { sql: sql!, rows: rows! }
}

describe('the system tables answer what osquery answered', () => {
  for (const { table, sql, files, rows } of parsers.filter(
    ({ table: t }) => t === 'os_version' || t === 'apt_sources',
  )) {
    it(`${table} from ${files['/etc/os-release']?.split('\n', 1)[0] ?? 'sources without downloaded lists'}`, () => {
      expect(openSystemTables(createMachine(files))(sql)).toEqual(rows)
    })
  }

  it('os_version of a Debian without minor version', () => {
    const { sql, rows } = recorded('os_version')
    const release =
      'NAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n'
    expect(openSystemTables(createMachine({ '/etc/os-release': release }))(sql)).toEqual(rows)
  })

  it('time, at the moment of the recording', () => {
    const { sql, rows } = recorded('time')
    process.env.TZ = 'UTC'
    expect(openSystemTables(new Host())(sql, { now: Number(rows[0]!.unix_time) })).toEqual(rows)
  })

  it('uptime, counting a begun second', () => {
    const { sql, rows } = recorded('uptime')
    expect(openSystemTables(createMachine({ '/proc/uptime': '4215.27 16000.00\n' }))(sql)).toEqual(rows)
  })

  it('memory_info in bytes', () => {
    const { sql, rows } = recorded('memory_info')
    const names: Record<string, string> = {
      memory_total: 'MemTotal',
      memory_free: 'MemFree',
      memory_available: 'MemAvailable',
      buffers: 'Buffers',
      cached: 'Cached',
      swap_cached: 'SwapCached',
      active: 'Active',
      inactive: 'Inactive',
      swap_total: 'SwapTotal',
      swap_free: 'SwapFree',
    }
    const lines = Object.entries(rows[0]!).map(([column, bytes]) => `${names[column]}:   ${Number(bytes) / 1024} kB\n`)
    expect(openSystemTables(createMachine({ '/proc/meminfo': lines.join('') }))(sql)).toEqual(rows)
  })

  it('deb_packages with source, revision and priority', () => {
    const { sql, rows } = recorded('deb_packages')
    const status = rows.map(
      (row) => `Package: ${row.name}
Status: ${row.status}
Priority: ${row.priority}
Section: ${row.section}
Installed-Size: ${row.size}
Maintainer: ${row.maintainer}
Architecture: ${row.arch}
${row.source ? `Source: ${row.source}\n` : ''}Version: ${row.version}
Description: something
 more of it, Package: not-a-package
`,
    )
    const answer = openSystemTables(createMachine({ '/var/lib/dpkg/status': status.join('\n') }))(sql)
    expect(answer).toEqual(rows)
  })

  it('system_controls by name', () => {
    const { sql, rows } = recorded('system_controls')
    const files = rows.map(({ name, current_value }) => [
      `/proc/sys/${name!.replaceAll('.', '/')}`,
      `${current_value}\n`,
    ])
    const answer = openSystemTables(createMachine(Object.fromEntries(files)))(sql)
    expect(answer.toSorted((a, b) => (a.name! < b.name! ? -1 : 1))).toEqual(rows)
  })

  it('interface_details of the loopback interface', () => {
    const { sql, rows } = recorded('interface_details')
    const lo = '/sys/class/net/lo'
    const counters = ['rx', 'tx'].flatMap((way) => [
      [`${lo}/statistics/${way}_packets`, '29\n'],
      [`${lo}/statistics/${way}_bytes`, '3193\n'],
      [`${lo}/statistics/${way}_errors`, '0\n'],
      [`${lo}/statistics/${way}_dropped`, '0\n'],
    ])
    const machine = createMachine({
      [`${lo}/address`]: '00:00:00:00:00:00\n',
      [`${lo}/type`]: '772\n',
      [`${lo}/mtu`]: '65536\n',
      [`${lo}/flags`]: '0x9\n',
      [`${lo}/operstate`]: 'unknown\n',
      [`${lo}/carrier`]: '1\n',
      [`${lo}/dormant`]: '0\n',
      [`${lo}/statistics/collisions`]: '0\n',
      ...Object.fromEntries(counters),
    })
    expect(openSystemTables(machine)(sql)).toEqual(rows)
  })

  it('interface_addresses of the loopback interface', () => {
    const { sql, rows } = recorded('interface_addresses')
    const links = [
      {
        ifname: 'lo',
        flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
        addr_info: [
          { family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host', label: 'lo' },
          { family: 'inet6', local: '::1', prefixlen: 128, scope: 'host' },
        ],
      },
    ]
    const host = createMachineWithProgram('ip', `echo '${JSON.stringify(links)}'`)
    expect(openSystemTables(host)(sql)).toEqual(rows)
  })

  it('ulimit_info of a process', () => {
    const { sql, rows } = recorded('ulimit_info')
    const names: Record<string, string> = {
      as: 'address space',
      core: 'core file size',
      cpu: 'cpu time',
      data: 'data size',
      fsize: 'file size',
      locks: 'file locks',
      memlock: 'locked memory',
      msgqueue: 'msgqueue size',
      nice: 'nice priority',
      nofile: 'open files',
      nproc: 'processes',
      rss: 'resident set',
    }
    const lines = rows.map(({ type, soft_limit, hard_limit }) =>
      `Max ${names[type!]}`.padEnd(26).concat(soft_limit!.padEnd(21), hard_limit!.padEnd(21), 'units\n'),
    )
    const text = `Limit                     Soft Limit           Hard Limit           Units\n${lines.join('')}`
    expect(openSystemTables(createMachine({ '/proc/self/limits': text }))(sql)).toEqual(rows)
  })

  it('block_devices and disk_encryption of empty loop devices', () => {
    const loop = (name: string) => ({
      [`/sys/class/block/${name}`]: `-> ../../devices/virtual/block/${name}`,
      [`/sys/devices/virtual/block/${name}/uevent`]: `MAJOR=7\nDEVNAME=${name}\nDEVTYPE=disk\n`,
      [`/sys/devices/virtual/block/${name}/size`]: '0\n',
      [`/sys/devices/virtual/block/${name}/queue/logical_block_size`]: '512\n',
    })
    const ask = openSystemTables(createMachine({ ...loop('loop0'), ...loop('loop1') }))
    expect(ask(recorded('block_devices').sql).slice(0, 1)).toEqual(recorded('block_devices').rows)
    expect(ask(recorded('disk_encryption').sql)).toEqual(recorded('disk_encryption').rows)
  })

  it('mounts with the sizes of the file systems', () => {
    const { rows } = recorded('mounts')
    const lines = rows.map(({ device, path, type, flags }) => `${device} ${path} ${type} ${flags} 0 0\n`)
    const ask = openSystemTables(createMachine({ '/proc/mounts': lines.join(''), '/dev/shm/': '' }))
    const sizeless = ({ device, device_alias, path, type, flags }: Record<string, string>) =>
      JSON.stringify({ device, device_alias, path, type, flags })
    expect(ask('SELECT * FROM mounts').map(sizeless)).toEqual(rows.map(sizeless))
    const [measured] = ask(`SELECT blocks_size, blocks >= blocks_free AS ok FROM mounts WHERE path = '/dev/shm'`)
    expect(measured).toMatchObject({ ok: '1', blocks_size: expect.stringMatching(/^\d+$/) })
  })

  it('no rows where osquery had none: no firmware tables, SELinux, AppArmor, UEFI or legacy iptables', () => {
    const ask = openSystemTables(
      createMachine({ '/proc/mounts': 'proc /proc proc rw 0 0\n', '/sys/firmware/acpi/': '' }),
    )
    for (const table of ['platform_info', 'selinux_settings', 'apparmor_profiles', 'secureboot', 'iptables']) {
      expect(ask(recorded(table).sql)).toEqual([])
    }
  })

  it('gives load_average with six decimals', () => {
    const { sql, rows } = recorded('load_average')
    const answer = openSystemTables(createMachine({ '/proc/loadavg': '0.28 0.82 1.16 1/100 999\n' }))(sql)
    expect(answer.map((row) => row.period)).toEqual(rows.map((row) => row.period))
    expect(answer.map((row) => row.average)).toEqual(['0.280000', '0.820000', '1.160000'])
  })
})
