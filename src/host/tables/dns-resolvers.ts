import { isIPv4, isIPv6 } from 'node:net'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'

/** Bits of the C library's resolver options (resolv.h). */
const OPTIONS: Readonly<Record<string, number>> = {
  'use-vc': 0x8,
  rotate: 0x4000,
  edns0: 0x100000,
  'single-request': 0x200000,
  'single-request-reopen': 0x400000,
  no_tld_query: 0x1000000,
  'no-tld-query': 0x1000000,
  'no-reload': 0x2000000,
  'trust-ad': 0x4000000,
  'no-aaaa': 0x8000000,
}
/** Initialised, recursion desired, default domain, search the list. */
const DEFAULT_OPTIONS = 0x1 | 0x40 | 0x80 | 0x200
const MAX_SERVERS = 3
const MAX_SEARCH = 6
const MAX_SORT = 10

interface ResolverState {
  servers: string[]
  sort: number[]
  search: string[]
  options: number
}

/** What the C library makes of /etc/resolv.conf, as osquery shows it: addresses other than IPv4 servers are blank. */
export const dnsResolvers: HostTable = {
  name: 'dns_resolvers',
  *generate(context, host) {
    refuseNamespaces(context, 'dns_resolvers')
    const { servers, sort, search, options } = readResolvConf(host)
    for (const [id, address] of servers.entries()) {
      yield { id, type: 'nameserver', address: isIPv4(address) ? address : '', netmask: '32', options }
    }
    for (const [id, mask] of sort.entries()) yield { id, type: 'sortlist', address: '', netmask: `${mask}`, options }
    for (const [id, address] of search.entries()) yield { id, type: 'search', address, options }
  },
}

function readResolvConf(host: Host): ResolverState {
  const state: ResolverState = { servers: [], sort: [], search: [], options: DEFAULT_OPTIONS }
  for (const line of (host.read('/etc/resolv.conf') ?? '').split('\n')) {
    const [, keyword, value = ''] = /^(nameserver|domain|search|sortlist|options)[ \t]+(.*)/s.exec(line) ?? []
    const words = value.split(/[ \t\r]+/).filter(Boolean)
    if (keyword === 'nameserver') state.servers.push(...readServer(value))
    else if (keyword === 'domain') state.search = words.slice(0, 1)
    else if (keyword === 'search') state.search = words
    else if (keyword === 'sortlist') state.sort.push(...words.flatMap(readMask))
    else if (keyword === 'options') for (const word of words) state.options |= OPTIONS[word] ?? 0
  }
  if (state.servers.length === 0) state.servers.push('127.0.0.1')
  if (state.search.length === 0) state.search = ownDomain(host)
  return {
    servers: state.servers.slice(0, MAX_SERVERS),
    sort: state.sort.slice(0, MAX_SORT),
    search: state.search.slice(0, MAX_SEARCH),
    options: state.options,
  }
}

function readServer(value: string): string[] {
  const address = value.split(/[;# \t\r]/, 1)[0] ?? ''
  return isIPv4(address) || isIPv6(address) ? [address] : []
}

/** The mask as the number that its four bytes are in memory; without one that of the address's class. */
function readMask(word: string): number[] {
  const [address = '', mask = ''] = word.split(/[/&]/)
  if (!isIPv4(address)) return []
  const first = Number(address.split('.', 1)[0])
  const ofClass = first < 128 ? '255.0.0.0' : first < 192 ? '255.255.0.0' : '255.255.255.0'
  const bytes = (isIPv4(mask) ? mask : ofClass).split('.').map(Number)
  return [Buffer.from(bytes).readUInt32LE()]
}

function ownDomain(host: Host): string[] {
  const name = (host.read('/proc/sys/kernel/hostname') ?? '').trim()
  const dot = name.indexOf('.')
  return dot < 0 ? [] : [name.slice(dot + 1)]
}
