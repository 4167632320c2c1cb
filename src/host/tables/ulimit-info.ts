import type { HostTable } from '../host-table.ts'

/** osquery's names, in its order, and the kernel's. */
const LIMITS = [
  ['as', 'Max address space'],
  ['core', 'Max core file size'],
  ['cpu', 'Max cpu time'],
  ['data', 'Max data size'],
  ['fsize', 'Max file size'],
  ['locks', 'Max file locks'],
  ['memlock', 'Max locked memory'],
  ['msgqueue', 'Max msgqueue size'],
  ['nice', 'Max nice priority'],
  ['nofile', 'Max open files'],
  ['nproc', 'Max processes'],
  ['rss', 'Max resident set'],
  ['rtprio', 'Max realtime priority'],
  ['sigpending', 'Max pending signals'],
  ['stack', 'Max stack size'],
] as const

/** This process's own limits, as osquery gives its own. Node raises its soft limit of open files to the hard one. */
export const ulimitInfo: HostTable = {
  name: 'ulimit_info',
  *generate(_context, host) {
    const lines = host.readRequired('/proc/self/limits').split('\n')
    for (const [type, name] of LIMITS) {
      const line = lines.find((candidate) => candidate.startsWith(`${name} `))
      const [soft_limit, hard_limit] = line?.slice(name.length).trim().split(/\s+/) ?? []
      if (soft_limit && hard_limit) yield { type, soft_limit, hard_limit }
    }
  },
}
