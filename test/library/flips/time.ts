import { type Files, type Flip, systemctl } from '../flip.ts'

const SYSTEMCTL = '/usr/bin/systemctl'
const KERNEL = { '/boot/vmlinuz-6.1.0-18-amd64': '' }
const OFF = { active: 'inactive', sub: 'dead' }

/** A process of chronyd, with the rights of a user. */
const chronyd = (euid: number): Files => ({
  '/proc/77/comm': 'chronyd\n',
  '/proc/77/stat': `77 (chronyd) S 1 77 77 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 1 0 1 1 1 ${'0 '.repeat(28)}0\n`,
  '/proc/77/status': `Name:\tchronyd\nState:\tS (sleeping)\nPid:\t77\nUid:\t${euid}\t${euid}\t${euid}\t${euid}\nGid:\t0\t0\t0\t0\n`,
})

export const FLIPS: readonly Flip[] = [
  {
    check: 'time-synchronized',
    base: KERNEL,
    fail: { [SYSTEMCTL]: systemctl({ 'systemd-timesyncd.service': OFF }) },
    pass: { [SYSTEMCTL]: systemctl({ 'systemd-timesyncd.service': {} }) },
    reason: 'no service that keeps the clock right runs',
  },
  {
    check: 'one-time-service',
    fail: { [SYSTEMCTL]: systemctl({ 'chrony.service': {}, 'systemd-timesyncd.service': {} }) },
    pass: { [SYSTEMCTL]: systemctl({ 'chrony.service': {}, 'systemd-timesyncd.service': OFF }) },
    reason: 'the clock is set by chrony.service, systemd-timesyncd.service',
  },
  { check: 'chrony-unprivileged', fail: chronyd(0), pass: chronyd(105), reason: 'chronyd runs as root' },
  {
    check: 'cron-running',
    base: { '/usr/sbin/cron': '' },
    fail: { [SYSTEMCTL]: systemctl({ 'cron.service': OFF }) },
    pass: { [SYSTEMCTL]: systemctl({ 'cron.service': {} }) },
    reason: 'no cron runs',
  },
  {
    check: 'cron-for-listed-users',
    base: { '/usr/sbin/cron': '' },
    fail: { '/etc/cron.deny': '' },
    pass: { '/etc/cron.allow': 'root\n' },
    reason: 'all may but those in /etc/cron.deny',
  },
  {
    check: 'cron-for-listed-users',
    system: 'rhel',
    base: { '/usr/sbin/crond': '' },
    fail: { '/etc/cron.deny': '' },
    pass: { '/etc/cron.deny': null },
    reason: 'all may but those in /etc/cron.deny',
  },
  {
    check: 'at-for-listed-users',
    base: { '/usr/bin/at': '' },
    fail: { '/etc/at.deny': '' },
    pass: { '/etc/at.deny': null },
    reason: 'all may but those in /etc/at.deny',
  },
]
