import { spawn } from 'node:child_process'
import * as net from 'node:net'
import * as os from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Host } from '../../src/host/host.ts'
import { createMachine, INSTANCE_ID, openSystemTables, START_TIME } from './open-system-tables.ts'

const ask = openSystemTables(new Host())

/** Fields 3 to 22 of /proc/PID/stat. */
const STAT = 'S 1 41 41 0 -1 4194304 0 0 0 0 250 7 0 0 20 0 3 0 1200'

function createProcess(pid: number, files: Record<string, string>) {
  const entries = Object.entries(files).map(([name, content]) => [`/proc/${pid}/${name}`, content])
  return Object.fromEntries([[`/proc/${pid}/stat`, `${pid} (a) b) ${STAT} 0\n`], ...entries])
}

const STATUS =
  'Name:\ta) b\nUid:\t1000\t1001\t1002\t1003\nGid:\t5\t6\t7\t8\nVmSize:\t    2048 kB\nVmRSS:\t    1024 kB\n'

describe('processes', () => {
  it('describes this process as the kernel does', () => {
    const [row] = ask(`SELECT * FROM processes WHERE pid = ${process.pid}`)
    expect(row).toMatchObject({
      pid: `${process.pid}`,
      parent: `${process.ppid}`,
      path: process.execPath,
      cwd: process.cwd(),
      root: '/',
      on_disk: '1',
      uid: `${process.getuid!()}`,
      egid: `${process.getegid!()}`,
      wired_size: '0',
    })
    expect(Math.abs(Number(row!.start_time) - (Date.now() / 1000 - process.uptime()))).toBeLessThan(5)
  })

  it('shows the command line with its arguments parted by spaces, for several processes at once', () => {
    const child = spawn('sleep', ['30', '0'])
    try {
      const rows = ask(`SELECT pid, cmdline FROM processes WHERE pid IN (${child.pid}, ${process.pid})`)
      expect(rows).toHaveLength(2)
      expect(rows.find((row) => row.pid === `${child.pid}`)!.cmdline).toBe('sleep 30 0')
    } finally {
      child.kill()
    }
  })

  it('reads names with parentheses, sizes in thousands and times in milliseconds', () => {
    const host = createMachine({
      ...createProcess(41, { status: STATUS, cmdline: 'x\0-y\0', cgroup: '0::/user.slice/a:b\n' }),
      '/proc/uptime': '1000.50 1\n',
    })
    const [row] = openSystemTables(host)('SELECT * FROM processes', { now: 10_000 })
    expect(row).toMatchObject({
      name: 'a) b',
      ...{ uid: '1000', euid: '1001', suid: '1002', gid: '5', egid: '6', sgid: '7' },
      ...{ total_size: '2048000', resident_size: '1024000', user_time: '2500', system_time: '70' },
      ...{ threads: '3', nice: '0', pgroup: '41', state: 'S', start_time: '9011', cgroup_path: '/user.slice/a:b' },
      ...{ path: '', on_disk: '-1', cmdline: 'x -y' },
    })
  })

  it('tells a deleted program from a file whose name says so', () => {
    const host = createMachine({
      ...createProcess(1, { status: STATUS, exe: '-> /bin/gone (deleted)' }),
      ...createProcess(2, { status: STATUS, exe: '-> /bin/here' }),
      '/bin/here': '',
    })
    const rows = openSystemTables(host)('SELECT path, on_disk FROM processes ORDER BY pid')
    expect(rows).toEqual([
      { path: '/bin/gone', on_disk: '0' },
      { path: '/bin/here', on_disk: '1' },
    ])
  })

  it('is an error where /proc is not mounted', () => {
    expect(() => openSystemTables(createMachine({}))('SELECT * FROM processes')).toThrow('/proc is not mounted')
  })
})

describe('sockets', () => {
  it('lists a listening TCP socket with its owner, and the connection to it only as an open socket', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as net.AddressInfo
    const client = net.connect(port, '127.0.0.1')
    await new Promise((resolve) => client.once('connect', resolve))
    try {
      const mine = `pid = ${process.pid}`
      expect(
        ask(
          `SELECT DISTINCT port, protocol, family, address, path FROM listening_ports WHERE ${mine} AND port = ${port}`,
        ),
      ).toEqual([{ port: `${port}`, protocol: '6', family: '2', address: '127.0.0.1', path: '' }])
      const open = ask(
        `SELECT state, remote_address FROM process_open_sockets WHERE ${mine} AND remote_port = ${port} OR ${mine} AND local_port = ${port} AND remote_port = 0`,
      )
      expect(open).toContainEqual({ state: 'ESTABLISHED', remote_address: '127.0.0.1' })
      expect(open).toContainEqual({ state: 'LISTEN', remote_address: '0.0.0.0' })
    } finally {
      client.destroy()
      server.close()
    }
  })

  it('lists a named UNIX socket by its path, with socket and port 0', async () => {
    const path = join(os.tmpdir(), `keelson-${process.pid}.sock`)
    const server = net.createServer().listen(path)
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      expect(ask(`SELECT pid, port, family, socket FROM listening_ports WHERE path = '${path}'`)).toContainEqual({
        pid: `${process.pid}`,
        port: '0',
        family: '1',
        socket: '0',
      })
    } finally {
      server.close()
    }
  })

  it('gives pid -1 to a socket whose owner cannot be seen, and writes IPv6 as the C library does', () => {
    const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
    const line = (local: string, state: string, inode: number) =>
      `   0: ${local}:0016 00000000000000000000000000000000:0000 ${state} 0:0 0:0 0 0 0 ${inode} 1\n`
    const host = createMachine({
      '/proc/7/ns/net': '-> net:[4026531833]',
      '/proc/7/fd/3': '-> socket:[11]',
      '/proc/7/net/tcp6': `${head}${line('00000000000000000000000000000000', '0A', 11)}${line('0000000000000000FFFF00000100007F', '0A', 12)}${line('000080FE00000000FF00FC0201000000', '0A', 13)}`,
      '/proc/7/net/packet': 'sk RefCnt Type Proto Iface R Rmem User Inode\n00 3 3 0003 2 1 0 0 14\n',
    })
    const rows = openSystemTables(host)(
      'SELECT pid, fd, socket, family, address, port, net_namespace FROM listening_ports',
    )
    const common = { family: '10', port: '22', net_namespace: '4026531833' }
    expect(rows).toEqual([
      { pid: '7', fd: '3', socket: '11', address: '::', ...common },
      { pid: '-1', fd: '-1', socket: '12', address: '::ffff:127.0.0.1', ...common },
      { pid: '-1', fd: '-1', socket: '13', address: 'fe80::2fc:ff:0:1', ...common },
      { pid: '-1', fd: '-1', socket: '14', family: '17', address: '', port: '0', net_namespace: '4026531833' },
    ])
  })
})

describe('the engine about itself', () => {
  it('says which osquery it answers for, and that it is not that', () => {
    expect(ask('SELECT * FROM osquery_info')).toMatchObject([
      {
        pid: `${process.pid}`,
        version: '5.23.0',
        build_platform: 'linux',
        build_distro: 'keelson',
        instance_id: INSTANCE_ID,
        start_time: `${START_TIME}`,
        extensions: 'active',
      },
    ])
  })

  it('lists its tables in osquery_registry', () => {
    expect(ask("SELECT registry, active FROM osquery_registry WHERE name = 'processes'")).toEqual([
      { registry: 'table', active: '1' },
    ])
  })
})
