import type { Files, Flip } from '../flip.ts'

const SUDOERS = '/etc/sudoers'
const DROP_IN = '/etc/sudoers.d/site'
const RULES = 'Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n'
const BASE = { [SUDOERS]: { text: RULES, mode: 0o440 } }

/** A socket of process 1 that listens on a port of these addresses, as /proc/net/tcp writes them. */
const listening = (address: string): Files => ({
  '/proc/1/net/tcp': `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: ${address} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1001 1 0 100 0 0 10 0\n`,
})

export const FLIPS: readonly Flip[] = [
  {
    check: 'sudo-log-file',
    base: BASE,
    fail: { [DROP_IN]: 'Defaults !logfile\n' },
    pass: { [DROP_IN]: 'Defaults logfile=/var/log/sudo.log\n' },
    reason: '/etc/sudoers.d/site: it says !logfile',
  },
  {
    check: 'sudo-asks-again',
    base: BASE,
    fail: { [DROP_IN]: 'Defaults timestamp_timeout=-1\n' },
    pass: { [DROP_IN]: 'Defaults timestamp_timeout=5\n' },
    reason: 'it says timestamp_timeout=-1',
  },
  {
    check: 'sudo-own-terminal',
    base: BASE,
    fail: { [DROP_IN]: 'Defaults !use_pty\n' },
    pass: { [DROP_IN]: 'Defaults use_pty\n' },
    reason: 'it says !use_pty',
  },
  {
    check: 'sudo-rules-name-users',
    base: BASE,
    fail: { [DROP_IN]: 'ALL ALL=(ALL) ALL\n' },
    pass: { [DROP_IN]: 'alice ALL=(ALL) ALL\n' },
    reason: '/etc/sudoers.d/site: a rule is for every account',
  },
  {
    check: 'sudoers-protected',
    base: BASE,
    needs: ['root'],
    fail: { [DROP_IN]: { text: '', mode: 0o644 } },
    pass: { [DROP_IN]: { mode: 0o440 } },
    reason: '/etc/sudoers.d/site: everybody may do too much with it (mode 0644)',
  },
  {
    check: 'sudo-installed',
    fail: { '/usr/bin/sudo': null },
    pass: { '/usr/bin/sudo': { text: '', mode: 0o4755 } },
    reason: 'neither sudo nor another program',
  },
  {
    check: 'cleartext-logins-closed',
    fail: listening('00000000:0017'),
    pass: listening('00000000:0016'),
    reason: '0.0.0.0 port 23: systemd listens there',
  },
  {
    check: 'remote-desktop-closed',
    fail: listening('00000000:170C'),
    pass: listening('0100007F:170C'),
    reason: '0.0.0.0 port 5900: systemd listens there',
  },
]
