import { type Flip, systemctl } from '../flip.ts'

const SYSTEMCTL = '/usr/bin/systemctl'
const OFF = { active: 'inactive', sub: 'dead' }

export const FLIPS: readonly Flip[] = [
  {
    check: 'journal-persistent',
    fail: { '/run/log/journal/0a1b/system.journal': 'x' },
    pass: { '/run/log': null, '/var/log/journal/0a1b/system.journal': 'x' },
    reason: 'the journal is kept in memory',
  },
  {
    check: 'system-log-running',
    fail: { [SYSTEMCTL]: systemctl({ 'systemd-journald.service': OFF }) },
    pass: { [SYSTEMCTL]: systemctl({ 'systemd-journald.service': {} }) },
    reason: 'no service that writes a log runs',
  },
  {
    check: 'log-rotation-on',
    base: { '/etc/logrotate.conf': 'weekly\n', '/etc/cron.daily/logrotate': '' },
    fail: { [SYSTEMCTL]: systemctl({ 'logrotate.timer': OFF }) },
    pass: { [SYSTEMCTL]: systemctl({ 'logrotate.timer': { sub: 'waiting' } }) },
    reason: 'logrotate.timer',
  },
  {
    check: 'log-rotation-on',
    system: 'rhel',
    base: { '/etc/logrotate.conf': 'weekly\n', [SYSTEMCTL]: systemctl({}) },
    fail: {},
    pass: { '/etc/cron.daily/logrotate': '' },
    reason: '/etc/cron.daily/logrotate does not exist',
  },
  {
    check: 'log-files-private',
    base: { '/var/log/dpkg.log': 'x', '/var/log/audit/audit.log': { text: 'x', mode: 0o600 } },
    fail: { '/var/log/auth.log': { text: 'x', mode: 0o644 } },
    pass: { '/var/log/auth.log': { mode: 0o640 } },
    reason: '/var/log/auth.log: everybody can read it',
  },
  {
    check: 'log-files-private',
    fail: { '/var/log/own/a.log': { text: 'x', mode: 0o666 } },
    pass: { '/var/log/own/a.log': { mode: 0o664 } },
    reason: '/var/log/own/a.log: everybody can write it',
  },
  {
    check: 'logs-sent-elsewhere',
    base: { [SYSTEMCTL]: systemctl({ 'rsyslog.service': {} }) },
    fail: { '/etc/rsyslog.conf': '*.*;auth.none -/var/log/syslog\n# *.* @@loghost:514\n' },
    pass: { '/etc/rsyslog.d/50-forward.conf': '*.* @@loghost:514\n' },
    reason: 'sends logs away',
  },
  {
    check: 'logs-sent-elsewhere',
    plain: true,
    needs: ['augtool'],
    base: { [SYSTEMCTL]: systemctl({ 'rsyslog.service': {} }) },
    fail: { '/etc/rsyslog.conf': '*.* /var/log/syslog\n' },
    pass: { '/etc/rsyslog.conf': '*.* /var/log/syslog\n*.* @@loghost:514\n' },
    reason: 'sends logs away',
  },
  {
    check: 'logs-sent-elsewhere',
    fail: { [SYSTEMCTL]: systemctl({ 'vector.service': OFF }) },
    pass: { [SYSTEMCTL]: systemctl({ 'vector.service': {} }) },
    reason: 'no service that is known to send logs runs',
  },
]
