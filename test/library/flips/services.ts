import { dpkgStatus, type Flip, systemctl } from '../flip.ts'

const DPKG = '/var/lib/dpkg/status'
const SYSTEMCTL = '/usr/bin/systemctl'

/** A package of Debian and the unit that it brings: running, then removed. */
const UNUSED: Readonly<Record<string, readonly [name: string, unit: string]>> = {
  'avahi-unused': ['avahi-daemon', 'avahi-daemon.service'],
  'print-server-unused': ['cups-daemon', 'cups.service'],
  'dhcp-server-unused': ['isc-dhcp-server', 'isc-dhcp-server.service'],
  'dns-server-unused': ['bind9', 'named.service'],
  'ftp-server-unused': ['vsftpd', 'vsftpd.service'],
  'ldap-server-unused': ['slapd', 'slapd.service'],
  'nfs-server-unused': ['nfs-kernel-server', 'nfs-server.service'],
  'rpcbind-unused': ['rpcbind', 'rpcbind.socket'],
  'samba-server-unused': ['samba', 'smbd.service'],
  'snmp-server-unused': ['snmpd', 'snmpd.service'],
  'web-server-unused': ['apache2', 'apache2.service'],
  'web-proxy-unused': ['squid', 'squid.service'],
  'mailbox-server-unused': ['dovecot-core', 'dovecot.service'],
  'xinetd-unused': ['xinetd', 'xinetd.service'],
  'rsync-daemon-unused': ['rsync', 'rsync.service'],
  'automounter-unused': ['autofs', 'autofs.service'],
  'bluetooth-unused': ['bluez', 'bluetooth.service'],
}

const removed: readonly Flip[] = Object.entries(UNUSED).map(([check, [name, unit]]) => ({
  check,
  fail: { [DPKG]: dpkgStatus({ [name]: '1.0' }), [SYSTEMCTL]: systemctl({ [unit]: {} }) },
  pass: { [DPKG]: dpkgStatus({}) },
  reason: 'it is active (running)',
}))

const masked: readonly Flip[] = Object.entries(UNUSED).map(([check, [name, unit]]) => ({
  check,
  base: { [DPKG]: dpkgStatus({ [name]: '1.0' }) },
  fail: { [SYSTEMCTL]: systemctl({ [unit]: { active: 'inactive', sub: 'dead' } }) },
  pass: { [SYSTEMCTL]: systemctl({ [unit]: { load: 'masked', active: 'inactive', sub: 'dead', file: 'masked' } }) },
  reason: 'it is enabled and will start',
}))

export const FLIPS: readonly Flip[] = [...removed, ...masked]
