import type { Files, Flip } from '../flip.ts'

export const FLIPS: readonly Flip[] = [
  sysctl('ip-forwarding-off', 'net/ipv4/ip_forward', '1', '0'),
  sysctl('ipv6-forwarding-off', 'net/ipv6/conf/all/forwarding', '1', '0'),
  sysctl('broadcast-pings-ignored', 'net/ipv4/icmp_echo_ignore_broadcasts', '0', '1'),
  sysctl('bogus-icmp-errors-ignored', 'net/ipv4/icmp_ignore_bogus_error_responses', '0', '1'),
  sysctl('tcp-syncookies-on', 'net/ipv4/tcp_syncookies', '0', '1'),
  onInterfaces('icmp-redirects-not-sent', 'ipv4', 'send_redirects', 1, 0),
  onInterfaces('icmp-redirects-ignored', 'ipv4', 'accept_redirects', 1, 0),
  onInterfaces('icmp-secure-redirects-ignored', 'ipv4', 'secure_redirects', 1, 0),
  onInterfaces('source-routing-refused', 'ipv4', 'accept_source_route', 1, 0),
  onInterfaces('martian-packets-logged', 'ipv4', 'log_martians', 0, 1),
  onInterfaces('reverse-path-filter-on', 'ipv4', 'rp_filter', 0, 1),
  onInterfaces('ipv6-redirects-ignored', 'ipv6', 'accept_redirects', 1, 0),
  onInterfaces('ipv6-source-routing-refused', 'ipv6', 'accept_source_route', 1, 0),
  onInterfaces('ipv6-router-advertisements-ignored', 'ipv6', 'accept_ra', 1, 0),
  {
    check: 'wireless-interfaces-down',
    base: { '/sys/class/net/wlan0/wireless': { directory: true } },
    fail: { '/sys/class/net/wlan0/flags': '0x1003\n' },
    pass: { '/sys/class/net/wlan0/flags': '0x1002\n' },
    reason: 'wlan0: it is up',
  },
]

/** A kernel parameter with a value that fails, and one that passes. */
function sysctl(check: string, path: string, bad: string, good: string): Flip {
  return {
    check,
    fail: { [`/proc/sys/${path}`]: `${bad}\n` },
    pass: { [`/proc/sys/${path}`]: `${good}\n` },
    reason: `it is ${bad}`,
  }
}

/** A parameter of each interface: the one interface fails, or all together where that decides. */
function onInterfaces(check: string, family: 'ipv4' | 'ipv6', option: string, bad: number, good: number): Flip {
  const path = (name: string) => `/proc/sys/net/${family}/conf/${name}/${option}`
  const every = (value: number): Files =>
    Object.fromEntries(['all', 'default', 'eth0'].map((name) => [path(name), `${value}\n`]))
  return {
    check,
    base: { [path('lo')]: `${bad}\n` },
    fail: every(bad),
    pass: every(good),
    reason: `${option} is ${bad}`,
  }
}
