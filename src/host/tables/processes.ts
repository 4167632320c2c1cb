import type { TableContext, TableError, TableRow } from '../../sql/table.ts'
import { attempt } from '../attempt.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { listProcessIds } from '../list-process-ids.ts'
import { readUptime } from '../read-uptime.ts'
import { splitFields } from '../split-fields.ts'

/** Linux shows clock ticks to programs as hundredths of a second, whatever the kernel's own are. */
const TICKS_PER_SECOND = 100

export const processes: HostTable = {
  name: 'processes',
  *generate(context, host) {
    const wanted = context.equals('pid')
    const pids = wanted.length > 0 ? wanted.filter((pid) => /^\d+$/.test(pid)) : listProcessIds(host)
    const bootTime = context.uses('start_time') ? Math.floor(Date.now() / 1000) - readUptime(host) : 0
    for (const pid of pids) {
      const row = describeProcess(pid, bootTime, context, host)
      if (row) yield row
    }
  },
}

/** Undefined when there is no such process (any more). */
function describeProcess(pid: string, bootTime: number, context: TableContext, host: Host): TableRow | undefined {
  const stat = readOfProcess(pid, 'stat', host)
  const status = stat && readOfProcess(pid, 'status', host)
  if (!stat || !status) return undefined
  // The name stands in parentheses and may hold anything, even another parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return {
    pid,
    ...describeStatus(status),
    state: fields[0],
    parent: fields[1],
    pgroup: fields[2],
    user_time: (Number(fields[11]) * 1000) / TICKS_PER_SECOND,
    system_time: (Number(fields[12]) * 1000) / TICKS_PER_SECOND,
    nice: fields[16],
    threads: fields[17],
    start_time: bootTime + Math.floor(Number(fields[19]) / TICKS_PER_SECOND),
    // Linux does not count it.
    wired_size: 0,
    ...(context.uses('path') || context.uses('on_disk') ? describeExecutable(pid, host) : {}),
    ...(context.uses('cmdline') && { cmdline: readCommandLine(pid, host) }),
    ...(context.uses('cwd') && { cwd: readLink(pid, 'cwd', host) }),
    ...(context.uses('root') && { root: readLink(pid, 'root', host) }),
    ...(context.uses('cgroup_path') && { cgroup_path: readControlGroup(pid, host) }),
    ...(context.uses('disk_bytes_read') || context.uses('disk_bytes_written') ? readDiskBytes(pid, host) : {}),
  }
}

function describeStatus(status: string): TableRow {
  const values = new Map<string, string>()
  for (const line of status.split('\n')) {
    const at = line.indexOf(':')
    if (at > 0) values.set(line.slice(0, at), line.slice(at + 1).trim())
  }
  const [uid, euid, suid] = values.get('Uid')?.split('\t') ?? []
  const [gid, egid, sgid] = values.get('Gid')?.split('\t') ?? []
  // osquery takes the kernel's kB for thousands; a kernel thread has no memory of its own and no value.
  const size = (name: string) => values.get(name)?.replace(/ kB$/, '000')
  return {
    name: values.get('Name'),
    resident_size: size('VmRSS'),
    total_size: size('VmSize'),
    ...{ uid, euid, suid, gid, egid, sgid },
  }
}

/** on_disk: 1 the file is there, 0 it was deleted, -1 the path cannot be seen (another user's process). */
function describeExecutable(pid: string, host: Host): TableRow {
  const path = readLink(pid, 'exe', host)
  if (path === '') return { path, on_disk: -1 }
  const file = attempt(() => host.stat(path))
  if (!path.endsWith(' (deleted)')) return { path, on_disk: file ? 1 : 0 }
  // A file may really be called so: then it is the one that the process runs.
  if (file && file.ino === attempt(() => host.stat(`/proc/${pid}/exe`))?.ino) return { path, on_disk: 1 }
  return { path: path.slice(0, -' (deleted)'.length), on_disk: 0 }
}

function readCommandLine(pid: string, host: Host): string {
  return (attempt(() => host.read(`/proc/${pid}/cmdline`)) ?? '').replaceAll('\0', ' ').trim()
}

function readLink(pid: string, name: string, host: Host): string {
  return attempt(() => host.readlink(`/proc/${pid}/${name}`)) ?? ''
}

/** Of the first line only, as in osquery: with version 1 of control groups there are several. */
function readControlGroup(pid: string, host: Host): string {
  const [line = ''] = (attempt(() => host.read(`/proc/${pid}/cgroup`)) ?? '').split('\n')
  return /^[^:]*:[^:]*:(.*)$/.exec(line)?.[1] ?? ''
}

/** NULL for other users' processes when we are not root. */
function readDiskBytes(pid: string, host: Host): TableRow {
  const text = attempt(() => host.read(`/proc/${pid}/io`))
  if (text === undefined) return {}
  const values = new Map(splitFields(text, '\n').map((line) => line.split(': ', 2) as [string, string]))
  const bytes = (name: string) => BigInt(values.get(name) ?? 0)
  return {
    disk_bytes_read: bytes('read_bytes'),
    disk_bytes_written: bytes('write_bytes') - bytes('cancelled_write_bytes'),
  }
}

function readOfProcess(pid: string, file: string, host: Host): string | undefined {
  try {
    return host.read(`/proc/${pid}/${file}`)
  } catch (error) {
    const cause = (error as TableError).cause as NodeJS.ErrnoException | undefined
    if (cause?.code === 'ESRCH') return undefined // it ended between opening and reading
    throw error
  }
}
