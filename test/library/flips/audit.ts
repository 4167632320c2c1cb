import { type FileSpec, type Files, type Flip, systemctl } from '../flip.ts'

const CONF = '/etc/audit/auditd.conf'
const AUDITCTL = '/usr/sbin/auditctl'

/** auditctl with these rules: -l lists them, -s tells the state. */
function auditctl(rules: readonly string[], enabled = 1): FileSpec {
  const list = rules.length > 0 ? rules.join('\n') : 'No rules'
  const text = `#!/bin/sh\ncase "$1" in\n-s) echo "enabled ${enabled}" ;;\n*) cat <<'END_OF_RULES'\n${list}\nEND_OF_RULES\n;;\nesac\n`
  return { text, mode: 0o755 }
}

const watch = (path: string) => `-w ${path} -p wa -k sample`
const calls = (names: string, fields = '') =>
  ['b64', 'b32'].map((arch) => `-a always,exit -F arch=${arch} -S ${names}${fields} -F key=sample`)
const command = (path: string) =>
  `-a always,exit -S all -F path=${path} -F perm=x -F auid>=1000 -F auid!=-1 -F key=privileged`

/** Files that are there, the rules that record enough, and those of them that are missing where the check fails. */
interface Recorded {
  readonly check: string
  readonly files?: readonly string[]
  readonly rules: readonly string[]
  readonly reason: string
}

const OPEN = 'creat,open,openat,truncate,ftruncate'
const MODES = 'chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat'
const XATTRS = 'setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr'

const RECORDED: readonly Recorded[] = [
  {
    check: 'audit-records-time-changes',
    files: ['/etc/localtime'],
    rules: [watch('/etc/localtime'), ...calls('adjtimex,settimeofday'), ...calls('clock_settime', ' -F a0=0x0')],
    reason: 'b32: no rule records clock_settime',
  },
  {
    check: 'audit-records-account-changes',
    rules: ['/etc/passwd', '/etc/group', '/etc/gshadow', '/etc/shadow'].map(watch),
    reason: '/etc/shadow: no rule',
  },
  {
    check: 'audit-records-network-changes',
    rules: [watch('/etc/hosts'), watch('/etc/hostname'), ...calls('sethostname,setdomainname')],
    reason: 'b32: no rule records sethostname, setdomainname',
  },
  {
    check: 'audit-records-access-policy-changes',
    files: ['/etc/apparmor/parser.conf', '/etc/apparmor.d/usr.sbin.sample'],
    rules: ['/etc/apparmor', '/etc/apparmor.d'].map(watch),
    reason: '/etc/apparmor.d: no rule',
  },
  {
    check: 'audit-records-logins',
    files: ['/var/log/lastlog'],
    rules: [watch('/var/log/lastlog')],
    reason: '/var/log/lastlog: no rule',
  },
  {
    check: 'audit-records-sessions',
    files: ['/run/utmp', '/var/log/wtmp', '/var/log/btmp'],
    rules: ['/var/log/wtmp', '/var/log/btmp', '/run/utmp'].map(watch),
    reason: '/var/run/utmp: no rule',
  },
  {
    check: 'audit-records-permission-changes',
    rules: [...calls(MODES, ' -F auid>=1000 -F auid!=-1'), ...calls(XATTRS)],
    reason: 'b32: no rule records setxattr',
  },
  {
    check: 'audit-records-denied-access',
    rules: [...calls(OPEN, ' -F exit=-EACCES'), ...calls(OPEN, ' -F exit=-EPERM')],
    reason: 'b32: no rule records creat, open, openat, truncate, ftruncate with exit=-EPERM',
  },
  { check: 'audit-records-mounts', rules: calls('mount'), reason: 'b32: no rule records mount' },
  {
    check: 'audit-records-deletions',
    rules: calls('rename,renameat,unlink,unlinkat'),
    reason: 'b32: no rule records rename',
  },
  {
    check: 'audit-records-sudo-changes',
    files: ['/etc/sudoers', '/etc/sudoers.d/sample'],
    rules: ['/etc/sudoers', '/etc/sudoers.d'].map(watch),
    reason: '/etc/sudoers.d: no rule',
  },
  {
    check: 'audit-records-kernel-modules',
    rules: calls('init_module,finit_module,delete_module'),
    reason: 'b32: no rule records init_module',
  },
  {
    check: 'audit-records-privileged-commands',
    files: ['/usr/bin/su', '/usr/bin/sudo'],
    rules: ['/usr/bin/su', '/usr/bin/sudo'].map(command),
    reason: '/usr/bin/sudo: no rule',
  },
]

const empty = (paths: readonly string[]): Files => Object.fromEntries(paths.map((path) => [path, '']))

const recorded: readonly Flip[] = RECORDED.map(({ check, files = [], rules, reason }) => ({
  check,
  base: empty(files),
  fail: { [AUDITCTL]: auditctl(rules.slice(0, -1)) },
  pass: { [AUDITCTL]: auditctl(rules) },
  reason,
}))

const setting = (check: string, fail: string, pass: string, reason: string): Flip => ({
  check,
  needs: ['augtool'],
  fail: { [CONF]: `log_file = /var/log/audit/audit.log\n${fail}\n` },
  pass: { [CONF]: `log_file = /var/log/audit/audit.log\n${pass}\n` },
  reason,
})

export const FLIPS: readonly Flip[] = [
  ...recorded,
  {
    check: 'audit-rules-locked',
    fail: { [AUDITCTL]: auditctl([watch('/etc/passwd')]) },
    pass: { [AUDITCTL]: auditctl([watch('/etc/passwd')], 2) },
    reason: 'can be changed at any time',
  },
  {
    check: 'auditd-running',
    base: { '/boot/vmlinuz-6.1.0-18-amd64': '', '/usr/sbin/auditd': '' },
    fail: { '/usr/bin/systemctl': systemctl({ 'auditd.service': { active: 'inactive', sub: 'dead' } }) },
    pass: { '/usr/bin/systemctl': systemctl({ 'auditd.service': {} }) },
    reason: 'the service is inactive',
  },
  setting('auditd-log-size', 'max_log_file = 4', 'max_log_file = 8', 'max_log_file is 4; at least 8 is required'),
  setting('auditd-keeps-logs', 'max_log_file_action = ROTATE', 'max_log_file_action = keep_logs', 'it is "rotate"'),
  setting(
    'auditd-tells-low-space',
    'space_left_action = SYSLOG\nadmin_space_left_action = SUSPEND',
    'space_left_action = email\nadmin_space_left_action = halt',
    'it is "syslog"',
  ),
  setting(
    'auditd-stops-when-full',
    'disk_full_action = SUSPEND\ndisk_error_action = SUSPEND',
    'disk_full_action = HALT\ndisk_error_action = HALT',
    'it is "suspend"',
  ),
]
